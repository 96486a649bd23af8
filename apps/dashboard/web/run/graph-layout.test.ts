import { describe, expect, it } from 'vitest';
import type { TaskView } from '../../src/api.js';
import { edgesOf, layOut } from './graph-layout.js';

function task(name: string, needs: readonly string[] = [], after: readonly string[] = []): TaskView {
  return {
    name,
    needs,
    after,
    cleanup: false,
    selected: true,
    state: 'pending',
    attempts: 0,
    attemptHistory: [],
    resumed: false,
    critical: false,
  };
}

const tasks = [
  task('clone'),
  task('build', ['clone']),
  task('lint', ['clone']),
  task('deploy', ['clone', 'build'], ['lint']),
  task('finalize', [], ['clone', 'build', 'lint', 'deploy']),
];

describe(edgesOf, () => {
  it('leaves out what other edges say', () => {
    expect(edgesOf(tasks)).toEqual([
      { from: 'clone', to: 'build', needs: true },
      { from: 'clone', to: 'lint', needs: true },
      { from: 'build', to: 'deploy', needs: true },
      { from: 'lint', to: 'deploy', needs: false },
      { from: 'deploy', to: 'finalize', needs: false },
    ]);
  });

  it('does not hang on a circle, nor on a task that is not there', () => {
    const odd = [task('a', ['b']), task('b', ['a']), task('c', ['nowhere'])];
    expect(edgesOf(odd).every(({ from }) => from !== 'nowhere')).toBe(true);
  });
});

describe(layOut, () => {
  it('places tasks from left to right, none on another', async () => {
    const { nodes, edges, width, height } = await layOut(tasks);
    const x = Object.fromEntries(nodes.map((node) => [node.name, node.x]));
    expect(x['clone']).toBeLessThan(x['build'] ?? 0);
    expect(x['build']).toBeLessThan(x['deploy'] ?? 0);
    const places = new Set(nodes.map((node) => `${Math.round(node.x)}:${Math.round(node.y)}`));
    expect(places.size).toBe(nodes.length);
    expect(edges.every(({ points }) => points.length >= 2)).toBe(true);
    expect(nodes.every((node) => node.x > 0 && node.x < width && node.y > 0 && node.y < height)).toBe(true);
  });
});
