import { createRedactor } from '@seatrial/cli';
import { createGithubClient } from '@seatrial/prow/github';
import { type Sandbox, startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummary } from '../run-trial.js';
import { createGithubReporter } from './github-reporter.js';
import { reportTarget } from './report-target.js';

const HEAD = 'b'.repeat(40);
const clock = { now: () => 0, sleep: async () => undefined };
const pull = { org: 'acme', repo: 'widgets', number: 7 };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    docker: 'off',
    githubAccounts: { 't-bot': 'bot', 't-eve': 'eve' },
    repositories: [
      {
        owner: 'acme',
        name: 'widgets',
        refs: { 'heads/main': 'a'.repeat(40) },
        pulls: [{ number: 7, title: 'Fix', user: 'eve', head: { ref: 'fix', sha: HEAD }, base: { ref: 'main' } }],
        collaborators: { bot: 'write' },
      },
    ],
  });
});
afterAll(() => sandbox.close());

const client = (token: string) => createGithubClient({ baseUrl: sandbox.env['GITHUB_API_URL'], clock, token });

function summaryOf(state: 'succeeded' | 'failed', buildId: string, message = 'boom'): RunSummary {
  const task = { name: 'smoke', state, attempts: 1, startedMs: 0, durationMs: 1_500, cleanup: false } as const;
  return {
    result: {
      state,
      startedMs: 0,
      endedMs: 2_000,
      durationMs: 2_000,
      tasks: { smoke: task },
      criticalPath: { tasks: [], durationMs: 0 },
    },
    job: 'widgets-e2e',
    buildId,
    runUri: 'gs://results/17',
    order: ['smoke'],
    selected: new Set(['smoke']),
    wallMs: 65_000,
    tests: {
      passed: 3,
      failed: state === 'failed' ? 1 : 0,
      skipped: 0,
      failedCases: state === 'failed' ? [{ suite: 'e2e', name: 'reconciles', message }] : [],
    },
  };
}

/** Tells a whole run, and gives what the pull request then shows. */
async function tell(summary: RunSummary, warnings: unknown[] = []) {
  const reporter = createGithubReporter({
    github: client('t-bot'),
    target: { org: 'acme', repo: 'widgets', pull: 7, rerun: '/test widgets-e2e' },
    job: 'widgets-e2e',
    url: 'https://deck.example.com/view/17',
    redact: createRedactor(['correct-horse']),
    logger: { warn: (_message, fields) => void warnings.push(fields) },
  });
  await reporter.begin();
  await reporter.end({
    summary,
    closing: { tests: { passed: 0, failed: 0, skipped: 0, failedCases: [] }, problems: [] },
  });
  return client('t-bot').listComments(pull);
}

async function statuses(): Promise<{ state: string; context: string; description: string }[]> {
  const url = `${sandbox.env['GITHUB_API_URL']}/repos/acme/widgets/commits/${HEAD}/statuses`;
  return (await (await fetch(url)).json()) as { state: string; context: string; description: string }[];
}

describe(createGithubReporter, () => {
  it('sets the status of the head, and comments on what failed and how to run it again', async () => {
    const [comment, ...others] = await tell(summaryOf('failed', '17', 'said correct-horse | @all <b>'));
    expect(others).toEqual([]);
    expect(comment?.body).toContain('**widgets-e2e ❌ failed**: build [17](https://deck.example.com/view/17)');
    expect(comment?.body).toContain('| e2e.reconciles | said &#91;redacted&#93; &#124; &#64;all &#60;b&#62; |');
    expect(comment?.body).toContain('<code>/test widgets-e2e</code>');
    expect((await statuses()).map(({ state, context, description }) => `${context} ${state}: ${description}`)).toEqual([
      'widgets-e2e failure: failed: 3 passed, 1 failed',
      'widgets-e2e pending: running',
    ]);
  });

  it('writes over its comment of before, and not over what somebody else made look like it', async () => {
    const { id } = await client('t-eve').createComment({ ...pull, body: '<!-- seatrial: widgets-e2e --> mine' });
    const comments = await tell(summaryOf('succeeded', '18'));
    const own = comments.filter(({ author }) => author === 'bot');
    expect(own).toHaveLength(1);
    expect(own[0]?.body).toContain('✅ passed');
    expect(comments.find((one) => one.id === id)?.author).toBe('eve');
  });

  it('warns, and goes on, when GitHub refuses', async () => {
    const warnings: unknown[] = [];
    const reporter = createGithubReporter({
      github: client('nobody'),
      target: { org: 'acme', repo: 'widgets', pull: 7 },
      job: 'widgets-e2e',
      redact: createRedactor([]),
      logger: { warn: (_message, fields) => void warnings.push(fields) },
    });
    await reporter.begin();
    expect(warnings).toHaveLength(1);
  });
});

describe(reportTarget, () => {
  const job = { type: 'presubmit', job: 'e2e', buildId: '1', decorated: false, warnings: [] } as const;

  it("takes the pull request of Prow's job", () => {
    const refs = { org: 'acme', repo: 'widgets', pulls: [{ number: 7, sha: HEAD }] };
    expect(reportTarget({ ...job, refs }, {})).toEqual({
      org: 'acme',
      repo: 'widgets',
      pull: 7,
      sha: HEAD,
      rerun: '/test e2e',
    });
  });

  it('takes the pull request of GitHub Actions, whose commit is looked up', () => {
    const env = { GITHUB_REPOSITORY: 'acme/widgets', GITHUB_REF: 'refs/pull/7/merge', GITHUB_SHA: 'c'.repeat(40) };
    expect(reportTarget(job, env)).toEqual({ org: 'acme', repo: 'widgets', pull: 7 });
  });

  it('refuses to guess', () => {
    expect(() => reportTarget(job, {})).toThrow('--report github does not know which commit or pull request to tell');
  });
});
