import { collectionOf, play } from './run.js';
import type { Finding, Pair } from './run.js';
import type { Step } from './step.js';

const MAX_REPLAYS = 24;

/**
 * Looks for a shorter sequence that ends in the same step with different answers, by replaying parts of the one that led
 * there, each in namespaces of its own.
 */
export async function shrink(
  pair: Pair,
  run: string,
  steps: readonly Step[],
  finding: Finding,
): Promise<readonly Step[]> {
  let replays = 0;
  const fails = async (candidate: readonly Step[]): Promise<boolean> => {
    replays += 1;
    const findings = await play(pair, `${run}-${replays}`, candidate);
    return findings.some(({ index }) => index === candidate.length - 1);
  };
  let best = steps.slice(0, finding.index + 1);
  const related = best.filter(({ path }) => collectionOf(path) === collectionOf(finding.step.path));
  if (await fails(related)) best = related;
  for (
    let size = Math.ceil(best.length / 2);
    size >= 1 && replays < MAX_REPLAYS;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start + size < best.length && replays < MAX_REPLAYS;) {
      const candidate = [...best.slice(0, start), ...best.slice(start + size)];
      if (await fails(candidate)) best = candidate;
      else start += size;
    }
  }
  return best;
}
