import { isAlias, isMap, isNode, isScalar, visit } from 'yaml';
import type { Document, Node, Scalar } from 'yaml';

/** Something in YAML that helm's reader refuses. */
export interface Unreadable {
  /** In words, for after file and line. */
  readonly what: string;
  /** Where it stands in the text. */
  readonly offset: number;
  readonly hint: string;
}

// All that Go's reader takes: https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/readerc.go
const notPrintable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;
const directive = /^(?:[ \t]*(?:#.*)?\r?\n)*%/;
/** What a scalar with one of these tags cannot be. */
const wrongOfTag: Readonly<Record<string, (value: unknown) => boolean>> = {
  'tag:yaml.org,2002:int': (value) => typeof value === 'string',
  'tag:yaml.org,2002:float': (value) => typeof value === 'string',
  'tag:yaml.org,2002:bool': (value) => typeof value === 'string',
  'tag:yaml.org,2002:null': (value) => value !== null && value !== '',
};

/**
 * What helm, which reads YAML 1.1 by a reader of Go and goes on by way of JSON, refuses of a text that is YAML 1.2; `undefined`
 * for what it takes.
 */
export function findUnreadable(text: string, documents: readonly Document.Parsed[]): Unreadable | undefined {
  const body = text.replace(/^\uFEFF/, ' ');
  const odd = notPrintable.exec(body);
  if (odd !== null) {
    const code = (odd[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    return { what: `the character U+${code.toUpperCase()}`, offset: odd.index, hint: 'Write it as an escape in "".' };
  }
  if (directive.test(body)) return { what: 'a directive', offset: body.indexOf('%'), hint: 'Remove the line with %.' };
  for (const document of documents) {
    const found = findInDocument(document, text);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findInDocument(document: Document.Parsed, text: string): Unreadable | undefined {
  let found: Unreadable | undefined;
  const anchors = new Set<string>();
  visit(document, {
    Node: (key, node, path) => {
      const problem = isAlias(node)
        ? problemOfAlias(node.source, anchors, path)
        : (problemOfAnchor(node.anchor) ??
          (key === 'key' ? problemOfKey(node) : undefined) ??
          (isScalar(node) ? problemOfScalar(node, key === 'key', text) : undefined));
      if (!isAlias(node) && node.anchor !== undefined) anchors.add(node.anchor);
      if (problem === undefined) return undefined;
      found = { ...problem, offset: node.range?.[0] ?? 0 };
      return visit.BREAK;
    },
    Pair: (_key, { key, value }) => {
      if (!isScalar(key) || key.value !== '<<' || key.type !== 'PLAIN' || mergesMaps(value, document)) return undefined;
      found = {
        what: '<< merges something that is no map',
        offset: key.range?.[0] ?? 0,
        hint: 'Merge a map, or a list of maps.',
      };
      return visit.BREAK;
    },
  });
  return found;
}

type Problem = Omit<Unreadable, 'offset'>;

function problemOfAlias(source: string, anchors: ReadonlySet<string>, path: readonly unknown[]): Problem | undefined {
  if (!anchors.has(source)) return { what: `no anchor for *${source}`, hint: 'Put the anchor above its alias.' };
  const holdsItself = path.some((node) => isNode(node) && !isAlias(node) && node.anchor === source);
  return holdsItself ? { what: `*${source} in what it stands for`, hint: 'Write it out.' } : undefined;
}

function problemOfAnchor(anchor: string | undefined): Problem | undefined {
  if (anchor === undefined || /^[\w-]+$/.test(anchor)) return undefined;
  return { what: `the anchor &${anchor}`, hint: 'Name it by letters, digits, "-" and "_".' };
}

function problemOfKey(node: Node): Problem | undefined {
  if (isScalar(node) && node.value !== null) return undefined;
  return { what: 'a key that is not a text', hint: 'Put the key in quotes.' };
}

function problemOfScalar(node: Scalar, isKey: boolean, text: string): Problem | undefined {
  const { value, tag, type } = node;
  const source = text.slice(...(node.range ?? [0, 0]).slice(0, 2));
  if (tag !== undefined && wrongOfTag[tag]?.(value) === true) {
    return { what: `${JSON.stringify(value)} under another tag`, hint: 'Remove the tag, or mend the value.' };
  }
  if (tag === 'tag:yaml.org,2002:binary' && !/^["']?[\sA-Za-z0-9+/]*[=\s]*["']?$/.test(source.replace(/^[|>].*/, ''))) {
    return { what: 'a binary value that is not Base64', hint: 'Remove the tag, or mend the value.' };
  }
  if (type === 'PLAIN' && typeof value === 'number' && !Number.isFinite(value) && !isKey) {
    return { what: `${source}, which is no number of JSON`, hint: 'Put the value in quotes.' };
  }
  if (type === 'PLAIN' && /[\x85\u2028\u2029]/.test(source)) {
    return { what: 'a line separator of Unicode', hint: 'Write it as an escape in "".' };
  }
  if (type === 'QUOTE_DOUBLE' && /\\u[dD][89a-fA-F]/.test(source)) {
    return { what: 'half a character, \\ud…', hint: 'Write the character itself.' };
  }
  return undefined;
}

function mergesMaps(value: unknown, document: Document.Parsed): boolean {
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const merged = resolve(value);
  if (isMap(merged)) return true;
  const { items = [] } = (merged ?? {}) as { readonly items?: readonly unknown[] };
  return items.length > 0 && items.every((item) => isMap(resolve(item)));
}
