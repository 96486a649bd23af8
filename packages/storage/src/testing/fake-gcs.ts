import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { CRC32C } from '@google-cloud/storage';

interface StoredObject {
  readonly content: Buffer;
  readonly generation: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An answer in place of the real one: a status, or a connection that is cut, at once or after some bytes. */
export interface Fault {
  readonly answer: number | 'reset' | 'cut';
  readonly times: number;
  /** Only requests whose `METHOD URL` matches. */
  readonly match: RegExp;
}

/** The JSON API of Cloud Storage, as far as the real client asks for it here. For tests of this package only. */
export interface FakeGcs extends AsyncDisposable {
  readonly apiEndpoint: string;
  /** `METHOD URL` of all requests, in order. */
  readonly requests: string[];
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Adds an object past the API, under any name. */
  put(key: string, content: string): void;
  addFault(fault: Fault): void;
}

const PAGE_SIZE = 3;

export async function startFakeGcs(buckets: readonly string[]): Promise<FakeGcs> {
  const objects = new Map<string, StoredObject>();
  const sessions = new Map<
    string,
    { bucket: string; name: string; fields: Record<string, unknown>; parts: Buffer[] }
  >();
  const faults: { answer: Fault['answer']; times: number; match: RegExp }[] = [];
  const requests: string[] = [];
  let generation = 1_700_000_000_000_000;

  const put = (bucket: string, name: string, content: Buffer, fields: Record<string, unknown>): StoredObject => {
    const object = { content, generation: (generation += 1), fields };
    objects.set(`${bucket}/${name}`, object);
    return object;
  };
  const describe = (bucket: string, name: string): Record<string, unknown> => {
    const object = objects.get(`${bucket}/${name}`);
    if (object === undefined) throw new Refusal(404, `No such object: ${bucket}/${name}`);
    const { content, fields } = object;
    return {
      ...fields,
      bucket,
      name,
      size: String(content.length),
      generation: String(object.generation),
      metageneration: '1',
      updated: new Date(object.generation / 1_000).toISOString(),
      ...hashesOf(content),
    };
  };
  const requireGeneration = (bucket: string, name: string, query: URLSearchParams): void => {
    const wanted = query.get('ifGenerationMatch');
    const actual = String(objects.get(`${bucket}/${name}`)?.generation ?? 0);
    if (wanted !== null && wanted !== actual) throw new Refusal(412, 'conditionNotMet');
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { searchParams: query } = url;
    const isUpload = url.pathname.startsWith('/upload/');
    const path = url.pathname.replace(/^(?:\/upload)?\/storage\/v1\/b\//, '');
    if (path === url.pathname) throw new Refusal(404, `no such path: ${path}`);
    const [bucket = '', , ...rest] = path.split('/').map(decodeURIComponent);
    const [name, action, , toBucket = '', , toName = ''] = rest;
    const json = (value: unknown, status = 200, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    };
    if (!buckets.includes(bucket)) throw new Refusal(404, 'The specified bucket does not exist.');
    if (isUpload) return upload(request, response, { bucket, query, json });
    if (name === undefined) return json(list(bucket, query));
    if (action === 'rewriteTo') {
      const source = objects.get(`${bucket}/${name}`);
      if (source === undefined) throw new Refusal(404, `No such object: ${bucket}/${name}`);
      requireGeneration(toBucket, toName, query);
      const change = JSON.parse((await buffer(request)).toString() || '{}') as Record<string, unknown>;
      put(toBucket, toName, source.content, Object.keys(change).length === 0 ? source.fields : change);
      return json({ done: true, resource: describe(toBucket, toName) });
    }
    if (request.method === 'DELETE') {
      describe(bucket, name);
      requireGeneration(bucket, name, query);
      objects.delete(`${bucket}/${name}`);
      response.writeHead(204).end();
      return;
    }
    const described = describe(bucket, name);
    if (query.get('alt') !== 'media') return json(described);
    const { content = Buffer.alloc(0), fields = {} } = objects.get(`${bucket}/${name}`) ?? {};
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const { crc32c, md5Hash } = hashesOf(content);
    const part = start === undefined ? content : content.subarray(Number(start), end ? Number(end) + 1 : undefined);
    response.writeHead(start === undefined ? 200 : 206, {
      'content-type': String(fields['contentType'] ?? 'application/octet-stream'),
      'content-length': part.length,
      'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}`,
      'x-goog-stored-content-encoding': 'identity',
    });
    response.end(part);
  }

  async function upload(
    request: IncomingMessage,
    response: ServerResponse,
    call: { bucket: string; query: URLSearchParams; json: (value: unknown, status?: number, headers?: object) => void },
  ): Promise<void> {
    const { bucket, query, json } = call;
    const body = await buffer(request);
    const session = sessions.get(query.get('upload_id') ?? '');
    if (session !== undefined) {
      const isLast =
        !/\/\*$/.test(request.headers['content-range'] ?? '') ||
        /^bytes 0-\*/.test(request.headers['content-range'] ?? '');
      session.parts.push(body);
      const all = Buffer.concat(session.parts);
      if (!isLast) {
        response.writeHead(308, all.length === 0 ? {} : { range: `bytes=0-${all.length - 1}` }).end();
        return;
      }
      put(session.bucket, session.name, all, session.fields);
      return json(describe(session.bucket, session.name));
    }
    const name = query.get('name') ?? '';
    requireGeneration(bucket, name, query);
    if (query.get('uploadType') === 'resumable') {
      const id = String(sessions.size + 1);
      const type = request.headers['x-upload-content-type'];
      const fields = {
        ...(type === undefined ? {} : { contentType: type }),
        ...(JSON.parse(body.toString() || '{}') as object),
      };
      sessions.set(id, { bucket, name, fields, parts: [] });
      const location = `${apiEndpoint}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`;
      response.writeHead(200, { location }).end();
      return;
    }
    const { metadata, content } = splitMultipart(request.headers['content-type'] ?? '', body);
    put(bucket, name, content, metadata);
    json(describe(bucket, name));
  }

  function list(bucket: string, query: URLSearchParams): unknown {
    const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter')];
    const names = [...objects.keys()]
      .filter((key) => key.startsWith(`${bucket}/${prefix}`))
      .map((key) => key.slice(bucket.length + 1))
      .sort();
    const folderOf = (name: string): string | undefined => {
      const at = delimiter === null ? -1 : name.indexOf(delimiter, prefix.length);
      return at < 0 ? undefined : name.slice(0, at + 1);
    };
    const entries = [...new Set(names.map((name) => folderOf(name) ?? name))];
    const from = Number(query.get('pageToken') ?? 0);
    const page = entries.slice(from, from + PAGE_SIZE);
    return {
      prefixes: page.filter((entry) => !names.includes(entry)),
      items: page.filter((entry) => names.includes(entry)).map((name) => describe(bucket, name)),
      ...(from + PAGE_SIZE < entries.length ? { nextPageToken: String(from + PAGE_SIZE) } : {}),
    };
  }

  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const fault = faults.find(({ times, match }) => times > 0 && match.test(line));
    if (fault !== undefined) {
      fault.times -= 1;
      if (fault.answer === 'reset') request.socket.destroy();
      else if (fault.answer === 'cut') {
        response.writeHead(200, { 'content-length': 100 });
        response.write('some', () => request.socket.destroy());
      } else if (typeof fault.answer === 'number') sendError(response, fault.answer, 'as the test wants it');
      return;
    }
    answer(request, response).catch((error: unknown) => {
      sendError(response, error instanceof Refusal ? error.status : 500, String((error as Error).message));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const apiEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    apiEndpoint,
    requests,
    objects,
    put: (key, content) => {
      const at = key.indexOf('/');
      put(key.slice(0, at), key.slice(at + 1), Buffer.from(content), {});
    },
    addFault: (fault) => void faults.push({ ...fault }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function sendError(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code, message, errors: [{ message, reason: 'test' }] } }));
}

function hashesOf(content: Buffer): { readonly crc32c: string; readonly md5Hash: string } {
  const crc = new CRC32C();
  crc.update(content);
  return { crc32c: crc.toString(), md5Hash: createHash('md5').update(content).digest('base64') };
}

function splitMultipart(contentType: string, body: Buffer): { metadata: Record<string, unknown>; content: Buffer } {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1] ?? '';
  const mark = Buffer.from(`--${boundary}`);
  const first = body.indexOf(mark) + mark.length;
  const second = body.indexOf(mark, first);
  const last = body.lastIndexOf(mark);
  const head = body.subarray(first, second).toString();
  const content = body.subarray(body.indexOf('\r\n\r\n', second) + 4, last);
  const metadata = JSON.parse(head.slice(head.indexOf('\r\n\r\n'))) as Record<string, unknown>;
  return { metadata, content: content.subarray(0, content.length - 2) };
}
