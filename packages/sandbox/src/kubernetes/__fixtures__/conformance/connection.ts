import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { parse } from 'yaml';
import type { Answer, Step } from './step.js';

/** A server and how to be let in. */
export interface Connection {
  readonly server: string;
  readonly token?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
}

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly { name: string; context: { cluster: string; user: string } }[];
  readonly clusters: readonly {
    name: string;
    cluster: { server: string; 'insecure-skip-tls-verify'?: boolean; 'certificate-authority-data'?: string };
  }[];
  readonly users: readonly { name: string; user: { token?: string } }[];
}

/** The current context of a kubeconfig file that has a bearer token. */
export async function readConnection(file: string): Promise<Connection> {
  const config = parse(await readFile(file, 'utf8')) as Kubeconfig;
  const { context } = config.contexts.find(({ name }) => name === config['current-context']) ?? {};
  const { cluster } = config.clusters.find(({ name }) => name === context?.cluster) ?? {};
  const { user } = config.users.find(({ name }) => name === context?.user) ?? {};
  if (cluster === undefined) throw new Error(`${file}: the current context names no cluster`);
  const ca = cluster['certificate-authority-data'];
  return {
    server: cluster.server,
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(user?.token === undefined ? {} : { token: user.token }),
    ...(ca === undefined ? {} : { ca: Buffer.from(ca, 'base64').toString('utf8') }),
  };
}

/** Sends requests over kept connections. */
export class Client {
  readonly #connection: Connection;
  readonly #agent: http.Agent;

  constructor(connection: Connection) {
    this.#connection = connection;
    const { ca, insecure = false, server } = connection;
    const options = { keepAlive: true, maxSockets: 8 };
    this.#agent = server.startsWith('https:')
      ? new https.Agent({ ...options, rejectUnauthorized: !insecure, ...(ca === undefined ? {} : { ca }) })
      : new http.Agent(options);
  }

  send({
    method,
    path,
    query = {},
    contentType,
    accept = 'application/json',
    body,
    watches = false,
  }: Step): Promise<Answer> {
    const { server, token } = this.#connection;
    const url = new URL(path, server);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const content = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const headers: http.OutgoingHttpHeaders = { accept, 'user-agent': 'conformance/1.0' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (content !== undefined) {
      headers['content-type'] = contentType ?? 'application/json';
      headers['content-length'] = Buffer.byteLength(content);
    }
    const { request } = server.startsWith('https:') ? https : http;
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { method, headers, agent: this.#agent }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const type = (incoming.headers['content-type'] ?? '').split(';')[0] ?? '';
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: incoming.statusCode ?? 0, contentType: type, body: read(text, type, watches) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(content);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function read(text: string, type: string, watches: boolean): unknown {
  if (type === 'application/yaml') return parse(text) as unknown;
  if (type !== 'application/json') return text;
  if (!watches) return JSON.parse(text) as unknown;
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as unknown);
}
