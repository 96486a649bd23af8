import { z } from 'zod';
import type { DecorationConfig, PodSpec } from '../config/job-config.js';
import { ProwError } from '../errors.js';
import type { JobType } from '../job.js';
import { jobTypes } from '../job.js';
import type { Refs } from '../refs.js';
import { refsSchema } from '../refs.js';

/** What a ProwJob's controller may say of it. The last four are ends. */
export const prowJobStates = ['scheduling', 'triggered', 'pending', 'success', 'failure', 'aborted', 'error'] as const;

/** One of {@link prowJobStates}. */
export type ProwJobState = (typeof prowJobStates)[number];

/** What to run, with Prow's own field names. Fields not listed are kept. */
export interface ProwJobSpec {
  readonly type: JobType;
  readonly job: string;
  readonly agent?: string | undefined;
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly refs?: Refs | undefined;
  readonly extra_refs?: readonly Refs[] | undefined;
  readonly report?: boolean | undefined;
  readonly context?: string | undefined;
  readonly rerun_command?: string | undefined;
  readonly pod_spec?: PodSpec | undefined;
  readonly decoration_config?: DecorationConfig | undefined;
  readonly [field: string]: unknown;
}

/** How far it is, with Prow's own field names. Fields not listed are kept. */
export interface ProwJobStatus {
  readonly state: ProwJobState;
  /** RFC 3339 in UTC, whole seconds; so are the other times. */
  readonly startTime?: string | undefined;
  readonly pendingTime?: string | undefined;
  readonly completionTime?: string | undefined;
  readonly description?: string | undefined;
  readonly url?: string | undefined;
  readonly build_id?: string | undefined;
  readonly [field: string]: unknown;
}

/**
 * The ProwJob resource, as far as this package looks at it.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/apis/prowjobs/v1/types.go
 */
export interface ProwJob {
  readonly apiVersion: 'prow.k8s.io/v1';
  readonly kind: 'ProwJob';
  readonly metadata: {
    /** A random UUID; also the name of the pod. */
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly [field: string]: unknown;
  };
  readonly spec: ProwJobSpec;
  readonly status: ProwJobStatus;
}

const words = z.record(z.string(), z.string());
const text = z.string().optional();
// Go writes empty lists and objects of some versions as null.
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const prowJobSchema = z.looseObject({
  apiVersion: z.literal('prow.k8s.io/v1'),
  kind: z.literal('ProwJob'),
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: text,
    labels: optional(words),
    annotations: optional(words),
  }),
  spec: z.looseObject({
    type: z.enum(jobTypes),
    job: z.string().min(1),
    agent: text,
    cluster: text,
    namespace: text,
    refs: optional(refsSchema),
    extra_refs: optional(z.array(refsSchema)),
    report: z.boolean().optional(),
    context: text,
    rerun_command: text,
    pod_spec: optional(z.looseObject({})),
    decoration_config: optional(z.looseObject({})),
  }),
  status: z.looseObject({
    state: z.enum(prowJobStates),
    startTime: text,
    pendingTime: text,
    completionTime: text,
    description: text,
    url: text,
    build_id: text,
  }),
});

/**
 * Reads an object as a ProwJob. Fields it does not know are kept.
 *
 * @param what what the object is from, for the error.
 * @throws {ProwError} `MALFORMED` that names each wrong field.
 */
export function parseProwJob(value: unknown, what: string): ProwJob {
  const { success, data, error } = prowJobSchema.safeParse(value);
  if (success) return data as ProwJob;
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; ');
  throw new ProwError('MALFORMED', `${what} is not a ProwJob: ${problems}`, {
    hint: 'Give one ProwJob of prow.k8s.io/v1, as mkpj prints it or kubectl get prowjob NAME -o yaml does.',
  });
}

/** Whether a state is an end: success, failure, aborted or error. */
export function isEndState(state: ProwJobState): boolean {
  return state === 'success' || state === 'failure' || state === 'aborted' || state === 'error';
}

/** A time as the resource holds it: `2026-08-01T12:00:00Z`. */
export function formatTime(timestampMs: number): string {
  return `${new Date(timestampMs).toISOString().slice(0, 19)}Z`;
}
