import type { ArtifactsAnswer } from '../api.js';
import type { ResultObject, Results } from '../results/results.js';

/** Objects of a run that are looked at; the rest is said to be there. */
export const MAX_OBJECTS = 5_000;

/** What lies in a run's folder. */
export interface RunObjects {
  /** By path below the run, in order of names. */
  readonly files: ReadonlyMap<string, ResultObject>;
  readonly more: boolean;
  /** Differs when any of them was written. */
  readonly version: string;
}

/** Lists a run's folder: one request for each thousand objects, five at most. */
export async function listRunObjects(results: Results, run: string): Promise<RunObjects> {
  const listed = await results.list(`${run}/`, { max: MAX_OBJECTS + 1 });
  const objects = listed.slice(0, MAX_OBJECTS);
  const files = new Map(objects.map((object) => [object.path.slice(run.length + 1), object]));
  return { files, more: listed.length > MAX_OBJECTS, version: versionOf(objects) };
}

/** A run's artifacts and logs, as the page lists them. */
export function artifactsOf({ files, more }: RunObjects): ArtifactsAnswer {
  return {
    files: [...files].map(([file, { sizeBytes, updatedMs }]) => ({ file, sizeBytes, updatedMs })),
    more,
  };
}

/** Generations and sizes, folded into a short text (FNV-1a of 32 bits, twice): enough to tell that something changed. */
function versionOf(objects: readonly ResultObject[]): string {
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (const { path, generation, sizeBytes } of objects) {
    for (const char of `${path}\0${generation}\0${sizeBytes}\n`) {
      const code = char.codePointAt(0) ?? 0;
      low = Math.imul(low ^ code, 0x01000193) >>> 0;
      high = Math.imul(high + code, 0x85ebca6b) >>> 0;
    }
  }
  return `${low.toString(36)}${high.toString(36)}`;
}
