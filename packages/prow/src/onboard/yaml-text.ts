import type { Document, LineCounter as LineCounterType } from 'yaml';
import { LineCounter, parseDocument } from 'yaml';
import { ProwError } from '../errors.js';

/** A YAML file that was read, for looking things up with their lines. */
export interface YamlText {
  readonly file: string;
  readonly text: string;
  readonly document: Document;
  /** Line of a node, from 1. */
  lineOf(node: unknown): number;
}

/** YAML as Prow reads it: version 1.1, where `yes` is a boolean. */
export const yamlVersion = '1.1';

/** @throws {ProwError} `INVALID_CONFIG` naming file, line and what is wrong. */
export function parseYamlText(file: string, text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: yamlVersion, lineCounter: lines, keepSourceTokens: true });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const at = lines.linePos(problem.pos[0]);
    throw invalid(file, at.line, problem.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'not YAML');
  }
  return { file, text, document, lineOf: (node) => lineOf(node, lines) };
}

/** An error about a place in a config file. */
export function invalid(
  file: string,
  line: number,
  message: string,
  hint = 'Correct the file and run again.',
): ProwError {
  return new ProwError('INVALID_CONFIG', `${file}:${line}: ${message}`, { hint });
}

function lineOf(node: unknown, lines: LineCounterType): number {
  return lines.linePos((node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0).line;
}
