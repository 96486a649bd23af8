import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readChartArchive } from './chart-archive.js';
import type { ChartArchive } from './chart-archive.js';
import { HelmError } from './errors.js';
import type { HelmRegistry, RegistryAccess, RegistryChart } from './helm-registry.js';

/** A chart in a registry. */
export interface PushedChart extends RegistryChart {
  /** Whether the same bytes were there already, so that nothing was pushed. */
  readonly kept: boolean;
}

/**
 * Puts a packaged chart into an OCI registry, never over another one of its version: the same bytes again are fine, and keep
 * the manifest that is there. helm makes a new manifest, with the time in it, at every push, so it is the archive that is
 * compared. It is helm that looks as well, with the credentials that it pushes with.
 *
 * A registry has no preconditions: of two that push different charts of one version in the same instant, the later wins.
 *
 * @throws {HelmError} `VERSION_EXISTS` when other bytes are there under the version, `INVALID_CHART`, `INVALID_OPTION` when
 * `registry` is not `oci://`, `DENIED`, `UNREACHABLE`, `FAILED`
 * @see https://helm.sh/docs/topics/registries/
 */
export async function pushChart(
  helm: HelmRegistry,
  options: RegistryAccess & {
    /** What `packageChart` returned, or the path of a packaged chart. */
    readonly archive: string | ChartArchive;
    /** `oci://host/path`; the chart's name is added by helm. */
    readonly registry: string;
    /** Look, but do not push. `undefined` when the version is free. @default false */
    readonly dryRun?: boolean | undefined;
  },
): Promise<PushedChart | undefined> {
  const { registry, dryRun = false, archive: given, ...access } = options;
  if (!/^oci:\/\/[^/\s]+\/\S*[^/\s]$/.test(registry)) {
    throw new HelmError('INVALID_OPTION', `not a place in an OCI registry: ${JSON.stringify(registry)}`, {
      hint: "Write it as oci://HOST/PATH, without the chart's name.",
    });
  }
  const archive = typeof given === 'string' ? await readChartArchive(given) : given;
  const there = await findPushed(helm, { archive, registry, access });
  if (there !== undefined) return { ...there, kept: true };
  if (dryRun) return undefined;
  const pushed = await helm.push({ ...access, archive: archive.path, registry }).catch((error: unknown) => {
    throw explained(error, archive);
  });
  return { ...pushed, kept: false };
}

async function findPushed(
  helm: HelmRegistry,
  look: { readonly archive: ChartArchive; readonly registry: string; readonly access: RegistryAccess },
): Promise<RegistryChart | undefined> {
  const { archive, registry, access } = look;
  const { name, version } = archive;
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-push-'));
  try {
    const chart = `${registry}/${name}`;
    const { path, reference, digest } = await helm.pull({ ...access, chart, version, destination: folder });
    const present = await readChartArchive(path);
    if (present.sha256 === archive.sha256) return { reference, digest };
    throw new HelmError('VERSION_EXISTS', `oci://${reference} is pushed already with other content`, {
      hint: 'Raise the version: what is published stays as it is.',
    });
  } catch (error) {
    if (error instanceof HelmError && error.code === 'CHART_NOT_FOUND') return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** helm 3.18.0 looks for what it has pushed under a tag with `+`, which no registry takes. */
function explained(error: unknown, { version }: ChartArchive): unknown {
  if (!(error instanceof HelmError) || error.code === 'DENIED' || !version.includes('+')) return error;
  if (!/^Error: not found$/m.test(error.stderr ?? '')) return error;
  const { message, childExitCode, stderr, detail } = error;
  const hint = `Use another version of helm: this one cannot push versions with build parts, such as ${version}.`;
  return new HelmError('FAILED', message, { cause: error, hint, childExitCode, stderr, detail });
}
