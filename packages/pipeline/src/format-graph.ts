import type { Graph } from './graph.js';
import type { TaskOutline } from './journal.js';
import { outlineOf } from './outline.js';
import type { Selection } from './selection.js';

/** Forms a graph is written in: for people, for Markdown, for Graphviz, for programs. */
export type GraphFormat = 'text' | 'mermaid' | 'dot' | 'json';

/**
 * Writes a graph, each task after those it waits for. Tasks that are left out are marked. Without a trailing line
 * break.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 * @see https://graphviz.org/doc/info/lang.html
 */
export function formatGraph(graph: Graph, format: GraphFormat, selection?: Selection): string {
  const tasks = outlineOf(graph, selection);
  switch (format) {
    case 'text':
      return formatText(tasks);
    case 'mermaid':
      return formatMermaid(tasks);
    case 'dot':
      return formatDot(tasks);
    case 'json':
      return JSON.stringify(
        { tasks: tasks.map((task) => ({ ...task, calls: graph.find(task.name)?.describe?.() ?? [] })) },
        undefined,
        2,
      );
  }
}

function formatText(tasks: readonly TaskOutline[]): string {
  const width = Math.max(0, ...tasks.map(({ name }) => name.length));
  return tasks
    .flatMap((task) => {
      const { name, summary, needs, after, selected, cleanup, when } = task;
      const notes = [
        ...(cleanup ? ['always'] : when === 'all_success' ? [] : [when]),
        ...(selected ? [] : ['left out']),
      ];
      const what = [
        ...(summary === undefined ? [] : [summary]),
        ...(notes.length > 0 ? [`(${notes.join(', ')})`] : []),
      ];
      const waits = [
        ...(needs.length > 0 ? [`needs ${needs.join(', ')}`] : []),
        ...(after.length > 0 ? [`after ${after.join(', ')}`] : []),
      ];
      return [
        `${name.padEnd(width)}  ${what.join(' ')}`.trimEnd(),
        ...(waits.length > 0 ? [`${' '.repeat(width)}    ${waits.join('; ')}`] : []),
      ];
    })
    .join('\n');
}

function formatMermaid(tasks: readonly TaskOutline[]): string {
  const ids = new Map(tasks.map(({ name }, at) => [name, `t${at}`]));
  const node = ({ name }: TaskOutline) => `${ids.get(name)}["${name}"]`;
  const groups = groupsOf(tasks);
  const lines = [
    'flowchart LR',
    ...tasks.filter(({ group }) => group === undefined).map((task) => `  ${node(task)}`),
    ...groups.flatMap((group, at) => [
      `  subgraph g${at}["${group.replaceAll('"', '#quot;')}"]`,
      ...tasks.filter((task) => task.group === group).map((task) => `    ${node(task)}`),
      '  end',
    ]),
    ...tasks.flatMap(({ name, needs, after }) => [
      ...needs.map((need) => `  ${ids.get(need)} --> ${ids.get(name)}`),
      ...after.filter((other) => !needs.includes(other)).map((other) => `  ${ids.get(other)} -.-> ${ids.get(name)}`),
    ]),
  ];
  const leftOut = tasks.filter(({ selected }) => !selected).map(({ name }) => ids.get(name));
  const style = leftOut.length === 0 ? [] : ['  classDef leftOut opacity:0.4', `  class ${leftOut.join(',')} leftOut`];
  return [...lines, ...style].join('\n');
}

function formatDot(tasks: readonly TaskOutline[]): string {
  const node = ({ name, selected }: TaskOutline) => `${quote(name)}${selected ? '' : ' [style=dashed]'};`;
  return [
    'digraph pipeline {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...tasks.filter(({ group }) => group === undefined).map((task) => `  ${node(task)}`),
    ...groupsOf(tasks).flatMap((group, at) => [
      `  subgraph cluster_${at} {`,
      `    label=${quote(group)};`,
      ...tasks.filter((task) => task.group === group).map((task) => `    ${node(task)}`),
      '  }',
    ]),
    ...tasks.flatMap(({ name, needs, after }) => [
      ...needs.map((need) => `  ${quote(need)} -> ${quote(name)};`),
      ...after
        .filter((other) => !needs.includes(other))
        .map((other) => `  ${quote(other)} -> ${quote(name)} [style=dotted];`),
    ]),
    '}',
  ].join('\n');
}

function groupsOf(tasks: readonly TaskOutline[]): readonly string[] {
  return [...new Set(tasks.flatMap(({ group }) => (group === undefined ? [] : [group])))];
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
