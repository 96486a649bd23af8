import { memo, type ReactNode } from 'react';
import { findAll, piecesOf } from './ansi.js';

const STAMP = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d(?:\.\d+)?)Z? /;

interface LogLineProps {
  readonly number: number;
  /** `undefined` while it is on its way. */
  readonly text: string | undefined;
  readonly wanted: string;
  readonly isChosen: boolean;
  readonly isMatch: boolean;
  readonly top: number;
  onNumber(line: number, extend: boolean): void;
}

/** One line: its number, which is a way to it, and its text with colours and what was searched for. */
export const LogLine = memo(function LogLine(props: LogLineProps) {
  const { number, text, wanted, isChosen, isMatch, top, onNumber } = props;
  const classes = ['line', isChosen ? 'is-chosen' : '', isMatch ? 'is-match' : ''].join(' ');
  const stamp = STAMP.exec(text ?? '');
  const rest = stamp === null ? text : text?.slice(stamp[0].length);
  return (
    <div className={classes} style={{ transform: `translateY(${top}px)` }} data-line={number}>
      <button
        type="button"
        className="line-number"
        tabIndex={-1}
        aria-label={`Link to line ${number}`}
        onClick={(event) => onNumber(number, event.shiftKey)}
      >
        {number}
      </button>
      <span className="line-text">
        {stamp === null ? null : (
          <time className="line-time" dateTime={stamp[0].trim()} title={stamp[0].trim()}>
            {stamp[1]}{' '}
          </time>
        )}
        {rest === undefined ? <span className="faint">…</span> : render(rest, wanted)}
      </span>
    </div>
  );
});

function render(text: string, wanted: string): ReactNode {
  return piecesOf(text).map(({ text: piece, className }, at) => (
    <span key={at} className={className}>
      {marked(piece, wanted)}
    </span>
  ));
}

function marked(text: string, wanted: string): ReactNode {
  const found = findAll(text, wanted);
  if (found.length === 0) return text;
  const parts: ReactNode[] = [];
  let from = 0;
  for (const [start, end] of found) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}
