import type { Document, LineCounter, Node, Pair } from 'yaml';
import type { Position } from './job-config.js';
import type { ConfigProblem } from './problem.js';

/** Where a value is: keys and indices from the root. */
export type Path = readonly (string | number)[];

/** A file of YAML: what it says, and where. */
export interface YamlFile {
  readonly file: string;
  /** The document as plain data, anchors and merges resolved. */
  readonly value: unknown;
  /** What Prow's decoder passes over without a word: keys that stand twice, and all documents but the first. */
  readonly remarks: readonly { readonly message: string; readonly position: Position }[];
  /** Where the value of a path was written; of one that is not there, of the nearest thing around it. */
  locate(path: Path): Position;
}

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_DEPTH = 100;
/** Of a file that is no YAML at all, one error is as good as thousands. */
const MAX_ERRORS = 20;
// Anchors of a real config are used some hundred times; those of a bomb, milliards of times.
const MAX_ALIASES = 10_000;

const passedOver: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'the key stands here twice; the last one counts',
  MULTIPLE_DOCS: 'a second document begins here; Prow reads the first only',
};

/** Reads YAML 1.1, as Prow's decoder does: `yes` and `on` are booleans, merge keys work. Returns its faults otherwise. */
export async function parseYamlFile(file: string, text: string): Promise<YamlFile | readonly ConfigProblem[]> {
  const fault = (message: string, position: Partial<Position> = {}): ConfigProblem => ({
    code: 'FILE',
    message,
    position: { file, line: 1, column: 1, ...position },
  });
  if (Buffer.byteLength(text) > MAX_BYTES) return [fault(`larger than ${MAX_BYTES / 1024 / 1024} MiB`)];
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      version: '1.1',
      lineCounter: lines,
      prettyErrors: false,
      // Go's decoder leaves times and numbers to the base of 60 as the text they are.
      customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || !isTimeTag(tag)),
    });
    const positionOf = ([offset]: readonly [number, number]) => {
      const { line, col } = lines.linePos(offset);
      return { file, line, column: col };
    };
    const errors = document.errors.filter(({ code }) => !Object.hasOwn(passedOver, code));
    if (errors.length > 0) {
      return errors.slice(0, MAX_ERRORS).map(({ message, pos }) => fault(`not YAML: ${message}`, positionOf(pos)));
    }
    const remarks = document.errors.map(({ code, pos }) => ({
      message: passedOver[code] ?? code,
      position: positionOf(pos),
    }));
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (depthOf(value) > MAX_DEPTH) return [fault(`nested more than ${MAX_DEPTH} deep`)];
    return { file, value, remarks, locate: createLocator(file, document, lines) };
  } catch (error) {
    // Too many aliases, or nested so deep that the parser itself gives up.
    return [fault(`not YAML: ${error instanceof RangeError ? 'nested too deep' : (error as Error).message}`)];
  }
}

function isTimeTag({ tag, format }: { readonly tag: string; readonly format?: string }): boolean {
  return tag === 'tag:yaml.org,2002:timestamp' || format === 'TIME';
}

/** Levels of objects in a value. One that holds itself, as an alias within its own anchor does, has no end of them. */
function depthOf(value: unknown, known = new Map<object, number>()): number {
  if (typeof value !== 'object' || value === null) return 0;
  const before = known.get(value);
  if (before !== undefined) return before;
  known.set(value, Infinity); // while it is looked at
  const depth = 1 + Object.values(value).reduce<number>((deepest, item) => Math.max(deepest, depthOf(item, known)), 0);
  known.set(value, depth);
  return depth;
}

function createLocator(file: string, document: Document, lines: LineCounter): (path: Path) => Position {
  const positionOf = (node: unknown): Position | undefined => {
    const range = (node as Node | null | undefined)?.range;
    if (!range) return undefined;
    const { line, col } = lines.linePos(range[0]);
    return { file, line, column: col };
  };
  return (path) => {
    let node: unknown = document.contents;
    let position = positionOf(node) ?? { file, line: 1, column: 1 };
    for (const step of path) {
      const pair = findItem(resolve(node, document), step, document);
      if (pair === undefined) break;
      // Of a field, its name: that is what a person looks for.
      position = positionOf(pair.key) ?? positionOf(pair.value) ?? position;
      node = pair.value;
    }
    return position;
  };
}

interface Found {
  readonly key: unknown;
  readonly value: unknown;
}

function findItem(node: unknown, step: string | number, document: Document): Found | undefined {
  const items = (node as { items?: readonly unknown[] } | undefined)?.items;
  if (items === undefined) return undefined;
  if (typeof step === 'number') {
    const item = items[step];
    return item === undefined ? undefined : { key: resolve(item, document), value: item };
  }
  const pairs = items as readonly Pair[];
  const own =
    pairs.findLast(({ key }) => keyOf(key) === step) ??
    pairs.findLast(({ key }) => keyOf(key).toLowerCase() === step.toLowerCase());
  if (own !== undefined) return own;
  for (const { key, value } of pairs) {
    if (keyOf(key) !== '<<') continue;
    const merged = resolve(value, document);
    const sources =
      Array.isArray((merged as { items?: unknown[] }).items) && !isMap(merged)
        ? (merged as { items: unknown[] }).items
        : [merged];
    for (const source of sources) {
      const found = findItem(resolve(source, document), step, document);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isMap(node: unknown): boolean {
  const [first] = (node as { items: readonly unknown[] }).items;
  return typeof first === 'object' && first !== null && 'key' in first;
}

function resolve(node: unknown, document: Document): unknown {
  const alias = node as { resolve?: (document: Document) => unknown } | null;
  return typeof alias?.resolve === 'function' ? alias.resolve(document) : node;
}

function keyOf(key: unknown): string {
  const value: unknown = (key as { value?: unknown } | null)?.value ?? key;
  // The key of a merge is a symbol.
  return typeof value === 'symbol' ? (value.description ?? '') : String(value);
}
