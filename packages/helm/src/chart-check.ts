import { join } from 'node:path';
import { isMap, isScalar, parseAllDocuments } from 'yaml';
import type { Document } from 'yaml';
import { decodeChartFile, lineOf } from './chart-file.js';
import { dependencyShape } from './chart-info.js';
import type { ChartFile } from './chart-files.js';
import { HelmError } from './errors.js';
import { findUnreadable } from './go-yaml.js';
import { findMisshapen } from './yaml-shape.js';
import type { Shape } from './yaml-shape.js';

/** @see https://github.com/helm/helm/blob/main/pkg/chart/v2/dependency.go */
const lockShape: Shape = {
  fields: { generated: 'time', digest: 'text', dependencies: { list: dependencyShape } },
};

/**
 * Refuses what helm refuses when it loads or saves a chart: `values.yaml` and `Chart.lock` (`requirements.lock`) that are no
 * maps or that JSON has no words for, and a `values.schema.json` that is no JSON. `Chart.yaml` is `chartInfoOf`'s.
 *
 * @param dir what the paths of the files are below; for messages.
 * @throws {HelmError} `INVALID_CHART` with file and line
 */
export function checkChartFiles(dir: string, files: readonly ChartFile[]): void {
  for (const { path, body } of files) {
    const file = join(dir, path);
    if (path === 'values.yaml') checkValues(decodeChartFile(body, file), file);
    else if (path === 'Chart.lock' || path === 'requirements.lock') checkLock(decodeChartFile(body, file), file);
    else if (path === 'values.schema.json') checkSchema(body, file);
  }
}

type Fail = (what: string, offset: number, hint: string) => HelmError;

function failIn(file: string, text: string): Fail {
  return (what, offset, hint) => {
    const line = lineOf(text, offset);
    return new HelmError('INVALID_CHART', `${file}:${line}: ${what}`, { file, line, hint });
  };
}

/** helm 3 reads the first document only, helm 4 all of them: each has to be a map, or empty. */
function checkValues(text: string, file: string): void {
  const fail = failIn(file, text);
  for (const document of parseGoDocuments(text, fail)) {
    requireMap(document, fail, 'Write values as keys with values, such as "image: operator:v1".');
  }
}

function checkLock(text: string, file: string): void {
  const fail = failIn(file, text);
  const [document] = parseGoDocuments(text, fail);
  if (document === undefined) return;
  const hint = 'Have it written anew: remove it, and run `helm dependency update`.';
  requireMap(document, fail, hint);
  const misshapen = findMisshapen(document, lockShape);
  if (misshapen !== undefined) throw fail(`${misshapen.path} is not ${misshapen.expected}`, misshapen.offset, hint);
}

function checkSchema(body: Buffer, file: string): void {
  try {
    JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new HelmError('INVALID_CHART', `${file}: not JSON: ${(cause as Error).message}`, {
      cause,
      file,
      hint: 'Write a JSON Schema, or remove the file.',
    });
  }
}

/** As Go's reader takes them: the last of two equal keys counts. */
function parseGoDocuments(text: string, fail: Fail): readonly Document.Parsed[] {
  const parsed = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'error' });
  const documents = Array.isArray(parsed) ? parsed : [];
  const problem = documents.flatMap(({ errors }) => errors)[0];
  if (problem !== undefined) {
    const [what = ''] = problem.message.split(' at line ');
    throw fail(`not valid YAML: ${what}`, problem.pos[0], 'Mend the YAML of this line.');
  }
  const unreadable = findUnreadable(text, documents);
  if (unreadable !== undefined) {
    throw fail(`helm cannot read ${unreadable.what}`, unreadable.offset, unreadable.hint);
  }
  return documents;
}

function requireMap({ contents }: Document.Parsed, fail: Fail, hint: string): void {
  const root = contents as unknown;
  if (root === null || isMap(root) || (isScalar(root) && root.value === null)) return;
  throw fail('expected a map', contents?.range[0] ?? 0, hint);
}
