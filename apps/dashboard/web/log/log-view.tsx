import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { parseLines } from '../app/addresses.js';
import { api, artifactUrl } from '../app/api-client.js';
import { formatBytes, formatCount } from '../app/format.js';
import { useKeys } from '../app/keys.js';
import { Empty, Trouble, Waiting } from '../app/parts.js';
import { LogLine } from './log-line.js';
import { useLines, useLog } from './use-log.js';
import { heightOf, LINE, scrollTopFor, windowAt } from './window.js';

interface LogViewProps {
  readonly run: string;
  readonly file: string;
  /** Size that the run says it has. */
  readonly knownBytes?: number | undefined;
  /** Whether the log still grows. @default false */
  readonly isLive?: boolean;
  /** Whether to open at the first line that looks like an error. @default false */
  readonly opensAtError?: boolean;
  /** What it is, for its labels. @default 'log' */
  readonly noun?: 'log' | 'file';
}

/** A log of any length: only the lines in view are there. */
export function LogView({ run, file, knownBytes, isLive = false, opensAtError = false, noun = 'log' }: LogViewProps) {
  const { data: log, error, refetch } = useLog(run, file, knownBytes);
  const box = useRef<HTMLDivElement>(null);
  const [search] = useSearchParams();
  const [location, navigate] = useLocation();
  const chosen = parseLines(search.get('line'));
  const [view, setView] = useState({ scrollTop: 0, height: 480 });
  const [follows, setFollows] = useState(isLive && chosen === undefined);
  const [wanted, setWanted] = useState('');
  const [match, setMatch] = useState(0);
  const lines = log?.lines ?? 0;
  const shown = windowAt({ ...view, lines });
  const textOf = useLines({ run, file }, log, shown);
  const found = useQuery({
    queryKey: ['search', run, file, wanted, log?.indexedBytes],
    queryFn: ({ signal }) => api.search({ run, file, q: wanted }, signal),
    enabled: wanted !== '' && lines > 0,
  });
  const matches = useMemo(() => new Set(found.data?.lines ?? []), [found.data]);

  const scrollTo = (line: number): void => {
    const element = box.current;
    if (element !== null) element.scrollTop = scrollTopFor(line, { height: element.clientHeight, lines });
  };
  const toError = (): void => {
    if (log?.firstError === undefined) return;
    setFollows(false);
    choose(log.firstError, false);
    scrollTo(log.firstError);
  };
  const toMatch = (step: number): void => {
    const all = found.data?.lines ?? [];
    if (all.length === 0) return;
    const next = (match + step + all.length) % all.length;
    setMatch(next);
    setFollows(false);
    scrollTo(all[next] ?? 1);
  };
  const choose = (line: number, extend: boolean): void => {
    const query = new URLSearchParams(search);
    const range = extend && chosen !== undefined ? [chosen.from, line].sort((a, b) => a - b).join('-') : String(line);
    query.set('line', range);
    navigate(`${location}?${query}`, { replace: true });
  };
  useKeys({ e: toError, n: () => toMatch(1), p: () => toMatch(-1) });

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() =>
      setView({ scrollTop: element.scrollTop, height: element.clientHeight || 480 }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [lines === 0]);

  // Where a log opens: at the lines of the address, else at its first error, else at its end while it grows.
  const hasOpened = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (log === undefined || log.file === undefined || lines === 0 || !log.file.endsWith(file)) return;
    if (hasOpened.current === file) return;
    if (chosen !== undefined) {
      if (chosen.from > lines && !log.complete) return;
      scrollTo(chosen.from);
    } else if (opensAtError) {
      if (log.firstError === undefined && !log.complete) return;
      if (log.firstError !== undefined) scrollTo(log.firstError);
    }
    hasOpened.current = file;
  });
  useEffect(() => {
    const element = box.current;
    if (follows && element !== null) element.scrollTop = element.scrollHeight;
  }, [follows, lines]);

  if (log === undefined && error !== null) return <Trouble error={error} retry={() => void refetch()} />;
  if (log === undefined) return <Waiting what={`the ${noun}`} />;
  const find = (event: FormEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get('text') ?? '');
    if (text === wanted) return toMatch(1);
    setWanted(text);
    setMatch(0);
  };
  const firstMatch = found.data?.lines[0];
  return (
    <div className="log">
      <div className="panel-bar">
        <form onSubmit={find} role="search">
          <input
            type="search"
            name="text"
            placeholder={`Search the ${noun}`}
            aria-label={`Search the ${noun}`}
            onChange={({ target }) => {
              if (target.value === '') setWanted('');
            }}
          />
        </form>
        {wanted === '' ? null : (
          <span className="log-found" role="status">
            {found.data === undefined
              ? 'searching…'
              : found.data.total === 0
                ? 'not found'
                : `${Math.min(match + 1, found.data.total)} of ${formatCount(found.data.total, 'line')}`}
          </span>
        )}
        {found.data === undefined || found.data.total === 0 ? null : (
          <>
            <button type="button" onClick={() => toMatch(-1)} aria-label="Match before">
              ↑
            </button>
            <button type="button" onClick={() => toMatch(1)} aria-label="Next match">
              ↓
            </button>
          </>
        )}
        <button type="button" onClick={toError} disabled={log.firstError === undefined}>
          First error
        </button>
        {isLive ? (
          <button type="button" aria-pressed={follows} onClick={() => setFollows(!follows)}>
            Follow
          </button>
        ) : null}
        <span className="faint log-size">
          {formatCount(log.lines, 'line')}, {formatBytes(log.sizeBytes)}
          {log.complete ? '' : `, read ${Math.round((log.indexedBytes / Math.max(1, log.sizeBytes)) * 100)}%`}
        </span>
        {noun === 'log' ? <a href={artifactUrl(run, file, { show: false })}>Download</a> : null}
      </div>
      {lines === 0 ? (
        <Empty>The {noun} is empty.</Empty>
      ) : (
        <div
          ref={box}
          className="log-box"
          role="region"
          aria-label={`${noun === 'log' ? 'Log' : 'File'} ${file}`}
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
            setView({ scrollTop, height: clientHeight });
            if (follows && scrollHeight - scrollTop - clientHeight > 3 * LINE) setFollows(false);
          }}
        >
          <div className="log-plane" style={{ height: heightOf(lines) }}>
            {Array.from({ length: shown.count }, (_, at) => {
              const number = shown.first + at;
              return (
                <LogLine
                  key={number}
                  number={number}
                  text={textOf(number)}
                  wanted={wanted}
                  top={shown.top + at * LINE}
                  isChosen={chosen !== undefined && number >= chosen.from && number <= chosen.to}
                  isMatch={matches.has(number)}
                  onNumber={choose}
                />
              );
            })}
          </div>
        </div>
      )}
      <FirstMatch line={firstMatch} scrollTo={scrollTo} />
    </div>
  );
}

/** A search that has found something goes there. */
function FirstMatch({ line, scrollTo }: { readonly line: number | undefined; scrollTo(line: number): void }): null {
  const go = useRef(scrollTo);
  go.current = scrollTo;
  useEffect(() => {
    if (line !== undefined) go.current(line);
  }, [line]);
  return null;
}
