import type { Duplex } from 'node:stream';
import type { SpdyStream } from './spdy-connection.js';
import { serveSpdy } from './spdy-connection.js';
import type { Channels } from './channels.js';

/** Connects to a port of the pod. @throws {Error} whose message the client is told */
export type Dial = (port: number) => Promise<Duplex>;

/**
 * Forwards ports over SPDY, as `kubectl port-forward` does, be it within a WebSocket: for every connection the client
 * opens a stream for data and one for errors, with the same `requestid`.
 */
export function forwardSpdy(transport: Duplex, dial: Dial): void {
  const waiting = new Map<string, SpdyStream>();
  serveSpdy(transport, (stream) => {
    const { port = '', requestid = '', streamtype = '' } = stream.headers;
    const key = `${port} ${requestid}`;
    const other = waiting.get(key);
    if (other === undefined || other.headers['streamtype'] === streamtype) {
      waiting.set(key, stream);
      stream.once('close', () => {
        if (waiting.get(key) === stream) waiting.delete(key);
      });
      return;
    }
    waiting.delete(key);
    const [data, error] = streamtype === 'data' ? [stream, other] : [other, stream];
    void forward(dial, Number(port), data, error);
  });
}

async function forward(dial: Dial, port: number, data: SpdyStream, error: SpdyStream): Promise<void> {
  error.resume();
  try {
    await join(await dial(port), data);
  } catch (cause) {
    error.write(cause instanceof Error ? cause.message : String(cause));
    data.resume().end();
  }
  error.end();
}

/**
 * Forwards ports over the channels of a WebSocket, as `@kubernetes/client-node` does: two for each port, data and errors,
 * both opened by the port's number.
 */
export function forwardChannels(channels: Channels, ports: readonly number[], dial: Dial): void {
  ports.forEach((port, index) => {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    const [data, error] = [channels.output(2 * index), channels.output(2 * index + 1)];
    data.write(number);
    error.write(number);
    const input = channels.input(2 * index);
    dial(port).then(
      (socket) => {
        input.pipe(socket);
        socket.on('error', () => socket.destroy()).pipe(data);
        socket.once('close', () => channels.close());
        void channels.closed.then(() => socket.destroy());
      },
      (cause: unknown) => {
        input.resume();
        error.write(cause instanceof Error ? cause.message : String(cause));
      },
    );
  });
}

/** Resolves when both directions have ended, or either side is gone. */
function join(a: Duplex, b: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      a.destroy();
      b.destroy();
      resolve();
    };
    a.on('error', end).once('close', end);
    b.on('error', end).once('close', end);
    a.pipe(b);
    b.pipe(a);
  });
}
