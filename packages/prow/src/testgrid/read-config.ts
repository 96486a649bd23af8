import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { ProwError } from '../errors.js';
import { withGroupDefaults, withTabDefaults } from './testgrid-config.js';
import type { TestgridConfig, TestgridDefaults } from './testgrid-config.js';

const named = <T extends z.ZodRawShape>(shape: T) => z.looseObject({ name: z.string(), ...shape });
const number = z.number().optional();
const text = z.string().optional();
const configSchema = z.looseObject({
  test_groups: z
    .array(
      named({
        gcs_prefix: text,
        days_of_results: number,
        num_columns_recent: number,
        num_failures_to_alert: number,
        short_text_metric: text,
        disable_prowjob_analysis: z.boolean().optional(),
      }),
    )
    .nullish(),
  dashboards: z
    .array(
      named({
        dashboard_tab: z
          .array(
            named({
              test_group_name: text,
              alert_options: z
                .looseObject({
                  alert_mail_to_addresses: text,
                  num_failures_to_alert: number,
                  alert_stale_results_hours: number,
                })
                .optional(),
            }),
          )
          .optional(),
      }),
    )
    .nullish(),
  dashboard_groups: z.array(named({ dashboard_names: z.array(z.string()).optional() })).nullish(),
});
const defaultsSchema = z.looseObject({
  default_test_group: z.looseObject({}),
  default_dashboard_tab: z.looseObject({}),
});

/** A TestGrid configuration that was read from files. */
export interface ReadTestgridConfig {
  readonly config: TestgridConfig;
  /** `file:line:column` of what a path leads to, or of what is nearest around it. `undefined` for what is in no file. */
  locate(path: readonly (string | number)[]): string | undefined;
}

interface YamlFile {
  readonly path: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * Reads a configuration from a file, or from all `.yaml` files below a folder. A `default.yaml` beside them takes the place of
 * `defaults` for the files of its own folder.
 *
 * @throws {ProwError} `INVALID_CONFIG` with file and line.
 */
export async function readTestgridConfig(
  path: string,
  options: { readonly defaults?: TestgridDefaults | undefined } = {},
): Promise<ReadTestgridConfig> {
  const config = { test_groups: [] as object[], dashboards: [] as object[], dashboard_groups: [] as object[] };
  type Field = keyof typeof config;
  const origins: Record<Field, [YamlFile, number][]> = { test_groups: [], dashboards: [], dashboard_groups: [] };
  const folderDefaults = new Map<string, TestgridDefaults>();
  const paths = await yamlFiles(path);
  for (const one of paths.filter((file) => isDefaults(file))) {
    folderDefaults.set(dirname(one), await readTestgridDefaults(one));
  }
  for (const one of paths.filter((file) => !isDefaults(file))) {
    const file = await readYaml(one);
    const content = check(file, configSchema);
    const defaults = folderDefaults.get(dirname(one)) ?? options.defaults;
    const items: Record<Field, readonly object[]> = {
      test_groups: (content.test_groups ?? []).map((group) => withGroupDefaults(compact(group), defaults)),
      dashboards: (content.dashboards ?? []).map((dashboard) => ({
        ...dashboard,
        dashboard_tab: (dashboard.dashboard_tab ?? []).map((tab) => withTabDefaults(compact(tab), defaults)),
      })),
      dashboard_groups: content.dashboard_groups ?? [],
    };
    for (const field of Object.keys(items) as Field[]) {
      config[field].push(...items[field]);
      origins[field].push(...items[field].map((_, index): [YamlFile, number] => [file, index]));
    }
  }
  return {
    config: config as unknown as TestgridConfig, // each list was filled with what its schema gives
    locate([field, index, ...rest]) {
      const origin = origins[field as Field]?.[Number(index)];
      if (origin === undefined) return undefined;
      const [file, at] = origin;
      return positionOf(file, [String(field), at, ...rest]);
    },
  };
}

/** Reads a `default.yaml`. @throws {ProwError} `INVALID_CONFIG` */
export async function readTestgridDefaults(path: string): Promise<TestgridDefaults> {
  return check(await readYaml(path), defaultsSchema);
}

function isDefaults(path: string): boolean {
  return /^default\.ya?ml$/.test(basename(path));
}

async function yamlFiles(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name));
    return files.map((entry) => join(entry.parentPath, entry.name)).sort();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function readYaml(path: string): Promise<YamlFile> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const [error] = document.errors;
  if (error !== undefined) throw new ProwError('INVALID_CONFIG', `${path}: ${error.message}`, { cause: error });
  return { path, document, lines };
}

function check<T>(file: YamlFile, schema: z.ZodType<T>): T {
  const result = schema.safeParse(file.document.toJS({ maxAliasCount: 100 }) ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const place = path.map((part) => (typeof part === 'number' ? part : String(part)));
    return `${positionOf(file, place)}: ${place.join('.')}: ${message}`;
  });
  throw new ProwError('INVALID_CONFIG', problems.join('\n'), { cause: result.error });
}

/** Of the innermost node on the way that there is. */
function positionOf({ path, document, lines }: YamlFile, place: readonly (string | number)[]): string {
  for (let length = place.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(place.slice(0, length), true);
    const range = (node as { readonly range?: readonly number[] | null } | undefined)?.range;
    if (range?.[0] === undefined) continue;
    const { line, col } = lines.linePos(range[0]);
    return `${path}:${line}:${col}`;
  }
  return path;
}

/** Without the fields that are undefined, which exact optional types tell from those that are not there. */
function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as never;
}

function unreadable(path: string, cause: unknown): ProwError {
  const { code } = cause as { readonly code?: unknown };
  return new ProwError('INVALID_CONFIG', `${path} cannot be read: ${String(code)}`, { cause });
}
