import { request } from 'node:http';
import { createServer, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { SandboxError } from '../errors.js';
import type { ContainerEngine } from '../kubernetes/nodes/docker-runtime.js';

/** A Docker Engine that answers. */
export interface DockerEngine {
  /** As in DOCKER_HOST: `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`. */
  readonly host: string;
  /** Address of the host on the default bridge: where containers reach it. `undefined` when there is no bridge. */
  readonly gateway: string | undefined;
}

const DEFAULT_SOCKET = 'unix:///var/run/docker.sock';
const PING_TIMEOUT_MS = 1000;

/** The Node request options of a DOCKER_HOST. @throws {SandboxError} `INVALID_OPTION` */
export function parseDockerHost(
  host: string,
): { readonly socketPath: string } | { readonly host: string; readonly port: number } {
  const socketPath = /^unix:\/\/(?<path>\/.+)$/.exec(host)?.groups?.['path'];
  if (socketPath !== undefined) return { socketPath };
  const { name, port } =
    /^(?:tcp|http):\/\/(?<name>[^/:]+|\[[^\]]+\])(?::(?<port>\d{1,5}))?\/?$/.exec(host)?.groups ?? {};
  if (name === undefined) {
    throw new SandboxError('INVALID_OPTION', `not a Docker host: ${JSON.stringify(host)}`, {
      hint: 'Write it as unix:///PATH or tcp://HOST:PORT, or use auto or off.',
    });
  }
  return { host: name, port: Number(port ?? 2375) };
}

function get(host: string, path: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ ...parseDockerHost(host), path, timeout: PING_TIMEOUT_MS, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.once('error', reject);
    });
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${PING_TIMEOUT_MS} ms`)), PING_TIMEOUT_MS);
    call.once('close', () => clearTimeout(timer));
    call.once('error', reject);
    call.end();
  });
}

async function ask(host: string): Promise<DockerEngine> {
  const { status } = await get(host, '/_ping');
  if (status !== 200) throw new Error(`answered the ping with ${status}`);
  const { body } = await get(host, '/networks/bridge');
  const { IPAM, Options } = JSON.parse(body) as {
    IPAM?: { Config?: { Gateway?: string; Subnet?: string }[] };
    Options?: Readonly<Record<string, string>>;
  };
  const gateway = IPAM?.Config?.find((config) => config.Gateway)?.Gateway;
  const subnets = (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet]));
  return { host, gateway: gateway ?? (await addressOf(Options?.['com.docker.network.bridge.name'], subnets)) };
}

/**
 * The host's address on a bridge. An engine that has made the bridge itself does not tell it before it is started again
 * (20.10), and a bridge without containers is none of Node's interfaces: then it is the subnet's first, if that is ours.
 */
async function addressOf(bridge: string | undefined, subnets: readonly string[]): Promise<string | undefined> {
  const found = networkInterfaces()[bridge ?? '']?.find(({ family }) => family === 'IPv4')?.address;
  if (found !== undefined) return found;
  for (const subnet of subnets) {
    const first = firstAddress(subnet);
    if (first !== undefined && (await isOwn(first))) return first;
  }
  return undefined;
}

/** The first address of an IPv4 subnet: `172.17.0.0/16` → `172.17.0.1`. */
function firstAddress(subnet: string): string | undefined {
  const [network = ''] = subnet.split('/');
  if (!isIPv4(network)) return undefined;
  const [a, b, c, d] = network.split('.');
  return `${a}.${b}.${c}.${Number(d) + 1}`;
}

/** Whether this machine has the address: only then can anything listen on it. */
function isOwn(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });
}

/**
 * Finds the engine to use.
 *
 * @param choice `off` is none, `auto` is DOCKER_HOST or the default socket if it answers within a second, else a Docker host.
 * @returns `undefined` when the stand-in is to be used.
 * @throws {SandboxError} `DOCKER_UNREACHABLE` when one was named that does not answer; `INVALID_OPTION`
 */
export async function findDockerEngine(
  choice: 'auto' | 'off' | (string & {}),
  env: Readonly<Record<string, string | undefined>>,
): Promise<DockerEngine | undefined> {
  if (choice === 'off') return undefined;
  if (choice !== 'auto') parseDockerHost(choice);
  const host = choice === 'auto' ? env['DOCKER_HOST'] || DEFAULT_SOCKET : choice;
  try {
    return await ask(host);
  } catch (cause) {
    if (choice === 'auto') return undefined;
    throw new SandboxError('DOCKER_UNREACHABLE', `no Docker Engine answers at ${host}: ${(cause as Error).message}`, {
      cause,
      hint: 'Start it, or use --docker off for the stand-in.',
    });
  }
}

/** A client of an engine, loaded when it is first needed. */
export async function connectEngine({ host }: DockerEngine): Promise<ContainerEngine> {
  const { default: Docker } = await import('dockerode');
  const target = parseDockerHost(host);
  return new Docker('socketPath' in target ? target : { ...target, protocol: 'http' }) as unknown as ContainerEngine;
}
