import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContextOf } from '@seatrial/cli';
import { UsageError } from '@seatrial/cli';
import type { graphFlags } from './commands.js';
import { formatGraph } from './format-graph.js';
import type { Graph } from './graph.js';
import { createGraph } from './graph.js';
import { selectTasks } from './selection.js';
import type { Task } from './task.js';

/** Prints the graph of a module. */
export async function printGraph({ args, cwd, flags, print }: ContextOf<typeof graphFlags>): Promise<void> {
  const path = resolve(cwd, args[0] ?? '');
  await access(path).catch((cause: unknown) => {
    throw new UsageError(`cannot read ${path}`, { cause, hint: 'Give the path of a JavaScript module.' });
  });
  const graph = findGraph((await import(pathToFileURL(path).href)) as Record<string, unknown>);
  if (graph === undefined) {
    throw new UsageError(`no graph in ${path}`, {
      hint: 'Export it as `graph`: what createGraph returns, or a list of tasks.',
    });
  }
  const { only, skip, format } = flags;
  print(formatGraph(graph, format, selectTasks(graph, { ...(only.length > 0 ? { only } : {}), skip })));
}

function findGraph({ graph, default: main }: Record<string, unknown>): Graph | undefined {
  const found = graph ?? main;
  if (Array.isArray(found)) return createGraph(found as Task[]);
  return typeof found === 'object' && found !== null && 'order' in found ? (found as Graph) : undefined;
}
