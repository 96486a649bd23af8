import type { TaskView } from '../../src/api.js';

/** Where everything goes, in pixels. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** By their middles. */
  readonly nodes: readonly { readonly name: string; readonly x: number; readonly y: number; readonly width: number }[];
  readonly edges: readonly Edge[];
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Whether `to` takes the output of `from`, or only comes after it. */
  readonly needs: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export const NODE_HEIGHT = 32;
/** Beside the name: the state's shape and the space around it. */
const [NODE_FRAME, CHARACTER] = [44, 6.9];

/** Width of a node, for its name. */
function widthOf(name: string): number {
  return Math.min(240, Math.round(NODE_FRAME + name.length * CHARACTER));
}

/** Places the tasks from left to right. The layout library is loaded here, when it is first needed. */
export async function layOut(tasks: readonly TaskView[]): Promise<GraphLayout> {
  const dagre = await import('@dagrejs/dagre');
  const graph = new dagre.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 10, ranksep: 24, marginx: 6, marginy: 6 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name } of tasks) graph.setNode(name, { width: widthOf(name), height: NODE_HEIGHT });
  const edges = edgesOf(tasks);
  for (const { from, to } of edges) graph.setEdge(from, to);
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const nodes = tasks.map(({ name }) => {
    const { x = 0, y = 0 } = graph.node(name) as { x?: number; y?: number };
    return { name, x, y, width: widthOf(name) };
  });
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return {
    width,
    height,
    nodes,
    edges: edges.map((edge) => {
      const { points = [] } = graph.edge(edge.from, edge.to) as { points?: Edge['points'] };
      const [from, to] = [byName.get(edge.from), byName.get(edge.to)];
      if (from === undefined || to === undefined) return { ...edge, points };
      // From the middle of one side to the middle of the other; in between as it was laid out.
      const ends = [
        { x: from.x + from.width / 2, y: from.y },
        { x: to.x - to.width / 2, y: to.y },
      ] as const;
      return { ...edge, points: [ends[0], ...(points.length > 3 ? points.slice(1, -1) : []), ends[1]] };
    }),
  };
}

/** Edges that are not implied by others: what comes after everything would hide the rest. */
export function edgesOf(tasks: readonly Pick<TaskView, 'name' | 'needs' | 'after'>[]): readonly Omit<Edge, 'points'>[] {
  const names = new Set(tasks.map(({ name }) => name));
  const before = new Map(
    tasks.map(({ name, needs, after }) => [name, [...new Set([...needs, ...after])].filter((one) => names.has(one))]),
  );
  const reached = new Map<string, ReadonlySet<string>>();
  const ancestorsOf = (name: string): ReadonlySet<string> => {
    const known = reached.get(name);
    if (known !== undefined) return known;
    reached.set(name, new Set()); // a graph with a circle, which no journal should have, ends here
    const all = new Set<string>();
    for (const one of before.get(name) ?? []) {
      all.add(one);
      for (const above of ancestorsOf(one)) all.add(above);
    }
    reached.set(name, all);
    return all;
  };
  return tasks.flatMap(({ name, needs }) => {
    const direct = before.get(name) ?? [];
    const kept = direct.filter((one) => !direct.some((other) => other !== one && ancestorsOf(other).has(one)));
    return kept.map((from) => ({ from, to: name, needs: needs.includes(from) }));
  });
}
