import type { Position } from './job-config.js';

/** What is wrong with a config; each keeps Prow from loading it. */
export const problemCodes = [
  'FILE',
  'PRESET',
  'REGEX',
  'NAME',
  'CONCURRENCY',
  'AGENT',
  'POD-INIT',
  'POD-COUNT',
  'POD-NAMES',
  'ENV',
  'VOLUME',
  'MOUNT',
  'LABEL',
  'ANNOTATION',
  'QUEUE',
  'RERUN-AUTH',
  'CLONE-URI',
  'DECORATION',
  'DUP-JOB',
  'DUP-CONTEXT',
  'RUN-MODE',
  'TRIGGER',
  'REPORT',
  'SCHEDULE',
] as const;

/** One of {@link problemCodes}. */
export type ProblemCode = (typeof problemCodes)[number];

/** One thing that is wrong with a config. */
export interface ConfigProblem {
  readonly code: ProblemCode;
  /** One line: what was found, and where the limits are. */
  readonly message: string;
  /** One imperative sentence. */
  readonly hint?: string;
  readonly position: Position;
  /** Name of the job it is about. */
  readonly job?: string;
}

/** What Prow loads, but somebody may not have meant. The names are those of Prow's own checkconfig, and two of ours: `regex-differs` and `unknown-agent`. */
export const warningNames = [
  'duplicate-job-refs',
  'long-job-names',
  'non-decorated-jobs',
  'periodic-default-clone-config',
  'regex-differs',
  'required-job-annotations',
  'unknown-agent',
  'unknown-fields',
  'validate-cluster-field',
] as const;

/** One of {@link warningNames}. */
export type WarningName = (typeof warningNames)[number];

/** One thing to look at. */
export interface ConfigWarning {
  readonly name: WarningName;
  readonly message: string;
  readonly position: Position;
  readonly job?: string;
}

/** A problem or warning as compilers write it: `FILE:LINE:COLUMN: CODE: MESSAGE (job NAME)`. */
export function formatFinding(finding: ConfigProblem | ConfigWarning): string {
  const { file, line, column } = finding.position;
  const label = 'code' in finding ? finding.code : `warning: ${finding.name}`;
  const job = finding.job === undefined ? '' : ` (job ${finding.job})`;
  return `${file}:${line}:${column}: ${label}: ${finding.message}${job}`;
}
