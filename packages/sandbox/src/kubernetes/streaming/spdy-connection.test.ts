import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serveSpdy } from './spdy-connection.js';
import type { SpdyStream } from './spdy-connection.js';
import { HeaderCompressor, HeaderDecompressor, SPDY_DICTIONARY } from './spdy-headers.js';

const SYN_STREAM = 1;
const RST_STREAM = 3;
const PING = 6;

/** A frame as a client sends it. */
function control(type: number, body: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function data(id: number, text: string, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id, 0);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(Buffer.byteLength(text), 5, 3);
  return Buffer.concat([head, Buffer.from(text)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A server, a client's socket, and the streams as they are opened. */
async function connected(): Promise<{ readonly client: Socket; nextStream(): Promise<SpdyStream> }> {
  const opened: SpdyStream[] = [];
  let wake = (): void => {};
  const server = createServer((socket) => {
    serveSpdy(socket, (stream) => {
      opened.push(stream);
      wake();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return {
    client,
    async nextStream() {
      for (;;) {
        const stream = opened.shift();
        if (stream !== undefined) return stream;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

/** The next frames that the server sends, as hex, once there are so many bytes. */
async function read(client: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const chunk = client.read(bytes) as Buffer | null;
    if (chunk !== null) return chunk;
    await once(client, 'readable');
  }
}

async function open(client: Socket, id: number, headers: Record<string, string>, compressor: HeaderCompressor) {
  const block = await compressor.compress(headers);
  client.write(control(SYN_STREAM, Buffer.concat([uint32(id), uint32(0), Buffer.alloc(2), block])));
}

describe('header blocks', () => {
  it('are primed with the dictionary of SPDY/3', () => {
    expect(SPDY_DICTIONARY).toHaveLength(1423);
    expect(createHash('sha256').update(SPDY_DICTIONARY).digest('hex')).toBe(
      '51d27341373f923f3cd88e1eb7162aeaa3723d7585ff2399201dc06498407f02',
    );
  });

  it('come out as they went in, one after the other', async () => {
    const names = fc.stringMatching(/^[a-z][a-z-]{0,20}$/);
    const blocks = fc.array(fc.dictionary(names, fc.string({ unit: 'grapheme', maxLength: 300 })), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(blocks, async (all) => {
        const [compressor, decompressor] = [new HeaderCompressor(), new HeaderDecompressor()];
        for (const headers of all) {
          expect({ ...(await decompressor.decompress(await compressor.compress(headers))) }).toEqual({ ...headers });
        }
        compressor.close();
        decompressor.close();
      }),
      { numRuns: 50 },
    );
  });
});

describe(serveSpdy, () => {
  it('answers each stream, and carries data both ways', async () => {
    const { client, nextStream } = await connected();
    const compressor = new HeaderCompressor();
    await open(client, 1, { streamtype: 'data', port: '80' }, compressor);
    await open(client, 3, { streamtype: 'error', port: '80' }, compressor);
    client.write(data(1, 'question', 1));
    const stream = await nextStream();
    expect({ ...stream.headers }).toEqual({ streamtype: 'data', port: '80' });
    expect((await nextStream()).headers).toMatchObject({ streamtype: 'error' });
    let asked = '';
    stream.on('data', (chunk: Buffer) => (asked += chunk.toString()));
    await once(stream, 'end');
    expect(asked).toBe('question');
    stream.end('answer');
    for (const id of [1, 3]) {
      const head = await read(client, 8);
      const reply = await read(client, head.readUIntBE(5, 3));
      expect([head.subarray(0, 4).toString('hex'), reply.readUInt32BE(0)]).toEqual(['80030002', id]);
    }
    expect((await read(client, 8 + 6)).toString('latin1')).toBe('\0\0\0\x01\0\0\0\x06answer');
    expect((await read(client, 8)).toString('hex')).toBe('0000000101000000'); // and that is all
  });

  it('answers pings, and cuts a stream that is reset', async () => {
    const { client, nextStream } = await connected();
    const ping = control(PING, uint32(7));
    client.write(ping);
    expect(await read(client, ping.length)).toEqual(ping);
    await open(client, 1, {}, new HeaderCompressor());
    const stream = await nextStream();
    client.write(control(RST_STREAM, Buffer.concat([uint32(1), uint32(5)])));
    await once(stream, 'close');
    expect(stream.destroyed).toBe(true);
  });

  it('ends its streams with the connection, also one that talks something else', async () => {
    const { client, nextStream } = await connected();
    await open(client, 1, {}, new HeaderCompressor());
    const stream = await nextStream();
    client.write(control(SYN_STREAM, Buffer.from('no header block at all')));
    await once(stream, 'close');
    client.resume();
    await once(client, 'close');
  });
});
