import { HelmError } from './errors.js';

/** States of a release, as helm writes them. */
export type ReleaseStatus = (typeof releaseStatuses)[number];

/** @see https://github.com/helm/helm/blob/main/pkg/release/common/status.go */
const releaseStatuses = [
  ...(['unknown', 'deployed', 'uninstalled', 'superseded', 'failed', 'uninstalling'] as const),
  ...(['pending-install', 'pending-upgrade', 'pending-rollback'] as const),
] as const;

/** A hook of a release and its last run. */
export interface ReleaseHook {
  readonly name: string;
  readonly kind: string;
  /** `test`, `pre-install`, … */
  readonly events: readonly string[];
  readonly lastRun: {
    readonly phase: HookPhase | undefined;
    readonly startedMs: number | undefined;
    readonly completedMs: number | undefined;
  };
}

/** Phases of a hook, as helm writes them. */
export type HookPhase = (typeof hookPhases)[number];

const hookPhases = ['Unknown', 'Running', 'Succeeded', 'Failed'] as const;

/** One revision of a release. */
export interface ReleaseInfo {
  readonly name: string;
  readonly namespace: string;
  /** From 1. */
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly description: string | undefined;
  readonly firstDeployedMs: number | undefined;
  readonly lastDeployedMs: number | undefined;
  readonly notes: string | undefined;
  /** The rendered objects without hooks, YAML documents. */
  readonly manifest: string;
  readonly hooks: readonly ReleaseHook[];
}

/** A line of `helm list`. */
export interface ReleaseSummary {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  /** Name and version: `demo-0.1.0`. */
  readonly chart: string;
  readonly appVersion: string;
}

/** A line of `helm history`, oldest first. */
export interface ReleaseRevision {
  readonly revision: number;
  readonly status: ReleaseStatus;
  readonly chart: string;
  readonly appVersion: string;
  readonly description: string;
  readonly updatedMs: number | undefined;
}

/** Reads what `install`, `upgrade` and `status` print with `-o json`. @throws {HelmError} `UNREADABLE_OUTPUT`. */
export function parseRelease(json: string): ReleaseInfo {
  const release = record(parseJson(json, 'release'), 'release');
  const info = record(release['info'], 'info');
  return {
    name: string(release, 'name'),
    namespace: string(release, 'namespace'),
    revision: revision(release['version'], 'version'),
    status: status(info),
    description: optionalString(info['description']),
    firstDeployedMs: time(info['first_deployed']),
    lastDeployedMs: time(info['last_deployed']),
    notes: optionalString(info['notes']),
    manifest: optionalString(release['manifest']) ?? '',
    hooks: list(release['hooks']).map(parseHook),
  };
}

/** Reads `helm list -o json`. @throws {HelmError} `UNREADABLE_OUTPUT`. */
export function parseReleaseList(json: string): readonly ReleaseSummary[] {
  return list(parseJson(json, 'list of releases')).map((value) => {
    const line = record(value, 'release');
    return {
      name: string(line, 'name'),
      namespace: string(line, 'namespace'),
      revision: revision(line['revision'], 'revision'),
      status: status(line),
      chart: string(line, 'chart'),
      appVersion: optionalString(line['app_version']) ?? '',
    };
  });
}

/** Reads `helm history -o json`. @throws {HelmError} `UNREADABLE_OUTPUT`. */
export function parseHistory(json: string): readonly ReleaseRevision[] {
  return list(parseJson(json, 'history')).map((value) => {
    const line = record(value, 'revision');
    return {
      revision: revision(line['revision'], 'revision'),
      status: status(line),
      chart: string(line, 'chart'),
      appVersion: optionalString(line['app_version']) ?? '',
      description: optionalString(line['description']) ?? '',
      updatedMs: time(line['updated']),
    };
  });
}

/** Reads any JSON helm prints. @throws {HelmError} `UNREADABLE_OUTPUT`. */
export function parseJson(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw unreadable(`${what} is not JSON: ${JSON.stringify(json.slice(0, 80))}`, cause);
  }
}

function parseHook(value: unknown): ReleaseHook {
  const hook = record(value, 'hook');
  const run = hook['last_run'] === undefined ? {} : record(hook['last_run'], 'last_run');
  const phase = optionalString(run['phase']);
  return {
    name: string(hook, 'name'),
    kind: optionalString(hook['kind']) ?? '',
    events: list(hook['events']).map(String),
    lastRun: {
      phase: phase === undefined ? undefined : hookPhase(phase),
      startedMs: time(run['started_at']),
      completedMs: time(run['completed_at']),
    },
  };
}

function hookPhase(value: string): HookPhase {
  const found = hookPhases.find((each) => each === value);
  if (found !== undefined) return found;
  throw unreadable(`phase is none of a hook: ${JSON.stringify(value)}`);
}

type Fields = Readonly<Record<string, unknown>>;

function record(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(`${what} is not an object`);
  return value as Fields;
}

/** helm leaves out empty lists or writes null. */
function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw unreadable('expected a list');
  return value;
}

function string(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw unreadable(`${key} is not text`);
  return value;
}

/** A number, but in lists, where it is text. */
function revision(value: unknown, key: string): number {
  const found = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof found === 'number' && Number.isSafeInteger(found) && found > 0) return found;
  throw unreadable(`${key} is not a revision: ${JSON.stringify(value)}`);
}

function status(fields: Fields): ReleaseStatus {
  const found = releaseStatuses.find((each) => each === fields['status']);
  if (found !== undefined) return found;
  throw unreadable(`status is none of a release: ${JSON.stringify(fields['status'])}`);
}

function optionalString(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** helm 3 writes `""` and `0001-01-01T00:00:00Z` for no time, helm 4 leaves it out. */
function time(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

function unreadable(message: string, cause?: unknown): HelmError {
  return new HelmError('UNREADABLE_OUTPUT', `cannot read what helm printed: ${message}`, { cause });
}
