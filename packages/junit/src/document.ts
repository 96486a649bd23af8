import type { X2jOptions, XmlBuilderOptions } from 'fast-xml-parser';
import { JunitError } from './errors.js';
import { createJudge } from './judge.js';
import { createVerdictNode } from './verdict-nodes.js';
import { decodeReferences, escapeAttribute } from './xml-text.js';
import { type ReadOptions, scanText } from './xml-scanner.js';

/**
 * Something in a document as fast-xml-parser keeps it in order: one key, the element's name, `#text`, `#cdata`,
 * `#comment` or `?target`, with what is inside; and under `:@` the attributes. Values stay escaped as they were written.
 */
export interface DocumentNode {
  [name: string]: unknown;
}

/** A document to be edited. What is not edited is written as it was read. */
export interface XmlDocument {
  /** `testsuites` or `testsuite`. */
  readonly root: DocumentNode;
  /** Comments before and after the root. */
  readonly comments: readonly DocumentNode[];
}

const ATTRIBUTES = ':@';
const PREFIX = '@_';

// The only set-up that loses nothing, and only with the same for reading and writing: values are never decoded.
const LOSSLESS = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: PREFIX,
  cdataPropName: '#cdata',
  commentPropName: '#comment',
  processEntities: false,
} as const;
const READING: X2jOptions = {
  ...LOSSLESS,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  jPath: false,
  // Elements called like methods of objects: nodes are only read by their own keys.
  onDangerousProperty: (name) => name,
};
const WRITING: XmlBuilderOptions = { ...LOSSLESS, suppressBooleanAttributes: false, suppressEmptyNode: true };

/** Reads and writes documents without loss of elements, attributes, comments, CDATA sections or their order. */
export interface DocumentFormat {
  /**
   * Processing instructions and a document type are left out: no reader of reports uses them.
   *
   * @throws {JunitError} As `parseReport`; `MALFORMED` also for elements called `__proto__` or `constructor`.
   */
  parse(xml: string, options?: ReadOptions): XmlDocument;
  /** Writes nodes one after another, without a declaration. */
  format(nodes: readonly DocumentNode[]): string;
}

/** Loads the parser, which takes longer than all else here: most callers never edit a document. */
export async function loadDocumentFormat(): Promise<DocumentFormat> {
  const { XMLBuilder, XMLParser } = await import('fast-xml-parser');
  return {
    parse(xml, options) {
      // fast-xml-parser takes truncated text and two roots for a document; this one does not.
      scanText(createVerdictNode(createJudge({ maxFailed: 0 })), xml, options);
      const nodes = readLeniently(() => new XMLParser(READING).parse(xml) as DocumentNode[]);
      const root = nodes.find((node) => ['testsuites', 'testsuite'].includes(localNameOf(node)));
      if (root === undefined) throw new JunitError('MALFORMED', 'not a JUnit report: there is no root element');
      return { root, comments: nodes.filter((node) => nameOf(node) === '#comment') };
    },
    format: (nodes) => new XMLBuilder(WRITING).build(nodes),
  };
}

function readLeniently(read: () => DocumentNode[]): DocumentNode[] {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new JunitError('MALFORMED', `cannot be edited: ${why}`, {
      cause,
      hint: 'Rename the element or attribute, or leave the file out.',
    });
  }
}

/** Makes an element. Attribute values are plain text, and those that are `undefined` are left out. */
export function createElement(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  content: readonly DocumentNode[] = [],
): DocumentNode {
  const node: DocumentNode = { [name]: [...content] };
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) setAttribute(node, key, value);
  return node;
}

/** Name with its prefix; `#text`, `#cdata`, `#comment`, `?target` for what is no element. */
export function nameOf(node: DocumentNode): string {
  for (const key of Object.keys(node)) if (key !== ATTRIBUTES) return key;
  return '';
}

/** Name without a namespace's prefix. */
export function localNameOf(node: DocumentNode): string {
  const name = nameOf(node);
  return name.slice(name.indexOf(':') + 1);
}

/** What is inside, in order. */
export function contentOf(node: DocumentNode): readonly DocumentNode[] {
  const content = node[nameOf(node)];
  return Array.isArray(content) ? content : [];
}

/** Puts other content into an element. */
export function setContent(node: DocumentNode, content: readonly DocumentNode[]): void {
  node[nameOf(node)] = [...content];
}

/** Whether it is text of nothing but white space. */
export function isBlank(node: DocumentNode): boolean {
  const text = node['#text'];
  return typeof text === 'string' && text.trim() === '';
}

/** Attribute as plain text. */
export function attributeOf(node: DocumentNode, name: string): string | undefined {
  const raw = rawAttributesOf(node)[`${PREFIX}${name}`];
  return raw === undefined ? undefined : decodeReferences(raw);
}

/** Names of the attributes, in order. */
export function attributeNamesOf(node: DocumentNode): readonly string[] {
  return Object.keys(rawAttributesOf(node)).map((key) => key.slice(PREFIX.length));
}

/** Sets an attribute to a plain text, in its place where it is there already. */
export function setAttribute(node: DocumentNode, name: string, value: string): void {
  node[ATTRIBUTES] = { ...rawAttributesOf(node), [`${PREFIX}${name}`]: escapeAttribute(value) };
}

/** The same element under another name, with other content. */
export function renameElement(node: DocumentNode, name: string, content: readonly DocumentNode[]): DocumentNode {
  const attributes = node[ATTRIBUTES];
  return { [name]: [...content], ...(attributes === undefined ? {} : { [ATTRIBUTES]: attributes }) };
}

function rawAttributesOf(node: DocumentNode): Readonly<Record<string, string>> {
  return (node[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>;
}
