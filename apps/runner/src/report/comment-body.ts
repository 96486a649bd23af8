import { formatDuration, type Redactor } from '@seatrial/cli';
import type { RunSummary } from '../run-trial.js';

/** Rows of a table of failed tests. */
const MAX_ROWS = 30;
const MAX_MESSAGE = 300;

const VERDICTS = { succeeded: '✅ passed', failed: '❌ failed', aborted: '⏹ aborted' } as const;

export interface CommentFacts {
  readonly redact: Redactor;
  readonly summary: RunSummary;
  /** Page of the run. */
  readonly url?: string | undefined;
  readonly sha?: string | undefined;
  /** What to type to run it again. */
  readonly rerun?: string | undefined;
}

/** By this a later run of the job finds the comment again. Not shown by GitHub. */
export function commentMarker(job: string): string {
  return `<!-- seatrial: ${job.replaceAll('--', '- -')} -->`;
}

/** Markdown for a pull request: verdict, failed tests, tasks, where to look, how to run it again. */
export function commentBody({ summary, url, sha, rerun, redact }: CommentFacts): string {
  const { result, job, buildId, tests, runUri, wallMs } = summary;
  const build = url === undefined ? text(buildId) : `[${text(buildId)}](${url})`;
  const commit = sha === undefined ? '' : `, commit ${text(sha.slice(0, 12))}`;
  const skipped = tests.skipped > 0 ? `, ${tests.skipped} skipped` : '';
  const again = rerun ?? `seatrial e2e --resume ${runUri}`;
  return [
    commentMarker(job),
    `**${text(job)} ${VERDICTS[result.state]}**: build ${build}${commit}, ${formatDuration(wallMs)}`,
    '',
    `${tests.passed} tests passed, ${tests.failed} failed${skipped}.`,
    ...failedTable(summary, redact),
    '',
    '<details><summary>tasks</summary>',
    '',
    '| task | state | time |',
    '| --- | --- | ---: |',
    ...taskRows(summary),
    '',
    '</details>',
    '',
    `Results: ${text(runUri)}`,
    `Run again: <code>${text(again)}</code>`,
    '',
  ].join('\n');
}

function failedTable({ tests }: RunSummary, redact: Redactor): readonly string[] {
  const failed = tests.failedCases ?? [];
  if (failed.length === 0) return [];
  const shown = failed.slice(0, MAX_ROWS);
  const more = tests.failed - shown.length;
  return [
    '',
    '| failed test | why |',
    '| --- | --- |',
    ...shown.map(
      ({ suite, name, message }) => `| ${text(`${suite}.${name}`)} | ${text(redact(message).slice(0, MAX_MESSAGE))} |`,
    ),
    ...(more > 0 ? [`| … and ${more} more | |`] : []),
  ];
}

function taskRows({ order, selected, result }: RunSummary): readonly string[] {
  return order.flatMap((name) => {
    const task = result.tasks[name];
    if (!selected.has(name) || task === undefined) return [];
    return [
      `| ${text(name)} | ${task.state} | ${task.startedMs === undefined ? '' : formatDuration(task.durationMs)} |`,
    ];
  });
}

/** Text that is nothing but text: no markup, no mention of anybody, no end of a table's cell. */
function text(value: string): string {
  return value
    .replace(/\s+/g, ' ')
    .replace(/[^\p{L}\p{N} .,:/=%()+-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`)
    .replace(/:\/\//g, ':&#47;&#47;');
}
