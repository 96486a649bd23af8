import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chartInfoOf } from './chart-info.js';
import { openChartFile } from './chart-file.js';
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
  const [chart, given] = await Promise.all([
    Object.keys(chartEdits).length > 0 ? openChartFile(chartFile) : undefined,
    Object.keys(values).length > 0 ? openChartFile(valuesFile) : undefined,
  ]);
  const results: Replacement[] = [];
  if (chart !== undefined) {
    const { text, parsed } = editDocument(chart.text, chartEdits, chartFile);
    chartInfoOf(parsed, chartFile);
    results.push({ ...chart, file: chartFile, text });
  }
  if (given !== undefined) {
    results.push({ ...given, file: valuesFile, text: editYaml(given.text, values, valuesFile) });
  }
  await replaceFiles(results);
}

interface Replacement {
  readonly file: string;
  readonly text: string;
  readonly mode: number;
}

/** All is written before the first file is replaced: a full disk leaves both as they were. */
async function replaceFiles(files: readonly Replacement[]): Promise<void> {
  const parts = files.map((each) => ({ ...each, part: `${each.file}.${randomUUID()}.part` }));
  try {
    const written = await Promise.allSettled(parts.map(({ text, mode, part }) => writeFile(part, text, { mode })));
    const failed = written.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const { file, part } of parts) await rename(part, file);
  } catch (error) {
    await Promise.all(parts.map(({ part }) => rm(part, { force: true })));
    throw error;
  }
}
