const COLUMNS = 80;
const BULLET = /^(\s*)([-*]|\d+\.) /;
const RULE_OF_TABLE = /^\|[\s:|-]+\|$/;

/**
 * Markdown as text for a terminal, prose in lines of at most 80 columns. Code stays as it is; of a table, each row becomes
 * an entry with its cells below it, since cells hold sentences.
 *
 * @param section Title of the only section to show, found by its end (`Journal` finds `The journal`). @default all
 */
export function markdownToText(markdown: string, section?: string): string {
  const lines = (section === undefined ? markdown : sectionOf(markdown, section)).split('\n');
  const out: string[] = [];
  let paragraph: string[] = [];
  const end = (): void => {
    if (paragraph.length > 0) out.push(...wrapBlock(paragraph));
    paragraph = [];
  };
  let isCode = false;
  let isDiagram = false;
  for (const line of lines) {
    if (line.trimStart().startsWith('```')) {
      end();
      isCode = !isCode;
      isDiagram = isCode && line.includes('mermaid');
    } else if (isDiagram) continue;
    else if (isCode) out.push(`    ${line}`.trimEnd());
    else if (line.startsWith('|')) {
      end();
      out.push(...(RULE_OF_TABLE.test(line) ? [] : rowOf(line)));
    } else if (line.trim() === '' || line.startsWith('#')) {
      end();
      out.push(line.startsWith('#') ? plain(line.replace(/^#+ /, '')).toUpperCase() : '');
    } else {
      if (BULLET.test(line)) end();
      paragraph.push(line);
    }
  }
  end();
  return out
    .join('\n')
    .trim()
    .replaceAll(/\n{3,}/g, '\n\n');
}

function sectionOf(markdown: string, title: string): string {
  const found = markdown
    .split(/^(?=## )/m)
    .find((part) => part.split('\n')[0]?.toLowerCase().endsWith(title.toLowerCase()));
  if (found === undefined) throw new Error(`no section ${title} in the page`);
  return found;
}

function wrapBlock(block: readonly string[]): string[] {
  const [, indent = '', bullet] = BULLET.exec(block[0] ?? '') ?? [];
  const text = plain(block.map((line) => line.trim()).join(' '));
  return wrap(text, indent, indent + (bullet === undefined ? '' : ' '.repeat(bullet.length + 1)));
}

function rowOf(line: string): string[] {
  const cells = line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/);
  const [first = '', ...others] = cells.map((cell) => plain(cell.replaceAll('\\|', '|').trim()));
  return [
    ...wrap(first, '  ', '  '),
    ...others.filter((cell) => cell !== '').flatMap((cell) => wrap(cell, '      ', '      ')),
  ];
}

function wrap(text: string, first: string, next: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(' ')) {
    const isEmpty = line.trim() === '';
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = next + word;
    } else line = isEmpty ? line + word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Without the marks: links become their text, code and bold what is between. */
function plain(text: string): string {
  return text
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\*\*([^*]+)\*\*/g, '$1')
    .replaceAll(/`([^`]+)`/g, '$1');
}
