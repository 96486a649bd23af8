import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq } from 'yaml';
import { appendYamlItem } from './append-yaml-item.js';
import type { NewJob } from './job-configs.js';
import type { YamlText } from './yaml-text.js';
import { invalid, parseYamlText } from './yaml-text.js';

/** A file of a job config, before anything is added to it. */
export interface JobFile {
  readonly path: string;
  readonly text: string;
}

/** What became of a job that is to be there. */
export interface AddedJob {
  readonly name: string;
  /** `kept`: there already, and not as it would be written. */
  readonly state: 'added' | 'already' | 'kept';
  /** Where it is, for the latter two. */
  readonly place: string | undefined;
}

interface FoundJob {
  readonly type: NewJob['type'];
  readonly repo: string | undefined;
  readonly job: Record<string, unknown>;
  readonly yaml: YamlText;
  readonly line: number;
}

const kinds = { presubmits: 'presubmit', postsubmits: 'postsubmit', periodics: 'periodic' } as const;

/**
 * Adds jobs to `target`; those that are in one of the files already stay as they are.
 *
 * @param files All files of the job config, `target` among them where it exists.
 * @returns the target's new text, and what became of each job.
 * @throws {ProwError} `INVALID_CONFIG` naming file and line, when a file is not YAML or another job has the name.
 */
export function addJobs(
  jobs: readonly NewJob[],
  files: readonly JobFile[],
  target: string,
): { readonly text: string; readonly added: readonly AddedJob[] } {
  const names = jobs.map(({ job }) => job.name);
  // A job config may have thousands of files: only those that hold a name are read.
  const existing = files
    .filter(({ text }) => names.some((name) => text.includes(name)))
    .flatMap(({ path, text }) => [...findJobs(parseYamlText(path, text))]);
  let text = files.find(({ path }) => path === target)?.text ?? '';
  const added = jobs.map((wanted): AddedJob => {
    const { name } = wanted.job;
    const [found] = existing.filter(({ job }) => job['name'] === name);
    if (found === undefined) {
      text = appendYamlItem(target, text, wanted.path, wanted.job);
      return { name, state: 'added', place: undefined };
    }
    if (!isOurs(found, wanted)) {
      const hint = 'Rename one of the two: --name NAME gives the new jobs another name.';
      throw invalid(found.yaml.file, found.line, `there is another job ${name} already`, hint);
    }
    const isSame = isDeepStrictEqual(found.job, JSON.parse(JSON.stringify(wanted.job)));
    return { name, state: isSame ? 'already' : 'kept', place: `${found.yaml.file}:${found.line}` };
  });
  return { text, added };
}

/** Of the same kind, for the same repository, and a trial. */
function isOurs({ type, repo, job }: FoundJob, wanted: NewJob): boolean {
  if (type !== wanted.type || repo !== wanted.path[1]) return false;
  if (wanted.type === 'periodic') {
    const [theirs] = (job['extra_refs'] ?? []) as readonly Record<string, unknown>[];
    const [ours] = wanted.job.extra_refs ?? [];
    if (theirs?.['org'] !== ours?.org || theirs?.['repo'] !== ours?.repo) return false;
  }
  const { containers = [] } = (job['spec'] ?? {}) as { containers?: readonly Record<string, unknown>[] };
  return containers.some(({ command, args }) => /\bseatrial\b.*\be2e\b/.test([command, args].flat().join(' ')));
}

function* findJobs(yaml: YamlText): Generator<FoundJob> {
  for (const [kind, type] of Object.entries(kinds)) {
    const below = yaml.document.get(kind, true);
    if (isSeq(below)) yield* jobsIn(yaml, below, type, undefined);
    if (!isMap(below)) continue;
    for (const { key, value } of below.items) {
      yield* jobsIn(yaml, value, type, isScalar(key) ? String(key.value) : undefined);
    }
  }
}

function* jobsIn(yaml: YamlText, list: unknown, type: NewJob['type'], repo: string | undefined): Generator<FoundJob> {
  if (!isSeq(list)) return;
  for (const item of list.items) {
    if (isMap(item)) {
      const job = item.toJS(yaml.document) as Record<string, unknown>;
      yield { type, repo, job, yaml, line: yaml.lineOf(item) };
    }
  }
}
