const LEVELS = ['debug', 'info', 'warn', 'error'];

/**
 * One JSON object a line: `time`, `level`, `message`, then the facts.
 *
 * @param {{ write(text: string): unknown, level?: string, now?: () => number }} options
 */
export function createLog({ write, level = 'info', now = Date.now }) {
  const from = Math.max(LEVELS.indexOf(level), 0);
  const line =
    (name) =>
    (message, facts = {}) => {
      if (LEVELS.indexOf(name) < from) return;
      write(`${JSON.stringify({ time: new Date(now()).toISOString(), level: name, message, ...facts })}\n`);
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
