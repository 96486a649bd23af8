import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
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
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) {
      throw new HelmError('INVALID_CHART', `${path} has ${size} bytes, helm reads up to ${maxFileBytes}`, {
        file: path,
      });
    }
    return decode(await readFile(path), path);
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

function decode(body: Uint8Array, file: string): string {
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

/** A parsed document and where its characters stand. */
export interface ChartDocument {
  readonly document: Document.Parsed;
  /** Line of a character offset, from 1. */
  lineAt(offset: number): number;
}

/** Parses one YAML document of a chart. @throws {HelmError} `INVALID_CHART` with file and line. */
export function parseChartDocument(text: string, file: string): ChartDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, keepSourceTokens: true, logLevel: 'error' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = lineCounter.linePos(problem.pos[0]).line;
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
  return { document, lineAt: (offset) => lineCounter.linePos(offset).line };
}
