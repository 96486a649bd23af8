import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and what it is answered with. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}
