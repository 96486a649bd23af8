import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { DeployError } from './errors.js';
import { at, listAt, textAt } from './kube-object.js';

/** One context of a kubeconfig with what it refers to. */
export interface KubeconfigContext {
  readonly name: string;
  /** The server's URL. */
  readonly server: string;
  /** Namespace of the context, if it names one. */
  readonly namespace: string | undefined;
  /** A kubeconfig that holds nothing else; paths in it are absolute. */
  readonly text: string;
}

/**
 * Reads one context out of a kubeconfig, or out of several as `KUBECONFIG` lists them: the first to name a thing wins.
 *
 * @param options.context defaults to the current context.
 * @throws {DeployError} `INVALID` when no file can be read or the context is not in them.
 * @see https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 */
export async function readKubeconfigContext(
  paths: string,
  options: { readonly context?: string | undefined } = {},
): Promise<KubeconfigContext> {
  const files = paths.split(delimiter).filter((path) => path !== '');
  const configs = (await Promise.all(files.map(readConfig))).filter((config) => config !== undefined);
  if (configs.length === 0) {
    throw new DeployError('INVALID', `there is no kubeconfig at ${paths}`, {
      hint: 'Point KUBECONFIG to one, or log in to a cluster first.',
    });
  }
  const all = (field: string): readonly unknown[] => configs.flatMap((config) => listAt(config, field));
  const named = (field: string, name: string): unknown => all(field).find((one) => textAt(one, 'name') === name);
  const current = configs.map((config) => textAt(config, 'current-context')).find((name) => name !== '');
  const name = options.context ?? current ?? '';
  const context = named('contexts', name);
  const cluster = named('clusters', textAt(context, 'context', 'cluster'));
  if (context === undefined || cluster === undefined) {
    const known = all('contexts').map((one) => textAt(one, 'name'));
    throw new DeployError('INVALID', `kubeconfig ${paths} has no context ${name === '' ? '(none is current)' : name}`, {
      hint: known.length === 0 ? 'It has no contexts.' : `Name one of: ${known.join(', ')}.`,
    });
  }
  const user = named('users', textAt(context, 'context', 'user'));
  const kept = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    contexts: [context],
    'current-context': name,
    users: user === undefined ? [] : [user],
  };
  const namespace = textAt(context, 'context', 'namespace');
  return {
    name,
    server: textAt(cluster, 'cluster', 'server'),
    namespace: namespace === '' ? undefined : namespace,
    text: stringify(kept),
  };
}

/** Writes a file of secrets: readable by its owner only, replaced in one step. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  const partial = `${path}.partial`;
  await rm(partial, { force: true });
  await writeFile(partial, text, { mode: 0o600, flag: 'wx' });
  await chmod(partial, 0o600);
  await rename(partial, path);
}

async function readConfig(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    // Files of KUBECONFIG that are not there are skipped, as kubectl does.
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DeployError('INVALID', `cannot read kubeconfig ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    return withAbsolutePaths(parse(text, { maxAliasCount: 100 }), dirname(resolve(path)));
  } catch (cause) {
    throw new DeployError('INVALID', `kubeconfig ${path} is not YAML: ${(cause as Error).message}`, { cause });
  }
}

/** Paths in a kubeconfig are relative to its folder, which a copy is not in. */
function withAbsolutePaths(config: unknown, folder: string): unknown {
  const absolute = (item: unknown, part: string, fields: readonly string[]): unknown => {
    const inner = { ...(at(item, part) as Record<string, unknown> | undefined) };
    for (const field of fields) {
      const value = inner[field];
      if (typeof value === 'string' && value !== '' && !isAbsolute(value)) inner[field] = join(folder, value);
    }
    const command = textAt(inner, 'exec', 'command');
    if (command.includes('/') && !isAbsolute(command))
      inner['exec'] = { ...(inner['exec'] as object), command: join(folder, command) };
    return { ...(item as object), [part]: inner };
  };
  return {
    ...(config as object),
    clusters: listAt(config, 'clusters').map((one) => absolute(one, 'cluster', ['certificate-authority'])),
    users: listAt(config, 'users').map((one) =>
      absolute(one, 'user', ['client-certificate', 'client-key', 'tokenFile']),
    ),
  };
}
