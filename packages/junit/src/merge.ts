import type { TestReport, TestSuite } from './report.js';

/**
 * Puts reports into one, in order.
 *
 * Top-level suites of the same name, time stamp and host become one suite with the cases of all; time is added up.
 * Everything else stays as it is, duplicate cases included: readers take those for attempts.
 */
export function mergeReports(reports: readonly TestReport[]): TestReport {
  const merged = new Map<string, TestSuite>();
  for (const suite of reports.flatMap(({ suites }) => suites)) {
    const key = JSON.stringify([suite.name, suite.timestamp, suite.hostname]);
    const before = merged.get(key);
    merged.set(key, before === undefined ? withoutCounts(suite) : mergeSuites(before, withoutCounts(suite)));
  }
  const names = new Set(reports.map(({ name }) => name));
  const [name] = names;
  return { ...(names.size === 1 && name !== undefined ? { name } : {}), suites: [...merged.values()] };
}

function mergeSuites(a: TestSuite, b: TestSuite): TestSuite {
  const suites = [...(a.suites ?? []), ...(b.suites ?? [])];
  const properties = { ...a.properties, ...b.properties };
  const output = (key: 'systemOut' | 'systemErr') => {
    const texts = [a[key], b[key]].filter((text) => text !== undefined);
    return texts.length === 0 ? {} : { [key]: texts.join('\n') };
  };
  const times = [a.durationSeconds, b.durationSeconds].filter((seconds) => seconds !== undefined);
  return {
    ...a,
    cases: [...a.cases, ...b.cases],
    // Of one side only it would stand for both.
    ...(times.length === 2 ? { durationSeconds: times.reduce((sum, seconds) => sum + seconds, 0) } : {}),
    ...(suites.length === 0 ? {} : { suites }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...output('systemOut'),
    ...output('systemErr'),
  };
}

/** Counts of a part say nothing of the whole. */
function withoutCounts({ declared: _declared, ...suite }: TestSuite): TestSuite {
  return suite;
}
