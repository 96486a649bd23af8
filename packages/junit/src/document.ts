import { SaxesParser } from 'saxes';
import { createJudge } from './judge.js';
import { createVerdictNode } from './verdict-nodes.js';
import { escapeAttribute, escapeText } from './xml-text.js';
import { type ReadOptions, scanText } from './xml-scanner.js';

/** An element with what is in it, or a text, a CDATA section, a comment. */
export interface DocumentNode {
  /** Name of the element with its prefix, or `#text`, `#cdata`, `#comment`. */
  name: string;
  /** Of an element, in order, decoded. */
  readonly attributes: Map<string, string>;
  /** What is inside an element. */
  content: readonly DocumentNode[];
  /** What is no element's: decoded. */
  readonly text: string;
}

/** A document to be edited. What is not edited is written with the same meaning as it was read. */
export interface XmlDocument {
  /** `testsuites` or `testsuite`. */
  readonly root: DocumentNode;
  /** Comments before and after the root. */
  readonly comments: readonly DocumentNode[];
}

/**
 * Reads a document without loss of elements, attributes, comments, CDATA sections or their order. Processing
 * instructions and a document type are left out: no reader of reports uses them.
 *
 * @throws {JunitError} As `parseReport`.
 */
export function parseDocument(xml: string, options?: ReadOptions): XmlDocument {
  // First of all whether it is a report, with all limits: from here on it is well-formed.
  scanText(createVerdictNode(createJudge({ maxFailed: 0 })), xml, options);
  const parser = new SaxesParser({ xmlns: false, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  const top: DocumentNode[] = [];
  const stack: DocumentNode[][] = [top];
  const add = (node: DocumentNode) => void stack.at(-1)?.push(node);
  parser.on('opentag', ({ name, attributes }) => {
    const content: DocumentNode[] = [];
    add({ name, attributes: new Map(Object.entries(attributes)), content, text: '' });
    stack.push(content);
  });
  parser.on('closetag', () => void stack.pop());
  parser.on('text', (text) => add(createLeaf('#text', text)));
  parser.on('cdata', (text) => add(createLeaf('#cdata', text)));
  parser.on('comment', (text) => add(createLeaf('#comment', text)));
  parser.write(xml).close();
  const root = top.find((node) => !node.name.startsWith('#'));
  if (root === undefined) throw new TypeError('a document was read as well-formed without a root element');
  return { root, comments: top.filter(({ name }) => name === '#comment') };
}

/** Writes nodes one after another, without a declaration. */
export function formatDocument(nodes: readonly DocumentNode[]): string {
  return nodes.map(formatNode).join('');
}

function formatNode({ name, attributes, content, text }: DocumentNode): string {
  if (name === '#text') return escapeText(text);
  if (name === '#cdata') return `<![CDATA[${text}]]>`;
  if (name === '#comment') return `<!--${text}-->`;
  const pairs = [...attributes].map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`).join('');
  return content.length === 0 ? `<${name}${pairs}/>` : `<${name}${pairs}>${formatDocument(content)}</${name}>`;
}

function createLeaf(name: string, text: string): DocumentNode {
  return { name, attributes: new Map(), content: [], text };
}

/** Makes an element. Attributes that are `undefined` are left out. */
export function createElement(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  content: readonly DocumentNode[] = [],
): DocumentNode {
  const node: DocumentNode = { name, attributes: new Map(), content, text: '' };
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) setAttribute(node, key, value);
  return node;
}

/** Name with its prefix; `#text`, `#cdata`, `#comment` for what is no element. */
export function nameOf({ name }: DocumentNode): string {
  return name;
}

/** Name without a namespace's prefix. */
export function localNameOf({ name }: DocumentNode): string {
  return name.slice(name.indexOf(':') + 1);
}

/** What is inside, in order. */
export function contentOf({ content }: DocumentNode): readonly DocumentNode[] {
  return content;
}

/** Puts other content into an element. */
export function setContent(node: DocumentNode, content: readonly DocumentNode[]): void {
  node.content = [...content];
}

/** Whether it is text of nothing but white space. */
export function isBlank({ name, text }: DocumentNode): boolean {
  return name === '#text' && text.trim() === '';
}

/** Attribute as plain text. */
export function attributeOf({ attributes }: DocumentNode, name: string): string | undefined {
  return attributes.get(name);
}

/** Names of the attributes, in order. */
export function attributeNamesOf({ attributes }: DocumentNode): readonly string[] {
  return [...attributes.keys()];
}

/** Sets an attribute to a plain text, in its place where it is there already. */
export function setAttribute({ attributes }: DocumentNode, name: string, value: string): void {
  attributes.set(name, value);
}

/** The same element under another name, with other content. */
export function renameElement(
  { attributes }: DocumentNode,
  name: string,
  content: readonly DocumentNode[],
): DocumentNode {
  return { name, attributes: new Map(attributes), content: [...content], text: '' };
}
