import type { HelmBinary } from './binary.js';
import { HelmError } from './errors.js';

/** Values given to a chart, in the order helm applies them: files, then `set`, then `setString`. */
export interface ChartValues {
  /** Values files; later ones win. @default [] */
  readonly values?: readonly string[] | undefined;
  /**
   * Single values by dotted path, typed as `helm --set` does (`true`, `1` and `null` are not text). They are visible in the
   * list of processes: secrets belong in a values file.
   */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** Single values by dotted path, always text. */
  readonly setString?: Readonly<Record<string, string>> | undefined;
}

/** Flags for values. A value is passed as one value, whatever commas, backslashes or braces it holds. */
export function valueFlags(options: ChartValues): readonly string[] {
  return [
    ...(options.values ?? []).flatMap((file) => ['--values', file]),
    ...Object.entries(options.set ?? {}).flatMap(([path, value]) => ['--set', `${path}=${escapeValue(value)}`]),
    ...Object.entries(options.setString ?? {}).flatMap(([path, value]) => [
      '--set-string',
      `${path}=${escapeValue(value)}`,
    ]),
  ];
}

/** @see https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set */
function escapeValue(value: string): string {
  return value.replace(/[\\,]/g, '\\$&').replace(/^\{/, '\\{');
}

/** `--wait` takes a strategy in helm 4, where the plain flag means the same watcher by default. */
export function waitFlags(binary: HelmBinary, wait: boolean | undefined): readonly string[] {
  if (wait !== true) return [];
  return [binary.major === 4 ? '--wait=watcher' : '--wait'];
}

/** Helm 4 renamed `--atomic`. */
export function rollbackOnFailureFlags(binary: HelmBinary, rollbackOnFailure: boolean | undefined): readonly string[] {
  if (rollbackOnFailure !== true) return [];
  return [binary.major === 4 ? '--rollback-on-failure' : '--atomic'];
}

/** Go's duration, which has no plain number. */
export function timeoutFlags(timeoutMs: number): readonly string[] {
  return ['--timeout', `${Math.max(1, Math.ceil(timeoutMs))}ms`];
}

/** Labels that helm keeps for itself. */
const reservedLabels: ReadonlySet<string> = new Set(['name', 'owner', 'status', 'version', 'createdAt', 'modifiedAt']);
const labelName = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Labels of a release, as `--labels` and `--selector` both take them. `undefined` for none.
 *
 * @throws {HelmError} `INVALID_OPTION` for one that Kubernetes does not take, or that helm keeps for itself.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
 */
export function labelSelector(labels: Readonly<Record<string, string>>): string | undefined {
  const pairs = Object.entries(labels).map(([name, value]) => {
    if (!labelName.test(name) || !labelValue.test(value) || reservedLabels.has(name)) {
      throw new HelmError('INVALID_OPTION', `not a label for a release: ${JSON.stringify(`${name}=${value}`)}`, {
        hint: `Use up to 63 letters, digits, "-", "_" and "."; ${[...reservedLabels].join(', ')} are helm's own.`,
      });
    }
    return `${name}=${value}`;
  });
  return pairs.length === 0 ? undefined : pairs.join(',');
}
