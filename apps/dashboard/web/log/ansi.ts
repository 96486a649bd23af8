import Anser from 'anser';

/** A piece of a line with the look that its escape codes ask for. */
export interface Piece {
  readonly text: string;
  /** Classes of the page's own: `ansi-red ansi-bold`. */
  readonly className: string;
}

const ESCAPE = '\u001b';
// All of what a terminal would do besides colours: moving, clearing, titles, links.
// eslint-disable-next-line no-control-regex -- these are the codes
const OTHER_CODES = /\u001b(?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\[[0-9;?]*[A-LN-Za-ln-z]|[@-Z\\^_])/g;

/** Takes a line's colours apart. Nothing of it is ever markup. */
export function piecesOf(line: string): readonly Piece[] {
  if (!line.includes(ESCAPE)) return [{ text: line, className: '' }];
  const parts = Anser.ansiToJson(line.replace(OTHER_CODES, ''), { use_classes: true, remove_empty: true });
  return parts.map(({ content, fg, bg, decorations }) => {
    const classes = [fg, bg === null ? null : `${bg}-bg`, ...(decorations ?? [])].filter((one) => one !== null);
    // Of the palette of 256 and of true colours only the text is kept.
    const known = classes.filter((name) => /^(?:ansi-[a-z-]+|bold|dim|italic|underline)$/.test(name));
    return {
      text: content,
      className: known.map((name) => (name.startsWith('ansi-') ? name : `ansi-${name}`)).join(' '),
    };
  });
}

/** Where a text is in a line, in whatever case: pairs of start and end. */
export function findAll(line: string, wanted: string): readonly (readonly [number, number])[] {
  if (wanted === '') return [];
  const [text, needle] = [line.toLowerCase(), wanted.toLowerCase()];
  // Lower case may be longer (İ): then places would not be those of the line.
  if (text.length !== line.length) return [];
  const found: (readonly [number, number])[] = [];
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) {
    found.push([at, at + needle.length]);
  }
  return found;
}
