import { createHmac } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForTest } from '@seatrial/cli/testing';
import type { Sandbox } from '@seatrial/sandbox';
import { startSandbox } from '@seatrial/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkProwConfig } from '../config/check-config.js';
import { createGithubClient } from '../github/github-client.js';
import { addJobs } from '../testgrid/add-jobs.js';
import { readTestgridConfig } from '../testgrid/read-config.js';
import { onboardCommand } from './onboard-command.js';
import { onboard } from './onboard.js';

const widgets = { org: 'acme', repo: 'widgets' };
const tokens = { 'ghp-ada': 'ada', 'ghp-wim': 'wim', 'ghp-bot': 'acme-ci' };

let cwd: string;
let sandbox: Sandbox;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-onboard-'));
  await mkdir(join(cwd, 'config'));
  for (const [token, login] of Object.entries(tokens)) await writeFile(join(cwd, `token-${login}`), `${token}\n`);
  receiver = await startReceiver(join(cwd, 'hmac'));
  sandbox = await startSandbox({
    docker: 'off',
    githubAccounts: tokens,
    repositories: [
      {
        owner: 'acme',
        name: 'widgets',
        defaultBranch: 'trunk',
        refs: { 'heads/trunk': 'a'.repeat(40) },
        collaborators: { ada: 'admin', wim: 'write' },
      },
    ],
  });
});
afterEach(async () => {
  await sandbox.close();
  await receiver.close();
  await rm(cwd, { recursive: true, force: true });
});

/** As Prow's hook: takes what is signed with a token of the file that it read last. */
async function startReceiver(path: string) {
  const state = { keys: [] as string[], status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signed = (key: string) => `sha256=${createHmac('sha256', key).update(Buffer.concat(chunks)).digest('hex')}`;
      const isGood = state.keys.some((key) => signed(key) === request.headers['x-hub-signature-256']);
      response.writeHead(isGood ? state.status : 403).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    /** Reads the file of tokens, as when its secret has been applied. */
    async reload() {
      const levels = parse(await readFile(path, 'utf8')) as Record<string, { value: string }[]>;
      state.keys = Object.values(levels).flatMap((list) => list.map(({ value }) => value));
    },
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

const clock = { now: () => Date.parse('2026-01-02T03:04:05Z'), sleep: () => sandbox.github.settle() };
const run = (...argv: string[]) =>
  runForTest(
    onboardCommand,
    ['--repo', 'acme/widgets', '--github-endpoint', sandbox.env['GITHUB_API_URL'] ?? '', ...argv],
    {
      cwd,
      clock,
    },
  );
const config = ['--config-repo-dir', 'config', '--image', 'acme/ci:v1'];
const all = () => [
  ...config,
  ...['--hook-url', receiver.url, '--hmac-path', 'hmac', '--bot', 'acme-ci', '--github-token-path', 'token-ada'],
];
const client = (token = 'ghp-ada') => createGithubClient({ baseUrl: sandbox.env['GITHUB_API_URL'], token, clock });
/** All files below the folder with their texts. */
async function snapshot() {
  const entries = await readdir(cwd, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (path) => [path.slice(cwd.length + 1), await readFile(path, 'utf8')]),
  );
  return Object.fromEntries(texts) as Record<string, string>;
}
const onGithub = async () => [await client().listHooks(widgets), await client().listInvitations(widgets)];
const statesOf = (json: string) =>
  Object.fromEntries(
    (JSON.parse(json) as { steps: { step: string; state: string }[] }).steps.map(({ step, state }) => [step, state]),
  );
async function accept() {
  const [invitation] = await client().listInvitations(widgets);
  const url = `${sandbox.env['GITHUB_API_URL']}/user/repository_invitations/${invitation?.id}`;
  await fetch(url, { method: 'PATCH', headers: { authorization: 'Bearer ghp-bot' } });
}

describe(onboard, () => {
  it('writes the config, makes the webhook, invites the bot, and says what others must do', async () => {
    const { code, stdout, stderr } = await run(...all(), '--json');
    expect(statesOf(stdout)).toEqual({
      'job pull-widgets-e2e': 'done',
      'job ci-widgets-e2e': 'done',
      'job ci-widgets-e2e-nightly': 'done',
      plugin: 'done',
      dashboard: 'done',
      token: 'done',
      webhook: 'pending', // the receiver has not got the token
      bot: 'pending',
    });
    expect(code).toBe(0);
    expect(stderr).toContain('a step waits for somebody else  step=bot');
    expect(stdout).toContain('Log in as acme-ci and accept at ');

    const files = await snapshot();
    expect(Object.keys(files)).toEqual([
      'config/config/jobs/acme/widgets/acme-widgets-e2e.yaml',
      'config/config/prow/plugins.yaml',
      'config/config/testgrids/acme/acme-widgets.yaml',
      'hmac',
      'token-acme-ci',
      'token-ada',
      'token-wim',
    ]);
    const jobs = parse(files['config/config/jobs/acme/widgets/acme-widgets-e2e.yaml'] ?? '') as object;
    expect(jobs).toMatchObject({ periodics: [{ extra_refs: [{ base_ref: 'trunk' }] }] });
    expect((await stat(join(cwd, 'hmac'))).mode & 0o777).toBe(0o600);
    const secret = /value: (\w+)/.exec(files['hmac'] ?? '')?.[1];
    expect(secret).toMatch(/^[\da-f]{64}$/);
    for (const hidden of [secret ?? '', 'ghp-ada']) expect(stdout + stderr).not.toContain(hidden);

    const [hooks, invitations] = await onGithub();
    expect(hooks).toMatchObject([
      {
        url: receiver.url,
        active: true,
        contentType: 'json',
        hasSecret: true,
        events: ['issue_comment', 'pull_request', 'pull_request_review', 'pull_request_review_comment', 'push'],
      },
    ]);
    expect(invitations).toMatchObject([{ login: 'acme-ci', permission: 'write' }]);
  });

  it('writes jobs that Prow loads, with a tab each on the dashboard that is written', async () => {
    await run(...all());
    const main = join(cwd, 'config.yaml');
    const images = ['clonerefs', 'entrypoint', 'initupload', 'sidecar'].map((name) => [name, `utils/${name}:v1`]);
    const decoration = {
      utility_images: Object.fromEntries(images) as object,
      gcs_configuration: { bucket: 'gs://ci-logs', path_strategy: 'explicit' },
    };
    await writeFile(main, JSON.stringify({ plank: { default_decoration_config_entries: [{ config: decoration }] } }));
    const folder = join(cwd, 'config', 'config');
    const found = await checkProwConfig({ configPath: main, jobConfigPaths: [join(folder, 'jobs')] });
    expect(found).toMatchObject({ problems: [], warnings: [] });
    const { config } = await readTestgridConfig(join(folder, 'testgrids'));
    const made = addJobs(config, found.config ?? expect.fail());
    expect(made.problems).toEqual([]);
    expect(made.config.dashboards?.[0]?.dashboard_tab).toHaveLength(3);
  });

  it('changes nothing once all of it is there, and says so', async () => {
    await run(...all());
    await receiver.reload();
    await accept();
    const [files, github] = [await snapshot(), await onGithub()];
    const { code, stdout, stderr } = await run(...all());
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('ping answered 200');
    expect(stdout).toContain('acme-ci has the right write');
    expect(stdout).toMatch(/Nothing was changed\.\n$/);
    expect([await snapshot(), await onGithub()]).toEqual([files, github]);
  });

  it('waits for an invitation without sending another', async () => {
    await run(...all());
    const [, invitations] = await onGithub();
    expect(statesOf((await run(...all(), '--json')).stdout)['bot']).toBe('pending');
    expect((await onGithub())[1]).toEqual(invitations);
  });

  it('shows in a dry run what it would do, and does nothing', async () => {
    const [files, github] = [await snapshot(), await onGithub()];
    const { code, stdout } = await run(...all(), '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('+++ config/config/jobs/acme/widgets/acme-widgets-e2e.yaml\n@@ -0,0 +1,');
    expect(stdout).toContain('+    - ^trunk$');
    expect(stdout).toContain('new file hmac: a token is added, which is not shown');
    expect(stdout).toContain(`webhook: POST /repos/acme/widgets/hooks: ${receiver.url}, issue_comment, `);
    expect(stdout).toContain('bot: PUT /repos/acme/widgets/collaborators/acme-ci with permission push');
    expect([await snapshot(), await onGithub()]).toEqual([files, github]);
  });

  it('shows in a dry run what it would repair', async () => {
    await writeFile(join(cwd, 'hmac'), 'acme: [{value: ours}]\n');
    await client().createHook({ ...widgets, url: receiver.url, secret: 'ours', events: ['push'] });
    const { stdout } = await run(...all(), '--dry-run');
    expect(stdout).toMatch(
      /webhook: PATCH \/repos\/acme\/widgets\/hooks\/\d+ \(it missed events\): push, issue_comment/,
    );
  });

  it('repairs a webhook and keeps the events others rely on', async () => {
    await writeFile(join(cwd, 'hmac'), 'acme: [{value: ours}]\n');
    await receiver.reload();
    await fetch(`${sandbox.env['GITHUB_API_URL']}/repos/acme/widgets/hooks`, {
      method: 'POST',
      headers: { authorization: 'Bearer ghp-ada' },
      body: JSON.stringify({ active: false, events: ['release'], config: { url: receiver.url, insecure_ssl: '1' } }),
    });
    const { code, stdout } = await run(...all());
    expect(code).toBe(0);
    expect(stdout).toContain(
      '(repaired: it was switched off, it sent forms, it did not check certificates, it had no secret, it missed events): ping answered 200',
    );
    const [hooks] = await onGithub();
    expect(hooks).toMatchObject([{ active: true, hasSecret: true, verifiesTls: true, contentType: 'json' }]);
    expect(hooks?.[0]).toMatchObject({
      events: expect.arrayContaining(['release', 'push', 'pull_request']) as unknown,
    });
  });

  it('gives a webhook its secret again when the receiver refuses the ping', async () => {
    await writeFile(join(cwd, 'hmac'), "'*': [{value: ours}]\n");
    await receiver.reload();
    await client().createHook({ ...widgets, url: receiver.url, secret: 'another', events: ['*'] });
    const { stdout } = await run(...all());
    expect(stdout).toContain('(repaired: its secret was another): ping answered 200');
    expect((await onGithub())[0]).toMatchObject([{ events: ['*'] }]);
  });

  it.each([
    ['refuses a token it should know', 403, 'ping ended with 403', "Give Prow's hook the tokens of "],
    ['is another program', 404, 'ping ended with 404', 'See that http://127.0.0.1:'],
  ])('fails when the receiver %s', async (_what, status, detail, todo) => {
    await writeFile(join(cwd, 'hmac'), 'acme: [{value: ours}]\n');
    await receiver.reload();
    receiver.state.status = status;
    const { code, stdout } = await run(...all());
    expect(code).toBe(1);
    expect(stdout).toContain(detail);
    expect(stdout).toContain(`- webhook: ${todo}`);
  });

  it('fails both steps on GitHub without an administrator, and still writes the config', async () => {
    const { code, stdout } = await run(...all(), '--github-token-path', 'token-wim', '--json');
    expect(code).toBe(1);
    expect(statesOf(stdout)).toMatchObject({ plugin: 'done', webhook: 'failed', bot: 'failed' });
    expect(stdout).toContain("Make the token's owner an administrator of acme/widgets");
    expect(await onGithub()).toEqual([[], []]);
  });

  it('fails for an account that is not there', async () => {
    const { code, stdout } = await run('--bot', 'nobody', '--github-token-path', 'token-ada');
    expect(code).toBe(1);
    expect(stdout).toContain('bot: GitHub knows no account nobody');
  });

  it('renews an invitation that offers too little', async () => {
    await fetch(`${sandbox.env['GITHUB_API_URL']}/repos/acme/widgets/collaborators/acme-ci`, {
      method: 'PUT',
      headers: { authorization: 'Bearer ghp-ada' },
      body: JSON.stringify({ permission: 'pull' }),
    });
    await run('--bot', 'acme-ci', '--github-token-path', 'token-ada');
    expect((await onGithub())[1]).toMatchObject([{ login: 'acme-ci', permission: 'write' }]);
  });

  it('leaves GitHub alone without a token and says what is left', async () => {
    const { code, stdout } = await run(...config, '--bot', 'acme-ci', '--json');
    expect(code).toBe(0);
    expect(statesOf(stdout)).toMatchObject({ plugin: 'done', webhook: 'skipped', bot: 'skipped' });
    expect(stdout).toContain('Run again with --github-token-path');
    expect(await onGithub()).toEqual([[], []]);
  });

  it('writes nothing when the repository cannot be read', async () => {
    const files = await snapshot();
    const { code, stderr } = await run(...all(), '--repo', 'acme/nothing');
    expect(code).toBe(1);
    expect(stderr).toContain('could not read acme/nothing: 404');
    expect(await snapshot()).toEqual(files);
  });

  it('writes nothing when one of the files is wrong', async () => {
    await mkdir(join(cwd, 'config/config/prow'), { recursive: true });
    await writeFile(join(cwd, 'config/config/prow/plugins.yaml'), 'plugins: [\n');
    const files = await snapshot();
    const { code, stderr } = await run(...all());
    expect(code).toBe(2);
    expect(stderr).toMatch(/error: .*config\/config\/prow\/plugins.yaml:\d: /);
    expect([await snapshot(), await onGithub()]).toEqual([files, [[], []]]);
  });

  it('takes the passing faults of GitHub for what they are', async () => {
    await using faulty = await startSandbox({
      docker: 'off',
      githubAccounts: tokens,
      faults: ['github.GET:503:#2-20'],
      repositories: [{ owner: 'acme', name: 'widgets', collaborators: { ada: 'admin' } }],
    });
    const endpoint = ['--github-endpoint', faulty.env['GITHUB_API_URL'] ?? ''];
    const { code, stdout } = await run('--bot', 'acme-ci', '--github-token-path', 'token-ada', ...endpoint);
    expect(code).toBe(3);
    expect(stdout).toContain('bot: could not read what acme-ci may do in acme/widgets: 503');
  });

  it.each([
    ['--repo', ['--repo', 'widgets', ...config], 'not a repository: "widgets"'],
    ['--image', ['--config-repo-dir', 'config'], '--image is missing'],
    ['--config-repo-dir', ['--config-repo-dir', 'none', '--image', 'x'], 'there is no folder'],
    ['--hook-url', ['--hook-url', 'prow.example.com', '--hmac-path', 'hmac'], 'not an address'],
    ['--hmac-path', ['--hook-url', 'https://prow.example.com/hook'], 'would have no secret'],
    ['tokens in the repository', [...config, '--hmac-path', 'config/hmac'], 'is in the config repository'],
    ['--name', [...config, '--name', 'a b'], 'no job can be called by "a b"'],
    ['a long --name', [...config, '--name', 'x'.repeat(50)], 'too long for a job'],
    ['--dashboard', [...config, '--dashboard', 'a'], 'TestGrid takes no dashboard "a"'],
    ['--github-token-path', ['--bot', 'x', '--github-token-path', 'none'], 'cannot read the GitHub token'],
    ['two parts in one file', ['--plugins-path', 'one', '--testgrid-path', 'one'], 'cannot hold two parts'],
    ['nothing at all', [], 'there is nothing to do'],
  ])('refuses %s with what to do, and writes nothing', async (_what, argv, message) => {
    const files = await snapshot();
    const { code, stderr } = await run(...argv);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nhint: .+\.\n$/);
    expect([code, await snapshot()]).toEqual([2, files]);
  });

  it('writes to files and folders that are named', async () => {
    await mkdir(join(cwd, 'jobs'));
    await writeFile(join(cwd, 'plugins.yaml'), '# plugins\n');
    const paths = ['--job-config-path', 'jobs', '--plugins-path', 'plugins.yaml', '--testgrid-path', 'testgrid.yaml'];
    const { code } = await run(...paths, '--image', 'acme/ci:v1', '--', '--provider', 'gke');
    expect(code).toBe(0);
    const files = await snapshot();
    expect(files['plugins.yaml']).toBe('# plugins\nplugins:\n  acme/widgets:\n    plugins:\n    - trigger\n');
    expect(files['testgrid.yaml']).toBe('dashboards:\n- name: acme-widgets\n');
    expect(files['jobs/acme/widgets/acme-widgets-e2e.yaml']).toContain('args:\n        - --provider\n        - gke\n');
    await cp(join(cwd, 'jobs/acme/widgets/acme-widgets-e2e.yaml'), join(cwd, 'jobs/..data'));
    expect((await run(...paths, '--image', 'acme/ci:v1', '--', '--provider', 'gke')).stdout).toMatch(
      /Nothing was changed/,
    );
  });
});
