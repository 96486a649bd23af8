import { z } from 'zod';
import { ProwError } from './errors.js';
import { jobTypes } from './job.js';
import type { JobType, ProwJobInfo } from './job.js';
import { formatPullRefs, parsePullRefs } from './pull-refs.js';
import { refsSchema } from './refs.js';
import type { Pull, Refs } from './refs.js';

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

const jobSpecSchema = z.looseObject({
  type: z.string().optional(),
  job: z.string().optional(),
  buildid: z.string().optional(),
  prowjobid: z.string().optional(),
  refs: refsSchema.optional(),
  extra_refs: z.array(refsSchema).optional(),
  decoration_config: z.looseObject({}).optional(),
});
type JobSpec = z.infer<typeof jobSpecSchema>;

const maxJobSpecLength = 1024 * 1024;
const jobName = /^[A-Za-z0-9-._]+$/;
const maxUint64 = 2n ** 64n - 1n;

/** Whether this process runs as a Prow job, or is told so. */
export function isProwEnvironment(env: Env): boolean {
  return Boolean(env['JOB_SPEC'] || env['JOB_NAME']);
}

/**
 * Reads what job this is. `JOB_SPEC` wins for every field it holds, the single variables fill its gaps; a variable that is
 * set but empty is not there. Contradictions end up in `warnings`.
 *
 * @throws {ProwError} `INVALID_ENVIRONMENT` when `JOB_SPEC` is malformed, a fact is missing that the job's type needs, or,
 * in strict mode, sources contradict each other.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/pod-utils/downwardapi/jobspec.go
 */
export function parseJobEnvironment(
  env: Env,
  options: {
    /** Make contradictions errors. @default false */
    readonly strict?: boolean;
  } = {},
): ProwJobInfo {
  const spec = parseJobSpec(env['JOB_SPEC']);
  const warnings: string[] = [];
  /** The first that is there wins; those that differ from it are reported. */
  const choose = (what: string, ...sources: readonly (readonly [name: string, value: string | undefined])[]) => {
    const [first, ...others] = sources.filter(([, value]) => value !== undefined && value !== '');
    for (const [name, value] of others) {
      if (value !== first?.[1]) {
        warnings.push(`${what}: ${first?.[0]} is ${JSON.stringify(first?.[1])}, ${name} is ${JSON.stringify(value)}`);
      }
    }
    return first?.[1];
  };

  const type = checkType(
    choose('type', ['JOB_SPEC.type', spec?.type], ['JOB_TYPE', env['JOB_TYPE']]) ?? inferType(env),
  );
  const job = choose('job', ['JOB_SPEC.job', spec?.job], ['JOB_NAME', env['JOB_NAME']]);
  const buildId = choose(
    'build id',
    ['JOB_SPEC.buildid', spec?.buildid],
    ['BUILD_ID', env['BUILD_ID']],
    ['BUILD_NUMBER', env['BUILD_NUMBER']],
  );
  const prowJobId = choose('ProwJob', ['JOB_SPEC.prowjobid', spec?.prowjobid], ['PROW_JOB_ID', env['PROW_JOB_ID']]);
  // A periodic's author may set the variables of refs to anything: only JOB_SPEC counts there.
  const refs = type === 'periodic' ? refsIn(spec) : mergeRefs(type, refsIn(spec), env, choose);

  const info: ProwJobInfo = {
    type,
    job: checkJobName(job),
    buildId: checkBuildId(buildId),
    ...(prowJobId === undefined ? {} : { prowJobId }),
    ...(refs === undefined ? {} : { refs }),
    ...(spec?.extra_refs === undefined ? {} : { extraRefs: spec.extra_refs }),
    decorated: spec?.decoration_config !== undefined,
    ...(env['ARTIFACTS'] ? { artifactsDir: env['ARTIFACTS'] } : {}),
    warnings,
  };
  checkRefs(info);
  if (options.strict === true && warnings.length > 0) {
    throw invalid(`contradictions in the job environment: ${warnings.join('; ')}`, 'Make the variables agree.');
  }
  return info;
}

type Choose = (what: string, ...sources: readonly (readonly [string, string | undefined])[]) => string | undefined;

function parseJobSpec(text: string | undefined): JobSpec | undefined {
  if (!text) return undefined;
  const hint = 'Pass on JOB_SPEC as Prow set it, or unset it to use the single variables.';
  if (text.length > maxJobSpecLength) throw invalid(`JOB_SPEC is malformed: ${text.length} characters`, hint);
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, part: unknown) => part ?? undefined); // null is nothing, as in Go
  } catch (cause) {
    throw invalid('JOB_SPEC is malformed: not JSON', hint, cause);
  }
  const spec = jobSpecSchema.safeParse(value);
  if (spec.success) return spec.data;
  const problems = spec.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  throw invalid(`JOB_SPEC is malformed: ${problems.join('; ')}`, hint, spec.error);
}

/** `"refs":{}` is how old Prow wrote none. */
function refsIn(spec: JobSpec | undefined): Refs | undefined {
  const refs = spec?.refs;
  return refs === undefined || (refs.org === '' && refs.repo === '' && !refs.base_ref) ? undefined : refs;
}

function inferType(env: Env): string {
  if (env['PULL_NUMBER']) return 'presubmit';
  if ((readPullRefs(env)?.pulls?.length ?? 0) >= 2) return 'batch';
  return env['REPO_OWNER'] ? 'postsubmit' : 'periodic';
}

function checkType(type: string): JobType {
  const known = jobTypes.find((name) => name === type);
  if (known === undefined) {
    throw invalid(`unknown job type ${JSON.stringify(type)}`, `JOB_TYPE is one of ${jobTypes.join(', ')}.`);
  }
  return known;
}

function readPullRefs(env: Env) {
  const text = env['PULL_REFS'];
  if (!text) return undefined;
  try {
    return parsePullRefs(text);
  } catch (cause) {
    throw invalid(`PULL_REFS is malformed: ${(cause as Error).message}`, 'Write it as BRANCH:SHA,NUMBER:SHA.', cause);
  }
}

function mergeRefs(type: JobType, spec: Refs | undefined, env: Env, choose: Choose): Refs | undefined {
  // With JOB_SPEC at hand PULL_REFS is only compared, not read: a comma in a branch name makes it unreadable.
  const pullRefs = spec === undefined ? readPullRefs(env) : undefined;
  const org = choose('org', ['JOB_SPEC.refs.org', spec?.org], ['REPO_OWNER', env['REPO_OWNER']]);
  const repo = choose('repo', ['JOB_SPEC.refs.repo', spec?.repo], ['REPO_NAME', env['REPO_NAME']]);
  const baseRef = choose(
    'base ref',
    ['JOB_SPEC.refs.base_ref', spec?.base_ref],
    ['PULL_REFS', pullRefs?.base_ref],
    ['PULL_BASE_REF', env['PULL_BASE_REF']],
  );
  const baseSha = choose(
    'base SHA',
    ['JOB_SPEC.refs.base_sha', spec?.base_sha],
    ['PULL_REFS', pullRefs?.base_sha],
    ['PULL_BASE_SHA', env['PULL_BASE_SHA']],
  );
  const pulls = mergePulls(
    type,
    spec?.pulls ?? pullRefs?.pulls,
    spec === undefined ? 'PULL_REFS' : 'JOB_SPEC',
    env,
    choose,
  );
  if (org === undefined && repo === undefined && baseRef === undefined && pulls === undefined) return undefined;
  const refs: Refs = {
    ...spec,
    org: org ?? '',
    repo: repo ?? '',
    ...(baseRef === undefined ? {} : { base_ref: baseRef }),
    ...(baseSha === undefined ? {} : { base_sha: baseSha }),
    ...(pulls === undefined ? {} : { pulls }),
  };
  if (spec !== undefined) choose('refs', ['JOB_SPEC.refs', formatPullRefs(spec)], ['PULL_REFS', env['PULL_REFS']]);
  return refs;
}

function mergePulls(
  type: JobType,
  pulls: readonly Pull[] | undefined,
  source: string,
  env: Env,
  choose: Choose,
): readonly Pull[] | undefined {
  if (type !== 'presubmit') return pulls; // only presubmits have variables of their one pull
  const [first, ...others] = pulls ?? [];
  const number = choose(
    'pull number',
    [`${source} pull`, first === undefined ? undefined : String(first.number)],
    ['PULL_NUMBER', env['PULL_NUMBER']],
  );
  if (number === undefined) return pulls;
  if (!/^\d+$/.test(number)) throw invalid(`PULL_NUMBER is not a number: ${JSON.stringify(number)}`);
  const sha = choose('pull SHA', [`${source} pull`, first?.sha], ['PULL_PULL_SHA', env['PULL_PULL_SHA']]) ?? '';
  const optional = (key: 'head_ref' | 'title', variable: string) => {
    const value = first?.[key] || env[variable];
    return value ? { [key]: value } : {};
  };
  const pull: Pull = {
    ...first,
    number: Number(number),
    sha,
    ...optional('head_ref', 'PULL_HEAD_REF'),
    ...optional('title', 'PULL_TITLE'),
  };
  return [pull, ...others];
}

function checkJobName(job: string | undefined): string {
  if (job === undefined) throw invalid('the job has no name', 'Set JOB_NAME, or JOB_SPEC with "job".');
  if (!jobName.test(job) || job === '.' || job === '..') {
    throw invalid(`not a job name: ${JSON.stringify(job)}`, 'Use letters, digits, hyphens, dots and underscores.');
  }
  return job;
}

function checkBuildId(buildId: string | undefined): string {
  if (buildId === undefined) throw invalid('the job has no build id', 'Set BUILD_ID, or JOB_SPEC with "buildid".');
  if (!/^[0-9]+$/.test(buildId) || BigInt(buildId) > maxUint64) {
    throw invalid(`not a build id: ${JSON.stringify(buildId)}`, 'Use digits only, a number below 2^64.');
  }
  return buildId;
}

function checkRefs({ type, refs }: ProwJobInfo): void {
  if (type === 'periodic') return;
  const hint = 'Set JOB_SPEC with "refs", or REPO_OWNER, REPO_NAME and PULL_REFS.';
  if (type === 'presubmit' && refs?.pulls?.[0] === undefined) throw invalid('presubmit needs refs.pulls[0]', hint);
  if (refs === undefined) throw invalid(`${type} needs refs`, hint);
  if (refs.org === '' || refs.repo === '') throw invalid(`${type} needs refs.org and refs.repo`, hint);
  const wrong = refs.pulls?.find(({ number }) => number < 1);
  if (wrong !== undefined) throw invalid(`not the number of a pull request: ${wrong.number}`, hint);
}

function invalid(message: string, hint?: string, cause?: unknown): ProwError {
  return new ProwError('INVALID_ENVIRONMENT', message, { ...(hint === undefined ? {} : { hint }), cause });
}
