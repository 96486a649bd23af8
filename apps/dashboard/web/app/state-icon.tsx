import type { ReactNode } from 'react';
import type { AttemptView, RunState, TaskView, TestState } from '../../src/api.js';

/** Every state that is shown anywhere. */
export type AnyState = RunState | TestState | TaskView['state'] | AttemptView['outcome'] | 'missing';

type Look = 'good' | 'bad' | 'flaky' | 'off' | 'live' | 'stopped' | 'waiting' | 'odd' | 'missing';

const LOOKS: Readonly<Record<AnyState, Look>> = {
  passed: 'good',
  pass: 'good',
  succeeded: 'good',
  failed: 'bad',
  fail: 'bad',
  flaky: 'flaky',
  skip: 'off',
  skipped: 'off',
  running: 'live',
  aborted: 'stopped',
  interrupted: 'odd',
  pending: 'waiting',
  lost: 'odd',
  unreadable: 'odd',
  missing: 'missing',
};

const WORDS: Partial<Record<AnyState, string>> = {
  pass: 'passed',
  fail: 'failed',
  skip: 'skipped',
  lost: 'no end recorded',
};

/** The state in a word. */
export function stateWord(state: AnyState): string {
  return WORDS[state] ?? state;
}

/** Class that colours what belongs to a state. */
export function stateClass(state: AnyState): string {
  return `is-${LOOKS[state]}`;
}

// A shape of its own for each, so that none needs its colour to be told from the others.
const SHAPES: Readonly<Record<Look, ReactNode>> = {
  good: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.2 2.300 2.300 4.2-4.700" className="icon-cut" />
    </>
  ),
  bad: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="2" fill="currentColor" />
      <path d="m5 5 6 6m0-6-6 6" className="icon-cut" />
    </>
  ),
  flaky: (
    <>
      <path d="M8 .5 15.5 8 8 15.5.5 8z" fill="currentColor" />
      <path d="M4.5 8.8c1.2-2 2.300-2 3.5-.8s2.300 1.2 3.5-.8" className="icon-cut" />
    </>
  ),
  off: (
    <>
      <circle cx="8" cy="8" r="6.2" className="icon-line" />
      <path d="M5 8h6" className="icon-line" />
    </>
  ),
  live: (
    <>
      <circle cx="8" cy="8" r="6.2" className="icon-line icon-faint" />
      <path d="M8 1.8A6.2 6.2 0 0 1 14.2 8" className="icon-line icon-turn" />
      <circle cx="8" cy="8" r="2" fill="currentColor" />
    </>
  ),
  stopped: (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
      <path d="M5 8h6" className="icon-cut" />
    </>
  ),
  waiting: <circle cx="8" cy="8" r="6.2" className="icon-line icon-dots" />,
  odd: (
    <>
      <path d="M8 1 15.5 14.5H.5z" fill="currentColor" />
      <path d="M8 6v4m0 2v.5" className="icon-cut" />
    </>
  ),
  missing: <circle cx="8" cy="8" r="1.2" fill="currentColor" />,
};

/** A state as a shape with its colour. Read out as a word, unless the word stands beside it. */
export function StateIcon({ state, silent = false }: { readonly state: AnyState; readonly silent?: boolean }) {
  const named = silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': stateWord(state) };
  return (
    <svg className={`icon ${stateClass(state)}`} viewBox="0 0 16 16" width="16" height="16" {...named}>
      {SHAPES[LOOKS[state]]}
    </svg>
  );
}

/** The shape and the word. */
export function StateTag({ state }: { readonly state: AnyState }) {
  return (
    <span className={`state ${stateClass(state)}`}>
      <StateIcon state={state} silent /> {stateWord(state)}
    </span>
  );
}
