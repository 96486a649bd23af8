import { PassThrough, Writable } from 'node:stream';
import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';

/** A WebSocket whose messages begin with the number of the channel they belong to. */
export interface Channels {
  /** What the client sends on a channel. */
  input(channel: number): Readable;
  /** Sends on a channel. */
  output(channel: number): Writable;
  readonly closed: Promise<void>;
  /** Ends the connection once all that was written has been sent. */
  close(): void;
}

/** In version 5 a message on this channel says which other one the client has ended. */
const CLOSE_CHANNEL = 255;
const MAX_BUFFERED_BYTES = 1 << 20;

/** @see https://pkg.go.dev/k8s.io/apimachinery/pkg/util/remotecommand for the protocol's versions */
export function openChannels(socket: WebSocket): Channels {
  const inputs = new Map<number, PassThrough>();
  const input = (channel: number): PassThrough => {
    const known = inputs.get(channel) ?? new PassThrough();
    inputs.set(channel, known);
    return known;
  };
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => socket.terminate());
  socket.on('message', (message: Buffer) => {
    const [channel] = message;
    if (channel === undefined) return;
    if (channel === CLOSE_CHANNEL) {
      input(message[1] ?? 0).end();
      return;
    }
    const stream = input(channel);
    if (stream.writableEnded || message.length === 1 || stream.write(message.subarray(1))) return;
    socket.pause();
    stream.once('drain', () => socket.resume());
  });
  void closed.then(() => {
    for (const stream of inputs.values()) stream.end();
  });
  return {
    input,
    closed,
    output: (channel) =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => send(socket, Buffer.concat([Buffer.from([channel]), chunk]), done),
      }),
    close: () => socket.close(1000),
  };
}

// A write is done when little enough is on its way: the program must not fill the memory of a slow reader's server.
function send(socket: WebSocket, message: Buffer, done: () => void): void {
  if (socket.readyState !== socket.OPEN) return done();
  const isFull = socket.bufferedAmount > MAX_BUFFERED_BYTES;
  socket.send(message, () => {
    if (isFull) done();
  });
  if (!isFull) done();
}
