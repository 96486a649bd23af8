// `seatrial help TOPIC` shows pages of docs/, which stand outside the package: they come along.
import { copyFile } from 'node:fs/promises';
import { topics } from './dist/help/topics.js';

for (const page of new Set(topics.map((topic) => topic.page)))
  await copyFile(new URL(`../../docs/${page}.md`, import.meta.url), new URL(`dist/help/${page}.md`, import.meta.url));
