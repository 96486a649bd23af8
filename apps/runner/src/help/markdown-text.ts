import { lexer, type Token, type Tokens } from 'marked';
import wrapAnsi from 'wrap-ansi';

const COLUMNS = 80;

/**
 * Markdown as text for a terminal, prose in lines of at most 80 columns. Code stays as it is, diagrams are left out; of a
 * table, each row becomes an entry with its cells below it, since cells hold sentences.
 *
 * @param section Title of the only section to show, found by its end (`Journal` finds `The journal`). @default all
 */
export function markdownToText(markdown: string, section?: string): string {
  const tokens = lexer(markdown);
  const shown = section === undefined ? tokens : sectionOf(tokens, section);
  return shown.map(blockOf).filter(Boolean).join('\n\n');
}

function sectionOf(tokens: readonly Token[], title: string): readonly Token[] {
  const isHead = (token: Token): token is Tokens.Heading => token.type === 'heading' && token['depth'] <= 2;
  const from = tokens.findIndex(
    (token) => isHead(token) && token.depth === 2 && token.text.toLowerCase().endsWith(title.toLowerCase()),
  );
  if (from === -1) throw new Error(`no section ${title} in the page`);
  const length = tokens.slice(from + 1).findIndex(isHead);
  return tokens.slice(from, length === -1 ? undefined : from + 1 + length);
}

function blockOf(token: Token): string {
  switch (token.type) {
    case 'heading':
      return token['depth'] > 2 ? plain([token]) : plain([token]).toUpperCase();
    case 'code':
      return token['lang'] === 'mermaid' ? '' : indent((token as Tokens.Code).text, '    ');
    case 'list':
      return listOf(token as Tokens.List);
    case 'table':
      return tableOf(token as Tokens.Table);
    case 'space':
    case 'html':
      return '';
    default:
      return wrap(plain([token]));
  }
}

function listOf({ items, ordered, start }: Tokens.List): string {
  const entries = items.map((item, at) => {
    const bullet = ordered ? `${Number(start) + at}. ` : '- ';
    const blocks = item.tokens.map((token) =>
      token.type === 'text' ? wrap(plain([token]), bullet.length) : blockOf(token),
    );
    return bullet + indent(blocks.filter(Boolean).join('\n'), ' '.repeat(bullet.length)).trimStart();
  });
  return entries.join('\n');
}

function tableOf({ header, rows }: Tokens.Table): string {
  const entries = [header, ...rows].map((row) => {
    const [first = '', ...others] = row.map((cell) => plain(cell.tokens));
    const below = others.filter(Boolean).map((cell) => indent(wrap(cell, 6), '      '));
    return [indent(wrap(first, 2), '  '), ...below].join('\n');
  });
  return entries.join('\n');
}

/** Without the marks: links become their text, code and bold what is between. */
function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) => ('tokens' in token && token.tokens ? plain(token.tokens) : (token as Tokens.Text).text))
    .join('')
    .replaceAll('\n', ' ');
}

function wrap(text: string, indentation = 0): string {
  return wrapAnsi(text, COLUMNS - indentation);
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}
