import { type RefObject, useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/** Whether a key is meant for a field. */
export function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
  );
}

/** Calls a handler by key, unless it is typed into a field or with a modifier. */
export function useKeys(handlers: Readonly<Record<string, () => void>>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event)) return;
      const handler = latest.current[event.key];
      if (handler === undefined) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Keys of every page: `/` goes to the page's search, `j` to the jobs, `?` shows them all. */
export function useGlobalKeys(showHelp: () => void): void {
  const [, navigate] = useLocation();
  useKeys({
    '/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
    j: () => navigate('/'),
    '?': showHelp,
  });
}

const KEYS = [
  ['/', 'search or filter'],
  ['j', 'all jobs'],
  ['[ and ]', 'run: task before, task after'],
  ['l, t, a, f', 'run: log, tests, artifacts, facts'],
  ['e', 'log: first error'],
  ['n and p', 'log: next match, match before'],
  ['arrows, Home, End, Enter', 'grid: move, open the run'],
  ['?', 'this help'],
] as const;

export function KeysHelp({ dialog }: { readonly dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" className="keys">
      <h2 id="keys-title">Keyboard</h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}
