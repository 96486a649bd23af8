import { memo } from 'react';
import type { RunHead } from '../../src/api.js';
import { shortCommit } from '../app/format.js';
import { describeRun } from '../app/parts.js';

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const hours = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

interface ColumnHeadProps {
  readonly run: RunHead | undefined;
  readonly before: RunHead | undefined;
  readonly index: number;
  readonly left: number;
}

/** Day (where it changes), time and commit. */
export const ColumnHead = memo(function ColumnHead({ run, before, index, left }: ColumnHeadProps) {
  if (run === undefined) return null;
  const day = dayOf(run);
  return (
    <div role="columnheader" aria-colindex={index + 2} className="grid-date" style={{ left }} title={describeRun(run)}>
      <span className="grid-day">{day !== (before === undefined ? '' : dayOf(before)) ? day : ''}</span>
      <span>{run.startedMs === undefined ? '' : hours.format(run.startedMs)}</span>
      <code>{run.commit === undefined ? '' : shortCommit(run.commit).slice(0, 6)}</code>
    </div>
  );
});

function dayOf({ startedMs }: RunHead): string {
  return startedMs === undefined ? '' : days.format(startedMs);
}
