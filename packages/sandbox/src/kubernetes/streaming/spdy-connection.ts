import { Duplex } from 'node:stream';
import { HeaderCompressor, HeaderDecompressor } from './spdy-headers.js';

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
const CONTROL = 0x8003;
const CANCEL = 5;
const MAX_DATA_BYTES = 65_536;
const MAX_FRAME_BYTES = 1 << 24;

/** A stream that the client opened. Reading ends with its FIN; ending it sends ours. */
export interface SpdyStream extends Duplex {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A SPDY/3.1 connection on the server's side. */
export interface SpdyConnection {
  /** Cuts all streams. Repeatable. */
  close(): void;
}

/**
 * Serves SPDY/3.1 over any duplex stream, as far as Kubernetes' clients use it: streams that they open, with headers and
 * data in both directions, pings and resets. Like theirs it knows no flow control but the transport's own.
 *
 * @param onStream Takes each stream when it is open.
 * @see https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 */
export function serveSpdy(transport: Duplex, onStream: (stream: SpdyStream) => void): SpdyConnection {
  const streams = new Map<number, Stream>();
  const compressor = new HeaderCompressor();
  const decompressor = new HeaderDecompressor();
  let closed = false;

  let waiting: (() => void)[] = [];

  const send: Send = (frame) => {
    if (closed || transport.destroyed || transport.writableEnded || transport.write(frame)) return Promise.resolve();
    return new Promise((resolve) => waiting.push(resolve));
  };

  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  };

  const close = (): void => {
    if (closed) return;
    closed = true;
    compressor.close();
    decompressor.close();
    for (const stream of streams.values()) stream.destroy();
    streams.clear();
    transport.destroy();
    wake();
  };
  transport.on('drain', wake).on('close', close).on('error', close);
  void receive().then(close, close);
  return { close };

  async function receive(): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of transport as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 8) {
        const end = 8 + rest.readUIntBE(5, 3);
        if (end > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${end} bytes`);
        if (rest.length < end) break;
        await take(rest.subarray(0, 8), rest.subarray(8, end));
        rest = rest.subarray(end);
      }
    }
  }

  async function take(head: Buffer, body: Buffer): Promise<void> {
    const fin = ((head[4] ?? 0) & FIN) !== 0;
    if (((head[0] ?? 0) & 0x80) === 0) {
      const stream = streams.get(head.readUInt32BE(0));
      await stream?.receive(body);
      if (fin) stream?.receiveEnd();
      return;
    }
    switch (head.readUInt16BE(2)) {
      case SYN_STREAM:
        return open(body, fin);
      case RST_STREAM:
        return void streams.get(body.readUInt32BE(0))?.destroy();
      case PING:
        return send(Buffer.concat([head, body]));
      case GOAWAY:
        return; // its streams are ended one by one
      default: // settings, headers, windows: nothing that these clients send asks for anything
    }
  }

  async function open(body: Buffer, fin: boolean): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff;
    const headers = await decompressor.decompress(body.subarray(10));
    const stream = new Stream(id, headers, send);
    streams.set(id, stream);
    stream.once('close', () => streams.delete(id));
    await send(control(SYN_REPLY, Buffer.concat([uint32(id), await compressor.compress({})])));
    if (fin) stream.receiveEnd();
    onStream(stream);
  }
}

/** Resolves when there is room for more. */
type Send = (frame: Buffer) => Promise<void>;

class Stream extends Duplex implements SpdyStream {
  readonly headers: Readonly<Record<string, string>>;
  readonly #id: number;
  readonly #send: Send;
  #readEnded = false;
  #finSent = false;
  #room: (() => void) | undefined;

  constructor(id: number, headers: Record<string, string>, send: Send) {
    super({ allowHalfOpen: true });
    this.headers = headers;
    this.#id = id;
    this.#send = send;
    this.on('error', () => {}); // a reset by either side is told by `close`
  }

  /** Resolves when the reader wants more: other streams of the connection wait as long, as they do with the real server. */
  receive(chunk: Buffer): Promise<void> {
    if (chunk.length === 0 || this.#readEnded || this.destroyed || this.push(chunk)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#room = resolve;
    });
  }

  receiveEnd(): void {
    if (this.#readEnded || this.destroyed) return;
    this.#readEnded = true;
    this.push(null);
  }

  override _read(): void {
    this.#room?.();
    this.#room = undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    void this.#sendAll(chunk).then(() => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#finSent = true;
    void this.#send(data(this.#id, Buffer.alloc(0), FIN)).then(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#room?.();
    if (!this.#finSent) void this.#send(control(RST_STREAM, Buffer.concat([uint32(this.#id), uint32(CANCEL)])));
    done(error);
  }

  async #sendAll(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; at += MAX_DATA_BYTES) {
      await this.#send(data(this.#id, chunk.subarray(at, at + MAX_DATA_BYTES), 0));
    }
  }
}

function data(id: number, body: Buffer, flags: number): Buffer {
  return Buffer.concat([uint32(id), lengthAndFlags(flags, body.length), body]);
}

function control(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(CONTROL, 0);
  head.writeUInt16BE(type, 2);
  return Buffer.concat([head, lengthAndFlags(0, body.length), body]);
}

function lengthAndFlags(flags: number, length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt8(flags, 0);
  bytes.writeUIntBE(length, 1, 3);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
