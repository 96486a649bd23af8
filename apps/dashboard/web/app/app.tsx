import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { JobsPage } from '../jobs/jobs-page.js';
import { PullsPage } from '../jobs/pulls-page.js';
import { KeysHelp, useGlobalKeys } from './keys.js';
import { Empty, Waiting } from './parts.js';
import { chosenTheme, nextTheme } from './theme.js';

const GridPage = lazy(async () => ({ default: (await import('../grid/grid-page.js')).GridPage }));
const RunPage = lazy(async () => ({ default: (await import('../run/run-page.js')).RunPage }));
const ComparePage = lazy(async () => ({ default: (await import('../compare/compare-page.js')).ComparePage }));

/** The frame around every page. */
export function App() {
  const help = useRef<HTMLDialogElement>(null);
  useGlobalKeys(() => help.current?.showModal());
  return (
    <>
      <a className="skip" href="#main" onClick={skipToMain}>
        Skip to content
      </a>
      <header className="top">
        <Link href="/" className="brand" aria-label="Seatrial">
          <img src={new URL('icon.svg', document.baseURI).href} alt="" width="22" height="22" /> <span>Seatrial</span>
        </Link>
        <nav aria-label="Pages">
          <NavLink href="/">Jobs</NavLink>
          <NavLink href="/pulls">Pull requests</NavLink>
          <NavLink href="/compare">Compare</NavLink>
        </nav>
        <button type="button" className="quiet" onClick={() => help.current?.showModal()} aria-label="Keyboard help">
          <kbd>?</kbd>
        </button>
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1}>
        <Suspense fallback={<Waiting what="the page" />}>
          <Switch>
            <Route path="/" component={JobsPage} />
            <Route path="/pulls" component={PullsPage} />
            <Route path="/compare" component={ComparePage} />
            <Route path="/grid/*">{(params) => <GridPage key={params['*']} job={decodePath(params['*'])} />}</Route>
            <Route path="/run/*">{(params) => <RunPage key={params['*']} run={decodePath(params['*'])} />}</Route>
            <Route>
              <Empty>
                There is no such page. <Link href="/">All jobs</Link>
              </Empty>
            </Route>
          </Switch>
        </Suspense>
      </main>
      <KeysHelp dialog={help} />
      <FocusOnMove />
    </>
  );
}

/** `href="#main"` alone would lead to the base. */
function skipToMain(event: React.MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function decodePath(path: string | undefined): string {
  try {
    return (path ?? '').split('/').map(decodeURIComponent).join('/');
  } catch {
    // URIError: an address that was cut off. It leads nowhere, which the server then says.
    return path ?? '';
  }
}

function NavLink({ href, children }: { readonly href: string; readonly children: string }) {
  const [location] = useLocation();
  const isCurrent = href === '/' ? location === '/' || location.startsWith('/grid/') : location.startsWith(href);
  return (
    <Link href={href} {...(isCurrent ? { 'aria-current': 'page' as const } : {})}>
      {children}
    </Link>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(chosenTheme);
  const label = { auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' }[theme];
  return (
    <button type="button" className="quiet" aria-label={label} title={label} onClick={() => setTheme(nextTheme())}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" className="icon-line" />
        {theme === 'light' ? null : (
          <path
            d={theme === 'dark' ? 'M8 2a6 6 0 0 1 0 12 6 6 0 0 1 0-12' : 'M8 2a6 6 0 0 1 0 12z'}
            fill="currentColor"
          />
        )}
      </svg>
    </button>
  );
}

/** After a move to another page the focus is on it, and not on a link that is gone. */
function FocusOnMove(): null {
  const [location] = useLocation();
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) document.getElementById('main')?.focus({ preventScroll: true });
    first.current = false;
    window.scrollTo(0, 0);
  }, [location]);
  return null;
}
