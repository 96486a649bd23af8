import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createOperator } from './testing/operator.js';
import type { TestRepository } from './testing/repository.js';
import { startGate } from './testing/request-gate.js';
import { runRelease } from './testing/run-command.js';
import { tempFolder } from './testing/temp-folder.js';

interface BadInput {
  /** What is wrong with the source. */
  readonly spoil?: (repo: TestRepository) => Promise<unknown>;
  /** Registry to use instead of the sandbox's. */
  readonly registry?: () => Promise<string>;
  readonly argv: (repo: TestRepository) => readonly string[];
  readonly expected: { readonly exit: number; readonly code: string; readonly message: RegExp; readonly hint: string };
  /** Whether the engine builds before this shows. @default false */
  readonly builds?: boolean;
}

/** Answers as a registry does to somebody who may not push. @returns its address */
async function startRefusingRegistry(): Promise<string> {
  const server = createServer((_request, response) => {
    const errors = [{ code: 'DENIED', message: 'requested access to the resource is denied' }];
    response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const build = ({ dir }: TestRepository) => ['build', '--src-dir', dir];
const cases: Readonly<Record<string, BadInput>> = {
  'an unknown pull request': {
    argv: ({ dir }) => ['pr', '--repo', dir, '--pr', '99'],
    expected: {
      exit: 1,
      code: 'COMMIT_NOT_FOUND',
      message: /the repository has no pull request 99/,
      hint: 'Check the number and the repository',
    },
  },
  'a dirty tree with --require-clean': {
    spoil: (repo) => repo.write({ 'new.txt': '' }),
    argv: (repo) => [...build(repo), '--require-clean'],
    expected: {
      exit: 2,
      code: 'DIRTY_TREE',
      message: /has changes that are not committed: new\.txt/,
      hint: 'Commit or remove them, or leave --require-clean out.',
    },
  },
  'a dirty repository with local --require-clean': {
    spoil: (repo) => repo.write({ 'a.txt': 'two\n' }),
    argv: ({ dir }) => ['local', '--repo', dir, '--require-clean'],
    expected: {
      exit: 2,
      code: 'DIRTY_TREE',
      message: /origin has changes that are not committed: a\.txt/,
      hint: 'Commit or remove them, or leave --require-clean out.',
    },
  },
  'a dirty repository with clone --require-clean': {
    spoil: (repo) => repo.write({ 'a.txt': 'two\n' }),
    argv: ({ dir }) => ['clone', 'postsubmit', '--repo', dir, '--require-clean'],
    expected: {
      exit: 2,
      code: 'DIRTY_TREE',
      message: /origin has changes that are not committed: a\.txt/,
      hint: 'Commit or remove them, or leave --require-clean out.',
    },
  },
  'a registry that refuses': {
    registry: startRefusingRegistry,
    argv: build,
    builds: true,
    expected: { exit: 3, code: 'DENIED', message: /push/, hint: 'Log in to the registry' },
  },
  'a bucket that is missing': {
    argv: (repo) => [...build(repo), '--releases-path', 'gs://no-such-bucket/releases'],
    expected: {
      exit: 2,
      code: 'BUCKET_MISSING',
      message: /there is no bucket for the releases at gs:\/\/no-such-bucket\/releases/,
      hint: 'Make the bucket, or check --releases-path.',
    },
  },
  'a chart without a version': {
    spoil: (repo) => repo.commit({ 'chart/Chart.yaml': 'apiVersion: v2\nname: app\n' }),
    argv: build,
    expected: { exit: 1, code: 'INVALID_CHART', message: /version is missing/, hint: 'Chart.yaml needs at least' },
  },
  'a Dockerfile that is missing': {
    spoil: (repo) => repo.git('rm', '--quiet', 'Dockerfile'),
    argv: build,
    expected: {
      exit: 1,
      code: 'DOCKERFILE_MISSING',
      message: /there is no Dockerfile at .*\/Dockerfile/,
      hint: 'Name the Dockerfile, relative to the build context.',
    },
  },
};

describe('seatrial-release', () => {
  it.each(Object.entries(cases))('tells of %s, and leaves nothing half done', async (_what, bad) => {
    const sandbox = await startSandbox({ docker: 'off' });
    onTestFinished(() => sandbox.close());
    const { env } = sandbox;
    let builds = 0;
    const engine = await startGate((env['DOCKER_HOST'] ?? '').replace('tcp:', 'http:'), (step) => {
      if (/^before POST (?:\/v[\d.]+)?\/build/.test(step)) builds += 1;
    });
    const repo = await createOperator();
    await bad.spoil?.(repo);
    const cwd = await tempFolder();
    const argv = [...bad.argv(repo)];
    if (argv[0] !== 'clone') {
      const registry = (await bad.registry?.()) ?? env['SEATRIAL_REGISTRY'] ?? '';
      argv.push('--registry', `${registry}/team`, '--build-info-path', 'info.yaml');
      if (!argv.includes('--releases-path')) argv.push('--releases-path', 'gs://seatrial-releases');
    }
    const surroundings = { cwd, nowMs: 0, env: { ...env, DOCKER_HOST: engine.replace('http:', 'tcp:') } };
    const { code, out, err } = await runRelease([...argv, '--log-level', 'debug'], surroundings);
    const { exit, message, hint } = bad.expected;
    expect({ code, out }, err).toEqual({ code: exit, out: '' });
    expect(err.split('\n').find((line) => line.startsWith('error: '))).toMatch(message);
    expect(err.split('\n').find((line) => line.startsWith('hint: '))).toContain(hint);
    expect(err).toContain(`code: '${bad.expected.code}'`);
    expect(builds > 0).toBe(bad.builds ?? false);
    expect((await readdir(cwd)).filter((name) => name !== 'release')).toEqual([]);
    const store = createObjectStore(storeOptionsFromEnv(env));
    for await (const { uri } of store.list('gs://seatrial-releases/')) expect(uri).toBe('nothing');
  });
});
