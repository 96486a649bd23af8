import { readFile } from 'node:fs/promises';
import { type Command, type CommandContext, expandCommand, formatTable, runCommand, UsageError } from '@seatrial/cli';
import { findSimilar } from '@seatrial/pipeline';
import { markdownToText } from './markdown-text.js';
import { type Topic, topics } from './topics.js';

/** What `seatrial help` says: of nothing, what there is; of a topic, its page; of a command, its `--help`. */
export async function help(root: Command, context: CommandContext): Promise<number> {
  const { args, print } = context;
  const [word] = args;
  if (word === undefined) {
    const code = await runCommand(root, ['--help'], context);
    print(`\nTopics, for ${root.name} help TOPIC:`);
    const isTaken = (name: string) => root.commands?.some((command) => command.name === name) === true;
    print(formatTable(topics.map(({ name, summary }) => [`  ${isTaken(name) ? '--topic ' : ''}${name}`, summary])));
    return code;
  }
  // `help sandbox` is `sandbox --help`, whatever topics there are.
  const isTopicOnly = context.flags['topic'] === true;
  if (!isTopicOnly && (await isCommand(root, args))) return runCommand(root, [...args, '--help'], context);
  const topic = args.length === 1 ? topics.find(({ name }) => name === word) : undefined;
  if (topic === undefined) throw unknown(root, args);
  print(await textOf(topic));
  return 0;
}

/** A topic's text. */
export async function textOf({ page, section }: Topic): Promise<string> {
  return markdownToText(await readPage(page), section);
}

async function readPage(page: string): Promise<string> {
  try {
    return await readFile(new URL(`../help/${page}.md`, import.meta.url), 'utf8');
  } catch {
    // Not built: these are the sources, and the pages are where they are written.
    return readFile(new URL(`../../../../docs/${page}.md`, import.meta.url), 'utf8');
  }
}

async function isCommand(root: Command, path: readonly string[]): Promise<boolean> {
  const whole = await expandCommand(root, new Set(path));
  let at: Command | undefined = whole;
  for (const name of path) at = at?.commands?.find((child) => child.name === name);
  return at !== undefined;
}

function unknown(root: Command, args: readonly string[]): UsageError {
  const known = [...topics.map(({ name }) => name), ...(root.commands ?? []).map(({ name }) => name)];
  const [near] = findSimilar(args[0] ?? '', known);
  const hint =
    near === undefined || near === args[0]
      ? `Topics: ${topics.map(({ name }) => name).join(', ')}. Commands: ${root.name} --help.`
      : `Did you mean ${near}?`;
  return new UsageError(`no topic or command ${args.join(' ')}`, { hint });
}
