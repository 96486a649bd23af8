import type { Code, Parents } from 'mdast';
import GithubSlugger from 'github-slugger';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { toString } from 'mdast-util-to-string';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';

/** A fenced block of a page. */
export interface Block {
  /** First word of the info string: `sh`, `ts`, …; empty where there is none. */
  readonly language: string;
  /** How it is checked: the words after the language, `run` or `show="why"`, say. */
  readonly options: Readonly<Record<string, string>>;
  readonly text: string;
  /** What the page declares for it in a comment before it, `<!-- given … -->`: code that readers have anyway. */
  readonly given: string;
  /** Line of the first line of its text, from 1. */
  readonly line: number;
}

/** A word or more in backquotes, outside of blocks. */
export interface Quoted {
  readonly text: string;
  readonly line: number;
  readonly inHeading: boolean;
}

export interface Page {
  /** Path below the workspace, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly links: readonly { readonly url: string; readonly line: number }[];
  readonly quoted: readonly Quoted[];
  /** What a link's `#…` may name, as GitHub makes it of headings. */
  readonly anchors: ReadonlySet<string>;
}

/** Something that is wrong with a page. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Takes a Markdown page apart. */
export function parsePage(file: string, text: string): Page {
  const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const slugger = new GithubSlugger();
  const page = { blocks: [] as Block[], links: [] as { url: string; line: number }[], quoted: [] as Quoted[] };
  const anchors = new Set<string>();
  visit(tree, (node, index, parent) => {
    const line = node.position?.start.line ?? 0;
    if (node.type === 'heading') anchors.add(slugger.slug(toString(node)));
    if (node.type === 'code') page.blocks.push(blockOf(node, givenBefore(parent, index ?? 0)));
    if (node.type === 'inlineCode') page.quoted.push({ text: node.value, line, inHeading: parent?.type === 'heading' });
    if (node.type === 'link' || node.type === 'image' || node.type === 'definition')
      page.links.push({ url: node.url, line });
    if (node.type === 'html')
      for (const [, url = ''] of node.value.matchAll(/(?:src|href)="([^"]+)"/g)) page.links.push({ url, line });
  });
  return { file, text, anchors, ...page };
}

function blockOf(code: Code, given: string): Block {
  const options: Record<string, string> = {};
  for (const [, name = '', value] of (code.meta ?? '').matchAll(/([\w-]+)(?:="([^"]*)")?/g))
    options[name] = value ?? '';
  return { language: code.lang ?? '', options, text: code.value, given, line: (code.position?.start.line ?? 0) + 1 };
}

function givenBefore(parent: Parents | undefined, index: number): string {
  const before = parent?.children[index - 1];
  if (before?.type !== 'html') return '';
  return /^<!-- given\n([\s\S]*)-->$/.exec(before.value)?.[1] ?? '';
}
