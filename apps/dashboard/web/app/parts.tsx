import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { RunHead } from '../../src/api.js';
import { runAddress } from './addresses.js';
import { AnswerError } from './api-client.js';
import { formatAge, formatDuration, formatTime, shortCommit } from './format.js';
import { StateIcon, stateWord } from './state-icon.js';

/** The time, anew every so often. */
export function useNow(everyMs = 10_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** How long ago, with the time itself at hand. */
export function Age({ ms }: { readonly ms: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatTime(ms)}>
      {formatAge(ms, now)}
    </time>
  );
}

/** What a run is in a sentence: for titles and readers. */
export function describeRun({ state, startedMs, endedMs, commit, buildId }: RunHead): string {
  const parts = [
    `${stateWord(state)}, build ${buildId}`,
    ...(startedMs === undefined ? [] : [formatTime(startedMs)]),
    ...(startedMs === undefined || endedMs === undefined ? [] : [formatDuration(endedMs - startedMs)]),
    ...(commit === undefined ? [] : [`commit ${shortCommit(commit)}`]),
  ];
  return parts.join(', ');
}

/** Runs as a row of shapes, newest left, each a way to its run. */
export function RunStrip({ runs, label }: { readonly runs: readonly RunHead[]; readonly label: string }) {
  if (runs.length === 0) return <span className="faint">no runs</span>;
  return (
    <ol className="strip" aria-label={label}>
      {runs.map((run) => (
        <li key={run.run}>
          <Link href={runAddress(run.run)} title={describeRun(run)} aria-label={describeRun(run)}>
            <StateIcon state={run.state} silent />
          </Link>
        </li>
      ))}
    </ol>
  );
}

/** What went wrong, and what to do. */
export function Trouble({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof AnswerError ? error.hint : 'The server could not be reached. It may have been stopped.';
  return (
    <div className="trouble" role="alert">
      <p>
        <strong>Could not be read:</strong> {message}
      </p>
      {hint === undefined ? null : <p>{hint}</p>}
      {retry === undefined ? null : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Something is on its way. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <p className="waiting" role="status">
      <StateIcon state="running" silent /> reading {what}…
    </p>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

/** Whether an element has been on the screen: what is far down is not asked for. */
export function useSeen<Element extends HTMLElement>(): [React.RefObject<Element | null>, boolean] {
  const ref = useRef<Element>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null || seen) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: '300px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [seen]);
  return [ref, seen];
}

/** Names the page in the browser's tab, and tells screen readers that another one is there. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Seatrial`;
  }, [title]);
}
