import { describe, expect, it } from 'vitest';
import { readWebhookEvent } from './webhook-event.js';

const [base, head] = ['1'.repeat(40), '2'.repeat(40)];
const repository = { name: 'widgets', owner: { login: 'acme' }, html_url: 'https://github.example/acme/widgets' };
const pull = {
  number: 7,
  title: 'add',
  body: null as string | null,
  draft: false,
  mergeable: null as boolean | null,
  state: 'open',
  html_url: 'https://github.example/acme/widgets/pull/7',
  user: { login: 'ada' },
  base: { ref: 'main', sha: base },
  head: { ref: 'topic', sha: head },
};
const kinds = (event: string, payload: object) =>
  readWebhookEvent(event, { repository, ...payload }).map(({ kind }) => kind);

describe(readWebhookEvent, () => {
  it('tells branch, files and refs of a push', () => {
    const commits = [
      { added: ['b'], modified: ['a'] },
      { removed: ['c'], modified: ['a'] },
    ];
    const push = {
      ref: 'refs/heads/release/1.2',
      after: head,
      compare: 'https://github.example/compare',
      commits,
      repository,
    };
    expect(readWebhookEvent('push', push)).toEqual([
      {
        kind: 'postsubmits',
        branch: 'release/1.2',
        files: ['a', 'b', 'c'],
        refs: {
          org: 'acme',
          repo: 'widgets',
          repo_link: 'https://github.example/acme/widgets',
          base_ref: 'release/1.2',
          base_sha: head,
          base_link: 'https://github.example/compare',
        },
      },
    ]);
    expect(kinds('push', { ...push, deleted: true })).toEqual(['none']);
  });

  it('gives the head of a pull request its links', () => {
    const [effect] = readWebhookEvent('pull_request', { action: 'synchronize', pull_request: pull, repository });
    expect(effect).toMatchObject({ kind: 'presubmits', branch: 'main', abortRunning: true, needsTrust: true });
    expect(effect).toHaveProperty('refs.pulls', [
      {
        number: 7,
        author: 'ada',
        sha: head,
        title: 'add',
        head_ref: 'topic',
        link: 'https://github.example/acme/widgets/pull/7',
        commit_link: `https://github.example/acme/widgets/pull/7/commits/${head}`,
        author_link: 'https://github.example/ada',
      },
    ]);
  });

  it.each([
    ['opened', {}, {}, ['presubmits']],
    ['opened', { body: '/test all' }, {}, ['presubmits', 'commands']],
    ['opened', { draft: true }, {}, ['none']],
    ['opened', { mergeable: false }, {}, ['none']],
    ['reopened', {}, {}, ['presubmits']],
    ['ready_for_review', {}, {}, ['presubmits']],
    ['edited', {}, { changes: { base: { ref: { from: 'old' } } } }, ['presubmits']],
    ['edited', {}, { changes: { title: { from: 'old' } } }, ['none']],
    ['synchronize', { mergeable: false }, {}, ['abort']],
    ['labeled', {}, { label: { name: 'lgtm' } }, ['presubmits']],
    ['labeled', {}, { label: { name: 'ok-to-test' }, sender: { type: 'User' } }, ['presubmits']],
    ['labeled', {}, { label: { name: 'ok-to-test' }, sender: { type: 'Bot' } }, ['none']],
    ['labeled', {}, { label: { name: 'bug' } }, ['none']],
    ['closed', {}, {}, ['abort']],
    ['converted_to_draft', {}, {}, ['abort']],
    ['assigned', {}, {}, ['none']],
  ])('of a pull request that is %s, with %j %j', (action, changes, more, expected) => {
    expect(kinds('pull_request', { action, pull_request: { ...pull, ...changes }, ...more })).toEqual(expected);
  });

  it.each([
    [
      'a comment',
      'issue_comment',
      { action: 'created', issue: { number: 7, state: 'open', pull_request: {} } },
      'commands',
    ],
    [
      'a comment that was edited',
      'issue_comment',
      { action: 'edited', issue: { number: 7, pull_request: {} } },
      'none',
    ],
    ['a comment on an issue', 'issue_comment', { action: 'created', issue: { number: 7 } }, 'none'],
    [
      'a comment on what is closed',
      'issue_comment',
      { action: 'created', issue: { number: 7, state: 'closed', pull_request: {} } },
      'none',
    ],
    ['a review', 'pull_request_review', { action: 'submitted', pull_request: pull }, 'commands'],
    ['a review comment', 'pull_request_review_comment', { action: 'created', pull_request: pull }, 'commands'],
    ['a review that was dismissed', 'pull_request_review', { action: 'dismissed', pull_request: pull }, 'none'],
    ['another event', 'star', {}, 'none'],
  ])('of %s', (_what, event, payload, expected) => {
    const said = { body: '/test all', user: { login: 'bob' } };
    const text = event === 'pull_request_review' ? { review: said } : { comment: said };
    const [effect] = readWebhookEvent(event, { repository, ...payload, ...text });
    expect(effect?.kind).toBe(expected);
    if (effect?.kind === 'commands') expect(effect).toMatchObject({ pull: 7, author: 'bob', text: '/test all' });
  });

  it('names the field that a payload lacks', () => {
    expect(() => readWebhookEvent('push', { ref: 'refs/heads/main', after: head })).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: expect.stringContaining('push is malformed: repository') }),
    );
  });
});
