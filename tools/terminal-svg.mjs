// Draws the output of a command as an SVG picture of a terminal: node tools/terminal-svg.mjs '$ npm start' <out.txt >x.svg
import { text } from 'node:stream/consumers';

const COLUMNS = 100;
const [CHARACTER, LINE, PAD, BAR] = [8.4, 19, 18, 34]; // pixels
const colours = [
  [/^PASS\b.*/, '#7ee787'],
  [/^FAIL\b.*/, '#ff7b72'],
  [/^\$ .*/, '#79c0ff'],
  [/\bsucceeded\b|✔/, '#7ee787'],
  [/(?<!0 )\bfailed\b|✖/, '#ff7b72'],
];

const escape = (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const paint = (line) => {
  for (const [pattern, colour] of colours) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const end = match.index + match[0].length;
    return `${escape(line.slice(0, match.index))}<tspan fill="${colour}">${escape(match[0])}</tspan>${escape(line.slice(end))}`;
  }
  return escape(line);
};

const output = (await text(process.stdin)).trimEnd().split('\n');
const lines = [process.argv[2] ?? '', ...output].map((line) =>
  line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line,
);
const [width, height] = [COLUMNS * CHARACTER + 2 * PAD, lines.length * LINE + BAR + 2 * PAD];
const rows = lines.map(
  (line, index) => `<text x="${PAD}" y="${BAR + PAD + index * LINE}" xml:space="preserve">${paint(line)}</text>`,
);
const dots = ['#ff5f56', '#ffbd2e', '#27c93f'].map(
  (fill, index) => `<circle cx="${PAD + index * 20}" cy="18" r="6" fill="${fill}"/>`,
);
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${dots.join('')}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#c9d1d9">
${rows.join('\n')}
</g>
</svg>`);
