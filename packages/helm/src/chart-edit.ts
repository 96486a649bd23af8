import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseChart } from './chart.js';
import { readChartFile } from './chart-file.js';
import { editYaml } from './yaml-edit.js';
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
  const results: { readonly file: string; readonly text: string }[] = [];
  if (Object.keys(chartEdits).length > 0) {
    const text = editYaml(await readChartFile(chartFile), chartEdits, chartFile);
    parseChart(text, chartFile);
    results.push({ file: chartFile, text });
  }
  if (Object.keys(values).length > 0) {
    results.push({ file: valuesFile, text: editYaml(await readChartFile(valuesFile), values, valuesFile) });
  }
  for (const { file, text } of results) await replaceFile(file, text);
}

async function replaceFile(file: string, text: string): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(part, text, { mode: (await stat(file)).mode });
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}
