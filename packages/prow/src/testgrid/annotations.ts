import type { JobBase } from '../config/job-config.js';

/** What a job's annotations say of its place in TestGrid. */
export interface TestgridAnnotations {
  /** `undefined` without the annotation. */
  readonly dashboards: readonly string[] | undefined;
  readonly tabName: string | undefined;
  readonly createGroup: 'always' | 'never' | 'as needed';
  readonly alertEmail: string | undefined;
  readonly numColumnsRecent: number | undefined;
  readonly daysOfResults: number | undefined;
  readonly numFailuresToAlert: number | undefined;
  readonly alertStaleResultsHours: number | undefined;
  readonly inCellMetric: string | undefined;
  readonly disableProwjobAnalysis: boolean | undefined;
  readonly baseOptions: string | undefined;
  readonly brokenColumnThreshold: number | undefined;
  readonly description: string | undefined;
  /** Of those that make no sense without a test group, the ones that are there. */
  readonly needingGroup: readonly string[];
}

const needGroup = [
  'testgrid-num-columns-recent',
  'testgrid-alert-stale-results-hours',
  'testgrid-num-failures-to-alert',
  'testgrid-days-of-results',
  'testgrid-tab-name',
  'testgrid-alert-email',
];
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
]);

/**
 * Reads the annotations of a job. What is wrong in them is reported, and taken as not there.
 *
 * @see https://github.com/kubernetes/test-infra/blob/master/testgrid/pkg/configurator/prow/prow.go
 */
export function readAnnotations(job: JobBase, report: (problem: string) => void): TestgridAnnotations {
  const { annotations = {} } = job;
  const value = (name: string): string | undefined => annotations[`testgrid-${name}`];
  const parsed = <T>(name: string, what: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = value(name);
    if (text === undefined) return undefined;
    const result = parse(text);
    if (result === undefined) report(`annotation testgrid-${name}: ${JSON.stringify(text)} is not ${what}`);
    return result;
  };
  const integer = (name: string) => parsed(name, 'an integer of 32 bits', parseInt32);
  const create = value('create-test-group');
  return {
    dashboards: value('dashboards')
      ?.split(',')
      .map((name) => name.trim()),
    tabName: value('tab-name'),
    createGroup: create === 'true' ? 'always' : create === 'false' ? 'never' : 'as needed',
    alertEmail: value('alert-email'),
    numColumnsRecent: integer('num-columns-recent'),
    daysOfResults: integer('days-of-results'),
    numFailuresToAlert: integer('num-failures-to-alert'),
    alertStaleResultsHours: integer('alert-stale-results-hours'),
    inCellMetric: value('in-cell-metric'),
    disableProwjobAnalysis: parsed('disable-prowjob-analysis', 'true or false', (text) => booleans.get(text)),
    baseOptions: value('base-options'),
    brokenColumnThreshold: parsed('broken-column-threshold', 'a number', parseDecimal),
    description: annotations['description'] || undefined,
    needingGroup: needGroup.filter((name) => annotations[name] !== undefined),
  };
}

function parseInt32(text: string): number | undefined {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return number >= -(2 ** 31) && number < 2 ** 31 ? number : undefined;
}

function parseDecimal(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}
