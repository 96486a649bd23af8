import { z } from 'zod';
import { ProwError } from '../errors.js';

const text = z.string().nullish();
const user = z.object({ login: z.string() });
const repository = z.object({ name: z.string(), owner: z.object({ login: text, name: text }), html_url: text });
const branch = z.object({ ref: z.string(), sha: z.string() });
const pullRequest = z.object({
  number: z.int(),
  title: text,
  body: text,
  draft: z.boolean().nullish(),
  mergeable: z.boolean().nullish(),
  state: text,
  html_url: text,
  user,
  base: branch,
  head: branch,
});
/** Of `push`. */
export const pushSchema = z.object({
  ref: z.string(),
  after: z.string(),
  deleted: z.boolean().nullish(),
  compare: text,
  commits: z
    .array(
      z.object({
        added: z.array(z.string()).nullish(),
        removed: z.array(z.string()).nullish(),
        modified: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
  repository,
});
/** Of `pull_request`. */
export const pullSchema = z.object({
  action: z.string(),
  pull_request: pullRequest,
  repository,
  label: z.object({ name: z.string() }).nullish(),
  sender: z.object({ login: text, type: text }).nullish(),
  changes: z.object({ base: z.unknown().optional() }).nullish(),
});
/** Of `issue_comment`. */
export const issueCommentSchema = z.object({
  action: z.string(),
  issue: z.object({ number: z.int(), state: text, pull_request: z.unknown().optional() }),
  comment: z.object({ body: text, user }),
  repository,
});
/** Of `pull_request_review` and `pull_request_review_comment`. */
export const reviewSchema = z.object({
  action: z.string(),
  pull_request: pullRequest,
  repository,
  review: z.object({ body: text, user }).nullish(),
  comment: z.object({ body: text, user }).nullish(),
});

/** A repository, as every event names it. */
export type Repository = z.infer<typeof repository>;
/** A pull request, as the events about it describe it. */
export type PullRequest = z.infer<typeof pullRequest>;
/** Payload of `push`. */
export type Push = z.infer<typeof pushSchema>;
/** Payload of `pull_request`. */
export type PullEvent = z.infer<typeof pullSchema>;

/**
 * The payload of an event, as far as it is looked at.
 *
 * @throws {ProwError} `MALFORMED` with the first field that is missing or wrong.
 */
export function parsePayloadOf<T>(schema: z.ZodType<T>, event: string, payload: unknown): T {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new ProwError('MALFORMED', `payload of ${event} is malformed: ${field || 'it'}: ${issue?.message ?? ''}`, {
    hint: 'Give the payload as GitHub sent it, and its event as X-GitHub-Event says.',
    cause: result.error,
  });
}
