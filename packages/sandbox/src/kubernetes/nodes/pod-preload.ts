/** What the preloaded module of a pod's process is told. */
export interface PreloadOptions {
  /** Process id of the sandbox; in any other process's children the module does nothing. */
  readonly parentPid: number;
  /** Address that servers without one of their own listen on; `undefined` leaves them alone. */
  readonly address: string | undefined;
}

/** File descriptor of the pipe whose other end the sandbox holds. */
export const LEASE_FD = 3;

/**
 * URL for `node --import` of the module that ties a pod's process to the sandbox: when the pipe at {@link LEASE_FD}
 * ends, and be it because the sandbox was killed, the process group is killed. Servers that would listen on all addresses
 * listen on the pod's, so that two pods can use the same port as they could in containers.
 */
export function preloadUrl({ parentPid, address }: PreloadOptions): string {
  // Plain text, because Node 20 loads no TypeScript and a data URL needs no file beside the bundle.
  const lines = [
    `import net from 'node:net';`,
    `import { isMainThread } from 'node:worker_threads';`,
    `if (isMainThread && process.ppid === ${parentPid}) {`,
    `  const at = process.execArgv.findIndex((arg) => arg.startsWith('data:text/javascript,'));`,
    `  if (at > 0) process.execArgv.splice(at - 1, 2);`,
    `  const lease = new net.Socket({ fd: ${LEASE_FD}, readable: true, writable: false });`,
    `  const end = () => { try { process.kill(-process.pid, 'SIGKILL'); } finally { process.kill(process.pid, 'SIGKILL'); } };`,
    `  lease.on('error', end).on('close', end).resume().unref();`,
    ...(address === undefined ? [] : listenLines(address)),
    `}`,
  ];
  return `data:text/javascript,${encodeURIComponent(lines.join('\n'))}`;
}

function listenLines(address: string): string[] {
  return [
    `  const listen = net.Server.prototype.listen;`,
    `  const any = (host) => host === undefined || host === null || host === '' || host === '0.0.0.0' || host === '::';`,
    `  net.Server.prototype.listen = function (...args) {`,
    `    const [first, second] = args;`,
    `    if (first === undefined || first === null || typeof first === 'number' || (typeof first === 'string' && /^\\d+$/.test(first))) {`,
    `      if (typeof second === 'string') { if (any(second)) args[1] = ${JSON.stringify(address)}; }`,
    `      else { args[0] = first ?? 0; args.splice(1, second === undefined && args.length > 1 ? 1 : 0, ${JSON.stringify(address)}); }`,
    `    } else if (typeof first === 'object' && 'port' in first && first.path === undefined && any(first.host)) {`,
    `      args[0] = { ...first, host: ${JSON.stringify(address)} };`,
    `    }`,
    `    return listen.apply(this, args);`,
    `  };`,
  ];
}
