/** `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'seatrial-theme';
const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'dark', dark: 'light', light: 'auto' };

/** The theme the reader chose on this machine. */
export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

/** Puts the chosen theme onto the page. */
export function applyTheme(theme: Theme = chosenTheme()): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Keeps and applies the next theme. */
export function nextTheme(): Theme {
  const theme = NEXT[chosenTheme()];
  localStorage.setItem(KEY, theme);
  applyTheme(theme);
  return theme;
}
