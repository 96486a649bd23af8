import { resolve } from 'node:path';
import { listConfigFiles, type NameFile, readConfigFile, relativeTo } from './config-files.js';
import { decode } from './decode.js';
import { defaultPeriodic, defaultPostsubmit, defaultPresubmit, type JobDefaults } from './defaults.js';
import type { ConfiguredJob, JobBase, Periodic, Postsubmit, Presubmit, ProwConfig } from './job-config.js';
import { type LoadedJob, problemAt } from './loaded-job.js';
import { applyPreset, findDuplicateLabels, presetApplies } from './presets.js';
import type { ConfigProblem, ConfigWarning } from './problem.js';
import type { Preset, RawConfig } from './raw-config.js';
import { createRe2Compiler } from './re2.js';
import { jobConfigShape, mainConfigShape } from './shapes.js';
import { findJobFaults, type JobSurroundings } from './validate-job.js';
import { findRegexFaults, findRunFaults } from './validate-runs.js';
import { findClashes } from './validate-together.js';
import { findWarnings, type WarningOptions } from './warnings.js';
import { parseYamlFile, type Path, type YamlFile } from './yaml-file.js';

/** What to check. */
export interface CheckConfigOptions extends WarningOptions {
  /** Prow's main config. @default none: what depends on it is not judged */
  readonly configPath?: string | undefined;
  /** Job configs: files, or folders that hold some at any depth. */
  readonly jobConfigPaths?: readonly string[] | undefined;
  /** Folder that paths are relative to; findings name files below it so too. @default paths are taken and named as given */
  readonly cwd?: string | undefined;
}

/** What became of it. Prow loads a config that has no problems. */
export interface ConfigCheck {
  /** By file and line. */
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigWarning[];
  /** Absent where there are problems. */
  readonly config?: ProwConfig;
}

/**
 * Loads a Prow config as Prow does, and tells all that keeps it from loading: files and types of fields first; then presets
 * and regular expressions, which stop Prow by themselves; then each job by itself and all of them together.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/config/config.go
 */
export async function checkProwConfig(options: CheckConfigOptions): Promise<ConfigCheck> {
  const { configPath, jobConfigPaths = [], cwd } = options;
  const nameFile: NameFile = cwd === undefined ? (path) => path : relativeTo(cwd);
  const find = (path: string) => (cwd === undefined ? path : resolve(cwd, path));
  const found: Findings = { problems: [], warnings: [] };
  const main = configPath === undefined ? undefined : await readSource(find(configPath), nameFile, true, found);
  const jobSources: Source[] = [];
  for (const path of jobConfigPaths) {
    const { files, problems } = await listConfigFiles(find(path), nameFile);
    found.problems.push(...problems);
    for (const file of files) {
      const source = await readSource(file, nameFile, false, found);
      if (source !== undefined) jobSources.push(source);
    }
  }
  if (found.problems.length > 0) return inOrder(found);
  const sources = [...(main === undefined ? [] : [main]), ...jobSources];
  const { pod_namespace, prowjob_namespace, plank = {}, decorate_all_jobs } = main?.raw ?? {};
  const defaults: JobDefaults = {
    podNamespace: pod_namespace || 'default',
    // A job config cannot say it for all.
    decorateAllJobs: decorate_all_jobs ?? false,
    plank,
  };
  if (plank.default_decoration_config_entries !== undefined && plank.default_decoration_configs !== undefined) {
    found.problems.push({
      code: 'DECORATION',
      message: 'both default_decoration_config_entries and the older default_decoration_configs',
      hint: 'Move all of the latter into entries.',
      position: main?.yaml.locate(['plank', 'default_decoration_configs']) ?? { file: '', line: 1, column: 1 },
    });
  }
  const defaulted = loadJobs(sources, defaults);
  const jobs = applyPresets(sources, defaulted, found);
  const compile = createRe2Compiler();
  for (const job of jobs)
    found.problems.push(...findRegexFaults(job.configured, compile).map((fault) => problemAt(job, fault)));
  if (found.problems.length > 0) return inOrder(found);

  const surroundings: JobSurroundings = { ...defaults, hasMainConfig: main !== undefined };
  for (const job of jobs) {
    const faults = [...findJobFaults(job.configured, surroundings), ...findRunFaults(job.configured, compile)];
    found.problems.push(...faults.map((fault) => problemAt(job, fault)));
    found.warnings.push(...findWarnings(job, options));
  }
  found.problems.push(...findClashes(jobs));
  if (found.problems.length > 0) return inOrder(found);
  const config: ProwConfig = {
    podNamespace: defaults.podNamespace,
    prowJobNamespace: prowjob_namespace || 'default',
    plank,
    jobs: jobs.map(({ configured }) => configured),
  };
  return { ...inOrder(found), config };
}

interface Findings {
  readonly problems: ConfigProblem[];
  readonly warnings: ConfigWarning[];
}

interface Source {
  readonly yaml: YamlFile;
  readonly raw: RawConfig;
}

async function readSource(
  file: string,
  nameFile: NameFile,
  isMain: boolean,
  found: Findings,
): Promise<Source | undefined> {
  const text = await readConfigFile(file, nameFile);
  if (typeof text !== 'string') {
    found.problems.push(text);
    return undefined;
  }
  const yaml = await parseYamlFile(nameFile(file), text);
  if (!('locate' in yaml)) {
    found.problems.push(...yaml);
    return undefined;
  }
  found.warnings.push(...yaml.remarks.map((remark) => ({ name: 'unknown-fields' as const, ...remark })));
  const raw = decode(yaml.value ?? {}, isMain ? mainConfigShape : jobConfigShape, [], {
    onWrong: (path, message) => found.problems.push({ code: 'FILE', message, position: yaml.locate(path) }),
    onUnknown: (path) => {
      const message = `unknown field ${String(path.at(-1))}`;
      found.warnings.push({ name: 'unknown-fields', message, position: yaml.locate(path) });
    },
  });
  return { yaml, raw: (raw ?? {}) as RawConfig };
}

/** All jobs with their defaults: presubmits, postsubmits, periodics. */
function loadJobs(sources: readonly Source[], defaults: JobDefaults): readonly LoadedJob[] {
  const presubmits = ofRepos(sources, 'presubmits', (job, repo, at) => ({
    ...at,
    type: 'presubmit',
    repo,
    job: defaultPresubmit(job as Presubmit, repo, defaults),
  }));
  const postsubmits = ofRepos(sources, 'postsubmits', (job, repo, at) => ({
    ...at,
    type: 'postsubmit',
    repo,
    job: defaultPostsubmit(job as Postsubmit, repo, defaults),
  }));
  const periodics = sources.flatMap(({ yaml, raw }) =>
    (raw.periodics ?? []).map((job: Periodic, at) =>
      locatedJob(yaml, ['periodics', at], (place) => ({
        ...place,
        type: 'periodic',
        job: defaultPeriodic(job, defaults),
      })),
    ),
  );
  return [...presubmits, ...postsubmits, ...periodics];
}

type Place = Pick<ConfiguredJob, 'position'>;

function ofRepos(
  sources: readonly Source[],
  field: 'presubmits' | 'postsubmits',
  make: (job: JobBase, repo: string, place: Place) => ConfiguredJob,
): readonly LoadedJob[] {
  return sources.flatMap(({ yaml, raw }) =>
    Object.entries(raw[field] ?? {}).flatMap(([repo, jobs]) =>
      jobs.map((job, at) => locatedJob(yaml, [field, repo, at], (place) => make(job, repo, place))),
    ),
  );
}

function locatedJob(yaml: YamlFile, path: Path, make: (place: Place) => ConfiguredJob): LoadedJob {
  return {
    configured: make({ position: yaml.locate(path) }),
    locate: (below) => yaml.locate([...path, ...below]),
  };
}

function applyPresets(sources: readonly Source[], jobs: readonly LoadedJob[], found: Findings): readonly LoadedJob[] {
  const located = sources.flatMap(({ yaml, raw }) =>
    (raw.presets ?? []).map((preset, at) => ({ preset, position: yaml.locate(['presets', at]) })),
  );
  const presets: readonly Preset[] = located.map(({ preset }) => preset);
  for (const { at, pair } of findDuplicateLabels(presets)) {
    found.problems.push({
      code: 'PRESET',
      message: `another preset has the label ${pair} too`,
      position: located[at]?.position ?? { file: '', line: 1, column: 1 },
    });
  }
  return jobs.map((loaded) => {
    const { configured } = loaded;
    let { spec } = configured.job;
    if (spec === undefined) return loaded;
    const onClash = (message: string) =>
      found.problems.push(problemAt(loaded, { code: 'PRESET', message, path: ['spec'] }));
    for (const preset of presets) if (presetApplies(preset, configured.job)) spec = applyPreset(preset, spec, onClash);
    // The job's own kind is kept: only its pod is another.
    return { ...loaded, configured: { ...configured, job: { ...configured.job, spec } } as ConfiguredJob };
  });
}

function inOrder({ problems, warnings }: Findings): ConfigCheck {
  const byPlace = (a: { position: ConfigProblem['position'] }, b: typeof a) =>
    a.position.file === b.position.file
      ? a.position.line - b.position.line || a.position.column - b.position.column
      : a.position.file < b.position.file
        ? -1
        : 1;
  return { problems: [...problems].sort(byPlace), warnings: [...warnings].sort(byPlace) };
}
