import { execa } from 'execa';

/** What `npm audit` says of the production dependencies, from severity high on. */
export interface Audit {
  readonly faults: readonly string[];
  /** One line for people, also where the registry answers no audits. */
  readonly note: string;
}

interface Report {
  readonly message?: string;
  readonly error?: { readonly summary?: string };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly via: readonly unknown[] }>>;
}

const severe: ReadonlySet<string> = new Set(['high', 'critical']);

/** Asks the registry that npm is set up with about all production dependencies of the lock file. */
export async function auditDependencies(root: string, signal: AbortSignal): Promise<Audit> {
  const { stdout } = await execa('npm', ['audit', '--omit=dev', '--json'], {
    cwd: root,
    reject: false,
    cancelSignal: signal,
    timeout: 60_000,
  });
  const report = parseReport(stdout);
  if (report?.vulnerabilities === undefined) {
    const why = report?.error?.summary ?? report?.message ?? 'no answer';
    return { faults: [], note: `audit: not told, the registry answers no audits (${why.trim().split('\n')[0]})` };
  }
  const found = Object.entries(report.vulnerabilities).filter(([, { severity }]) => severe.has(severity));
  const titles = (via: readonly unknown[]) =>
    via.map((one) => (typeof one === 'object' && one !== null && 'title' in one ? one.title : one)).join(', ');
  return {
    faults: found.map(([name, { severity, via }]) => `audit: ${name} (${severity}): ${titles(via)}`),
    note: `audit: ${Object.keys(report.vulnerabilities).length} findings, ${found.length} of them high or critical`,
  };
}

function parseReport(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined; // npm wrote no JSON: it did not get as far
  }
}
