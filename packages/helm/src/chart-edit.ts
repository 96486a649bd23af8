import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartInfoOf } from './chart-info.js';
import { readChartFile } from './chart-file.js';
import { editDocument, editYaml } from './yaml-edit.js';
import type { ScalarValue } from './yaml-scalar.js';

/** What to change in a chart. */
export interface ChartEdit {
  readonly name?: string | undefined;
  /** A semantic version; see {@link chartVersion}. */
  readonly version?: string | undefined;
  readonly appVersion?: string | undefined;
  /** Values of `values.yaml` by dotted path: `{ 'image.tag': 'v1' }`. `\.` is a dot in a key. */
  readonly values?: Readonly<Record<string, ScalarValue>> | undefined;
}

/**
 * Changes fields of `Chart.yaml` and `values.yaml`, and not a byte beside them. Either both files are right afterwards or,
 * when it throws, neither was touched; each is replaced in one step.
 *
 * @throws {HelmError} `INVALID_CHART` with file, line and path where a field cannot be set, or when `Chart.yaml` would not be
 * valid afterwards.
 */
export async function editChart(dir: string, edit: ChartEdit): Promise<void> {
  const { values = {}, ...fields } = edit;
  const chartEdits = Object.fromEntries(Object.entries(fields).filter((field) => field[1] !== undefined)) as Record<
    string,
    string
  >;
  const chartFile = join(dir, 'Chart.yaml');
  const valuesFile = join(dir, 'values.yaml');
  const [chartText, valuesText] = await Promise.all([
    Object.keys(chartEdits).length > 0 ? readChartFile(chartFile) : undefined,
    Object.keys(values).length > 0 ? readChartFile(valuesFile) : undefined,
  ]);
  const results: { readonly file: string; readonly text: string }[] = [];
  if (chartText !== undefined) {
    const { text, parsed } = editDocument(chartText, chartEdits, chartFile);
    chartInfoOf(parsed, chartFile);
    results.push({ file: chartFile, text });
  }
  if (valuesText !== undefined) results.push({ file: valuesFile, text: editYaml(valuesText, values, valuesFile) });
  await replaceFiles(results);
}

/** All is written before the first file is replaced: a full disk leaves both as they were. */
async function replaceFiles(files: readonly { readonly file: string; readonly text: string }[]): Promise<void> {
  const parts = files.map(({ file, text }) => ({ file, text, part: `${file}.${randomUUID()}.part` }));
  try {
    const written = await Promise.allSettled(
      parts.map(async ({ file, text, part }) => writeFile(part, text, { mode: (await stat(file)).mode })),
    );
    const failed = written.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const { file, part } of parts) await rename(part, file);
  } catch (error) {
    await Promise.all(parts.map(({ part }) => rm(part, { force: true })));
    throw error;
  }
}
