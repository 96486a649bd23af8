import { DockerError } from './docker-error.js';
import type { Progress } from './registry-client.js';

/**
 * An answer of JSON messages, one a line, sent as they come.
 *
 * Once it streams, a failure can only be its last message: `errorDetail`.
 */
export function streamMessages(work: (emit: (message: Progress) => void) => Promise<void>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      let open = true;
      const emit = (message: Progress) => {
        if (!open) return;
        try {
          controller.enqueue(encoder.encode(`${JSON.stringify(message)}\r\n`));
        } catch {
          open = false; // the client went away
        }
      };
      try {
        await work(emit);
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        const known = cause instanceof DockerError || (cause as Error).name === 'AbortError';
        emit({ errorDetail: { message: known ? message : `internal error: ${message}` }, error: message });
      }
      if (open) controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json', 'api-version': API_VERSION } });
}

/** Version of the Engine API that is spoken. */
export const API_VERSION = '1.41';
/** The oldest that is understood. */
export const MIN_API_VERSION = '1.24';
