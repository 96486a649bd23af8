/** Lines around a change that are shown with it. */
const CONTEXT = 3;
/** Above this many pairs of lines a change is shown as one block. */
const MOST_PAIRS = 4_000_000;

type Line = readonly [mark: ' ' | '-' | '+', text: string];

/**
 * A unified diff of two texts; `''` where they are equal. `before` is `undefined` for a file that is not there yet.
 *
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function formatDiff(path: string, before: string | undefined, after: string): string {
  if (before === after) return '';
  const lines = diffLines(split(before ?? ''), split(after));
  const head = [`--- ${before === undefined ? '/dev/null' : path}`, `+++ ${path}`];
  return [...head, ...hunks(lines)].join('\n');
}

function split(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

function diffLines(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const keep = (line: string): Line => [' ', line];
  return [
    ...before.slice(0, head).map(keep),
    ...diffMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(keep),
  ];
}

/** By the longest common subsequence. */
function diffMiddle(before: readonly string[], after: readonly string[]): readonly Line[] {
  const [rows, columns] = [before.length, after.length];
  if (rows * columns > MOST_PAIRS) {
    return [...before.map((line): Line => ['-', line]), ...after.map((line): Line => ['+', line])];
  }
  const width = columns + 1;
  const common = new Uint32Array((rows + 1) * width);
  const at = (row: number, column: number) => common[row * width + column] ?? 0;
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: Line[] = [];
  for (let row = 0, column = 0; row < rows || column < columns;) {
    if (row < rows && column < columns && before[row] === after[column]) {
      lines.push([' ', before[row] ?? '']);
      row += 1;
      column += 1;
    } else if (row < rows && (column === columns || at(row + 1, column) >= at(row, column + 1))) {
      lines.push(['-', before[row] ?? '']);
      row += 1;
    } else {
      lines.push(['+', after[column] ?? '']);
      column += 1;
    }
  }
  return lines;
}

function hunks(lines: readonly Line[]): readonly string[] {
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(([mark]) => mark !== ' '),
  );
  const out: string[] = [];
  for (let at = 0, old = 1, fresh = 1; at < lines.length;) {
    let end = at;
    while (end < lines.length && shown[end] === shown[at]) end += 1;
    const part = lines.slice(at, end);
    const olds = part.filter(([mark]) => mark !== '+').length;
    const news = part.filter(([mark]) => mark !== '-').length;
    if (shown[at] === true) {
      const from = `${olds === 0 ? old - 1 : old},${olds}`;
      const to = `${news === 0 ? fresh - 1 : fresh},${news}`;
      out.push(`@@ -${from} +${to} @@`, ...part.map(([mark, text]) => mark + text));
    }
    old += olds;
    fresh += news;
    at = end;
  }
  return out;
}
