import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { HelmError } from './errors.js';

const maxFileBytes = 5 * 1024 * 1024; // helm's own limit for a file of a chart

/**
 * Reads a text file of a chart, its byte order mark kept.
 *
 * @throws {HelmError} `INVALID_CHART` when it is missing, larger than helm accepts, or not UTF-8: what cannot be read exactly
 * could not be written back exactly.
 */
export async function readChartFile(path: string): Promise<string> {
  return (await openChartFile(path)).text;
}

/** {@link readChartFile}, with the file's mode. */
export async function openChartFile(path: string): Promise<{ readonly text: string; readonly mode: number }> {
  try {
    await using file = await open(path);
    const { size, mode } = await file.stat();
    if (size > maxFileBytes) {
      throw new HelmError('INVALID_CHART', `${path} has ${size} bytes, helm reads up to ${maxFileBytes}`, {
        file: path,
      });
    }
    return { text: decodeChartFile(await file.readFile(), path), mode };
  } catch (cause) {
    if (cause instanceof HelmError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause);
    throw new HelmError('INVALID_CHART', `cannot read ${path}: ${reason}`, {
      cause,
      file: path,
      hint: 'Name the folder that holds Chart.yaml.',
    });
  }
}

/** The text of a chart's file, its byte order mark kept. @throws {HelmError} `INVALID_CHART` when it is not UTF-8. */
export function decodeChartFile(body: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    const lines = Buffer.from(body).toString('latin1').split('\n');
    const line = lines.findIndex((text) => !isUtf8(Buffer.from(text, 'latin1'))) + 1;
    throw new HelmError('INVALID_CHART', `${file}:${line}: not UTF-8`, {
      cause,
      file,
      line,
      hint: 'Save the file as UTF-8.',
    });
  }
}

/** Line of a character offset, from 1. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** A parsed document and where its characters stand. */
export interface ChartDocument {
  readonly document: Document.Parsed;
  /** What was parsed. */
  readonly text: string;
  /** Line of a character offset, from 1. */
  lineAt(offset: number): number;
}

/** Parses one YAML document of a chart. @throws {HelmError} `INVALID_CHART` with file and line. */
export function parseChartDocument(text: string, file: string): ChartDocument {
  const document = parseDocument(text, { keepSourceTokens: true, logLevel: 'error' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = lineOf(text, problem.pos[0]);
    if (problem.code === 'MULTIPLE_DOCS') {
      throw new HelmError('INVALID_CHART', `${file}:${line}: a second document starts here`, {
        cause: problem,
        file,
        line,
        hint: 'Keep one document in the file: helm reads only the first.',
      });
    }
    const [what = ''] = problem.message.split(' at line ');
    throw new HelmError('INVALID_CHART', `${file}:${line}: not valid YAML: ${what}`, { cause: problem, file, line });
  }
  return { document, text, lineAt: (offset) => lineOf(text, offset) };
}
