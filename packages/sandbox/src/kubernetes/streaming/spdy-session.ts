import type { Duplex } from 'node:stream';
import type { RemoteStreams } from './remote-session.js';
import { serveSpdy } from './spdy-connection.js';
import type { SpdyStream } from './spdy-connection.js';

/** Which streams the client said it would open; `error` it always opens. */
export interface ExpectedStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly resize: boolean;
}

/** Waits until the client has opened all its streams, each named by its header `streamtype`. @throws {Error} when it leaves */
export function acceptSpdySession(
  socket: Duplex,
  expected: ExpectedStreams,
): Promise<{ readonly remote: RemoteStreams; close(): void }> {
  const names = ['error', ...Object.entries(expected).flatMap(([name, wanted]) => (wanted ? [name] : []))];
  const streams = new Map<string, SpdyStream>();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return new Promise((resolve, reject) => {
    const take = (stream: SpdyStream): void => {
      streams.set(stream.headers['streamtype'] ?? '', stream);
      if (!names.every((name) => streams.has(name))) return;
      const error = streams.get('error') as SpdyStream;
      const of = (name: string): Record<string, SpdyStream> => {
        const found = streams.get(name);
        return found === undefined ? {} : { [name]: found };
      };
      for (const name of ['stdout', 'stderr', 'error']) streams.get(name)?.resume();
      resolve({
        remote: { ...of('stdin'), ...of('stdout'), ...of('stderr'), ...of('resize'), error, closed },
        // The last FIN is on its way when its stream has finished; the client closes the connection then.
        close: () => void error.once('finish', () => socket.end()),
      });
    };
    serveSpdy(socket, take);
    void closed.then(() => reject(new Error('the client left')));
  });
}
