import type { Command } from './command.js';
import { flagsOf, globalFlags } from './program.js';

/** Writes the reference of a command and all below it as Markdown: a section each, with arguments, flags, examples. */
export function formatReference(command: Command, path = command.name): string {
  const own = Object.entries(flagsOf(command)).filter(([name, spec]) => !(name in globalFlags) && spec.hidden !== true);
  const sections = [
    `## ${path}`,
    command.description ?? `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    `\`\`\`sh\n${command.examples.join('\n')}\n\`\`\``,
    formatRows(
      ['argument', 'meaning'],
      (command.arguments ?? []).map(({ name, description, required = false }) => [
        name,
        required ? `${description} (required)` : description,
      ]),
    ),
    formatRows(
      ['flag', 'meaning', 'default', 'variable'],
      own.map(([name, spec]) => [
        `\`--${name}\``,
        spec.required === true ? `${spec.description} (required)` : spec.description,
        spec.default === undefined ? '' : `\`${String(spec.default)}\``,
        spec.env === undefined ? '' : `\`${spec.env}\``,
      ]),
    ),
    ...(command.commands ?? []).map((child) => formatReference(child, `${path} ${child.name}`)),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function formatRows(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
