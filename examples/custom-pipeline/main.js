import { runGraph } from '@seatrial/pipeline';
import { graph } from './pipeline.js';

const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('stopped by SIGINT')));

const run = runGraph(graph, { maxParallel: 2, signal: controller.signal });
for await (const event of run.events) if (event.type === 'log') console.log(`${event.name}: ${event.line}`);
const { state, tasks } = await run.result;
console.log(state, tasks.sum?.output);
process.exitCode = state === 'succeeded' ? 0 : 1;
