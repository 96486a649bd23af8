import type { Call } from './answers.js';
import { answerPage, notFound, numberOf, readJson, textOf } from './answers.js';
import { formatComment, formatPull } from './formats.js';
import type { RepositoryState } from './github-state.js';
import { findPull } from './pulls.js';
import type { GithubService } from './service.js';
import { emit, findRepository } from './service.js';

/** Comments of pull requests. @see https://docs.github.com/en/rest/issues/comments */
export function serveComments(service: GithubService): void {
  const { app, access, newId, now } = service;
  const findComment = (context: Call, state: RepositoryState) => {
    access.require(context);
    const comment = state.comments.get(numberOf(context, 'id'));
    if (comment === undefined) throw notFound();
    return comment;
  };
  app.get('/repos/:owner/:repo/issues/:number/comments', (context) => {
    const { state } = findRepository(service, context);
    const found = [...state.comments.values()].filter(({ issue }) => issue === numberOf(context, 'number'));
    return answerPage(
      context,
      found.map((comment) => formatComment(context, state, comment)),
    );
  });
  app.post('/repos/:owner/:repo/issues/:number/comments', async (context) => {
    const { state } = findRepository(service, context);
    const user = access.require(context);
    const pull = findPull(context, state);
    const body = textOf(await readJson(context), 'IssueComment', 'body');
    const comment = { id: newId(), issue: pull.number, body, user, createdAt: now(), updatedAt: now() };
    state.comments.set(comment.id, comment);
    const { html_url: link, ...about } = formatPull(context, state, pull);
    const issue = { ...about, html_url: link, pull_request: { html_url: link } };
    const payload = { action: 'created', issue, comment: formatComment(context, state, comment) };
    emit(service, context, 'issue_comment', payload, state);
    return context.json(formatComment(context, state, comment), 201);
  });
  app.patch('/repos/:owner/:repo/issues/comments/:id', async (context) => {
    const { state } = findRepository(service, context);
    const comment = findComment(context, state);
    comment.body = textOf(await readJson(context), 'IssueComment', 'body');
    comment.updatedAt = now();
    return context.json(formatComment(context, state, comment));
  });
  app.delete('/repos/:owner/:repo/issues/comments/:id', (context) => {
    const { state } = findRepository(service, context);
    state.comments.delete(findComment(context, state).id);
    return context.body(null, 204);
  });
}
