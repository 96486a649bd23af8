import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import type {
  ArtifactsAnswer,
  CompareAnswer,
  ErrorAnswer,
  GridAnswer,
  JobAnswer,
  JobsAnswer,
  LogAnswer,
  LogLinesAnswer,
  LogSearchAnswer,
  PullAnswer,
  PullsAnswer,
  RunAnswer,
  TestsAnswer,
} from '../../src/api.js';

/** The server answered that it cannot. */
export class AnswerError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly status: number;

  constructor(status: number, { error }: ErrorAnswer) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint;
    this.status = status;
  }
}

/** Whether it is an answer to the question, and no trouble on the way. */
export function isAnswered(error: unknown): boolean {
  return error instanceof AnswerError && error.status < 500;
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** Address of a call, relative to the page's base. */
export function apiUrl(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return new URL(`api/${path}?${search}`, document.baseURI).href;
}

/** @throws {AnswerError} for an answer that is an error. */
async function call<Answer>(path: string, query: Query, signal?: AbortSignal): Promise<Answer> {
  const response = await fetch(apiUrl(path, query), signal === undefined ? {} : { signal });
  if (response.ok) return (await response.json()) as Answer;
  const answer = (await response.json().catch(() => ({
    error: { code: 'FAILED', message: `the server answered ${response.status}` },
  }))) as ErrorAnswer;
  throw new AnswerError(response.status, answer);
}

export const api = {
  jobs: (signal?: AbortSignal) => call<JobsAnswer>('jobs', {}, signal),
  job: (job: string, count: number, signal?: AbortSignal) => call<JobAnswer>('job', { job, count }, signal),
  grid: (query: { job: string; count: number; before?: string | undefined }, signal?: AbortSignal) =>
    call<GridAnswer>('grid', query, signal),
  pulls: (signal?: AbortSignal) => call<PullsAnswer>('pulls', {}, signal),
  pull: (pull: string, signal?: AbortSignal) => call<PullAnswer>('pull', { pull }, signal),
  run: (run: string, signal?: AbortSignal) => call<RunAnswer>('run', { run }, signal),
  tests: (run: string, signal?: AbortSignal) => call<TestsAnswer>('tests', { run }, signal),
  artifacts: (run: string, signal?: AbortSignal) => call<ArtifactsAnswer>('artifacts', { run }, signal),
  compare: (a: string, b: string, signal?: AbortSignal) => call<CompareAnswer>('compare', { a, b }, signal),
  log: (run: string, file: string, signal?: AbortSignal) => call<LogAnswer>('log', { run, file }, signal),
  lines: (query: { run: string; file: string; from: number; count: number }, signal?: AbortSignal) =>
    call<LogLinesAnswer>('log/lines', query, signal),
  search: (query: { run: string; file: string; q: string }, signal?: AbortSignal) =>
    call<LogSearchAnswer>('log/search', query, signal),
} as const;

/** Where an artifact is fetched from: to be looked at as text, or saved. */
export function artifactUrl(run: string, file: string, { show }: { readonly show: boolean }): string {
  return apiUrl('artifact', { run, file, ...(show ? { show: 1 } : {}) });
}

export function useRun(run: string): UseQueryResult<RunAnswer> {
  return useQuery({ queryKey: ['run', run], queryFn: ({ signal }) => api.run(run, signal) });
}

export function useTests(run: string): UseQueryResult<TestsAnswer> {
  return useQuery({ queryKey: ['tests', run], queryFn: ({ signal }) => api.tests(run, signal) });
}

/** Runs whose history is shown beside a run. */
export const HISTORY_RUNS = 30;

export function useHistory(job: string, enabled: boolean): UseQueryResult<GridAnswer> {
  return useQuery({
    queryKey: ['history', job],
    queryFn: ({ signal }) => api.grid({ job, count: HISTORY_RUNS }, signal),
    staleTime: 60_000,
    enabled,
  });
}

export function useJob(job: string, count: number, options: { enabled?: boolean } = {}): UseQueryResult<JobAnswer> {
  return useQuery({
    queryKey: ['job', job, count],
    queryFn: ({ signal }) => api.job(job, count, signal),
    refetchInterval: 10_000,
    ...options,
  });
}
