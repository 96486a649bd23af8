import type { Fields } from '../../kube-api.js';

/**
 * One request, the same for both servers but for what only an answer can tell. That is written as a placeholder, which
 * each server's own answers fill in: `<run>` (name of this run), `<rv:PATH>`, `<old:PATH>` (the version before), `<uid:PATH>`
 * of the object at PATH, `<list:PATH>` (version of the last list of PATH) and `<continue:PATH>` (its token).
 */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly accept?: string;
  /** Sent as it is when it is a text. */
  readonly body?: Fields | readonly Fields[] | string;
  /** Answers with a stream of events. */
  readonly watches?: boolean;
}

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** Parsed where it is JSON; of a watch the list of its events. */
  readonly body: unknown;
}
