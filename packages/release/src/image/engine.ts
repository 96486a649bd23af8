import { ReleaseError } from '../errors.js';

/** Credentials for a registry, as the Docker Engine takes them. */
export interface RegistryAuth {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Token of an earlier login, instead of a password. */
  readonly identitytoken?: string | undefined;
  readonly serveraddress?: string | undefined;
}

/** An image in the engine. */
export interface EngineImage {
  tag(options: { readonly repo: string; readonly tag: string }): Promise<unknown>;
  push(options: Record<string, unknown>): Promise<NodeJS.ReadableStream>;
  inspect(): Promise<{
    readonly Id: string;
    readonly RepoDigests?: readonly string[] | null;
    readonly Architecture?: string;
  }>;
}

/** The part of a Docker Engine's client that is used here: a `Dockerode` is one. */
export interface DockerEngine {
  buildImage(context: NodeJS.ReadableStream, options: Record<string, unknown>): Promise<NodeJS.ReadableStream>;
  getImage(name: string): EngineImage;
  ping(): Promise<unknown>;
  /** What the engine says it is, `Version` among it. */
  version(): Promise<unknown>;
}

/** How to reach a Docker Engine. */
export interface EngineOptions {
  /** As in `DOCKER_HOST`: `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port`, `http://…`, `https://…`. @default the default socket */
  readonly host?: string | undefined;
  /** PEM texts, for `tcp://` with TLS (`DOCKER_TLS_VERIFY`). @default no TLS, but for https and port 2376 */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
}

/** Socket of an engine where nobody says otherwise. */
export const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/** Makes a client. Nothing is asked of the engine yet. @throws {ReleaseError} `INVALID_OPTION` */
export async function createDocker(options: EngineOptions = {}): Promise<DockerEngine> {
  const { tls } = options;
  const address = parseHost(options.host || DEFAULT_HOST, tls !== undefined);
  // 150 ms of imports (it brings a gRPC client along): only who builds pays for it.
  const { default: Dockerode } = await import('dockerode');
  // Every field is given: what is left out, dockerode would take from this process's own DOCKER_HOST.
  const none = {
    host: undefined,
    port: undefined,
    socketPath: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
  };
  return new Dockerode({ ...none, pathPrefix: '/', ...address, ...tls } as never) as unknown as DockerEngine;
}

type Address =
  | { readonly socketPath: string; readonly protocol: 'http' }
  | { readonly host: string; readonly port: string; readonly protocol: 'http' | 'https' };

/** Reads `DOCKER_HOST`. */
export function parseHost(text: string, hasTls = false): Address {
  const socket = /^(?:unix|npipe):\/\/(?<path>.*)$/.exec(text)?.groups?.['path'];
  if (socket !== undefined && socket !== '') return { socketPath: socket, protocol: 'http' };
  const url = URL.parse === undefined ? tryUrl(text) : URL.parse(text.includes('://') ? text : `tcp://${text}`);
  const fallback = hasTls ? '2376' : '2375';
  if (url !== null && /^(?:tcp|https?):$/.test(url.protocol) && url.hostname !== '') {
    const port =
      url.port === '' ? (url.protocol === 'https:' ? '443' : url.protocol === 'http:' ? '80' : fallback) : url.port;
    const secure = hasTls || url.protocol === 'https:' || port === '2376';
    return { host: url.hostname.replace(/^\[|\]$/g, ''), port, protocol: secure ? 'https' : 'http' };
  }
  throw new ReleaseError('INVALID_OPTION', `not the address of a Docker Engine: ${JSON.stringify(text)}`, {
    hint: 'Set DOCKER_HOST to unix:///path/of/the/socket or tcp://host:port.',
  });
}

function tryUrl(text: string): URL | null {
  try {
    return new URL(text.includes('://') ? text : `tcp://${text}`);
  } catch {
    return null; // not a URL: the caller says so
  }
}

const UNREACHABLE =
  /^(?:ENOENT|ECONNREFUSED|ECONNRESET|EPIPE|EACCES|EPERM|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTSOCK)$/;

/** Says what became of a request to the engine. `fallback` is for what the engine answered itself. */
export function toEngineError(
  error: unknown,
  what: string,
  fallback: ReleaseError['code'] = 'ENGINE_FAILED',
): ReleaseError {
  if (error instanceof ReleaseError) return error;
  const { code, statusCode, json, message } = error as {
    code?: unknown;
    statusCode?: number;
    json?: { message?: unknown };
    message?: string;
  };
  if (statusCode === undefined && typeof code === 'string' && UNREACHABLE.test(code)) {
    return new ReleaseError('ENGINE_UNREACHABLE', `${what}: the Docker Engine does not answer (${code})`, {
      cause: error,
      hint: 'Start Docker, or set DOCKER_HOST to where it runs.',
    });
  }
  // dockerode puts "(HTTP code 400) unexpected - " before what the engine said.
  const plain = (message ?? String(error)).replace(/^\(HTTP code \d+\) [^-]*- /, '');
  const said = typeof json?.message === 'string' ? json.message : plain;
  return new ReleaseError(statusCode === undefined ? 'ENGINE_FAILED' : fallback, `${what}: ${said.trim()}`, {
    cause: error,
    httpStatus: statusCode,
  });
}
