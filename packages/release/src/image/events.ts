import { StringDecoder } from 'node:string_decoder';
import { ReleaseError } from '../errors.js';

/** One line of what the engine streams while it builds or pushes. */
export interface EngineEvent {
  /** Text of the classic builder: part of a line, a line, or several. */
  readonly stream?: string;
  readonly status?: string;
  /** Layer that {@link status} is about. */
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string; readonly code?: number };
  /** Of the classic builder and of pushes a map; of BuildKit's progress a text. */
  readonly aux?:
    | string
    | { readonly ID?: string; readonly Digest?: string; readonly Tag?: string; readonly Size?: number };
}

const MAX_LINE_CHARS = 8 * 1024 * 1024;

/**
 * Events of a stream, one by one. An event that tells an error is an event like others: whoever reads judges.
 *
 * Dockerode's own `followProgress` keeps all events in memory, garbles characters split over two chunks, and throws out of
 * the reach of any handler when a line is no JSON.
 *
 * @throws {ReleaseError} `ENGINE_FAILED` when a line is not an event, or longer than 8 Mi characters; the signal's reason
 */
export async function* readEvents(
  stream: NodeJS.ReadableStream,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<EngineEvent> {
  const { signal } = options;
  const decoder = new StringDecoder('utf8');
  const stop = () =>
    (stream as NodeJS.ReadableStream & { destroy?(error?: Error): void }).destroy?.(new Error('stopped'));
  signal?.addEventListener('abort', stop, { once: true });
  let rest = '';
  try {
    signal?.throwIfAborted();
    for await (const chunk of stream) {
      rest += typeof chunk === 'string' ? chunk : decoder.write(chunk);
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARS)
        throw new ReleaseError('ENGINE_FAILED', 'the Docker Engine sent a line without end');
      for (const line of lines) if (line.trim() !== '') yield parseEvent(line);
    }
    signal?.throwIfAborted();
    if (rest.trim() !== '') yield parseEvent(rest);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function parseEvent(line: string): EngineEvent {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === 'object' && event !== null) return event;
  } catch {
    // not JSON: told below
  }
  throw new ReleaseError('ENGINE_FAILED', 'the Docker Engine sent something else than events', {
    detail: line.slice(0, 2_000),
  });
}
