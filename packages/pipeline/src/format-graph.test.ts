import { describe, expect, it } from 'vitest';
import { formatGraph } from './format-graph.js';
import { createGraph } from './graph.js';
import { selectTasks } from './selection.js';
import { defineTask } from './task.js';

const noop = async () => {};
const clone = defineTask({ name: 'clone', summary: 'fetch the source', describe: () => ['git clone'], run: noop });
const lint = defineTask({ name: 'lint', group: 'checks', needs: { clone }, run: noop });
const build = defineTask({ name: 'build', needs: { clone }, after: [lint, clone], run: noop });
const teardown = defineTask({ name: 'teardown', after: [build], cleanup: true, summary: 'delete all', run: noop });
const graph = createGraph([clone, lint, build, teardown]);
const selection = selectTasks(graph, { skip: ['lint'] });

describe(formatGraph, () => {
  it('writes text for people', () => {
    expect(formatGraph(graph, 'text', selection)).toBe(
      [
        'clone     fetch the source',
        'lint      (left out)',
        '            needs clone',
        'build',
        '            needs clone; after lint, clone',
        'teardown  delete all (always)',
        '            after build',
      ].join('\n'),
    );
  });

  it('writes a Mermaid flowchart', () => {
    expect(formatGraph(graph, 'mermaid', selection)).toBe(
      [
        'flowchart LR',
        '  t0["clone"]',
        '  t2["build"]',
        '  t3["teardown"]',
        '  subgraph g0["checks"]',
        '    t1["lint"]',
        '  end',
        '  t0 --> t1',
        '  t0 --> t2',
        '  t1 -.-> t2',
        '  t2 -.-> t3',
        '  classDef leftOut opacity:0.4',
        '  class t1 leftOut',
      ].join('\n'),
    );
  });

  it('writes a Graphviz digraph', () => {
    expect(formatGraph(graph, 'dot', selection)).toBe(
      [
        'digraph pipeline {',
        '  rankdir=LR;',
        '  node [shape=box];',
        '  "clone";',
        '  "build";',
        '  "teardown";',
        '  subgraph cluster_0 {',
        '    label="checks";',
        '    "lint" [style=dashed];',
        '  }',
        '  "clone" -> "lint";',
        '  "clone" -> "build";',
        '  "lint" -> "build" [style=dotted];',
        '  "build" -> "teardown" [style=dotted];',
        '}',
      ].join('\n'),
    );
  });

  it('writes JSON for programs', () => {
    const { tasks } = JSON.parse(formatGraph(graph, 'json')) as { tasks: unknown[] };
    expect(tasks).toHaveLength(4);
    expect(tasks[0]).toEqual({
      name: 'clone',
      needs: [],
      after: [],
      when: 'all_success',
      cleanup: false,
      summary: 'fetch the source',
      selected: true,
      calls: ['git clone'],
    });
  });
});
