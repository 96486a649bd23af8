/**
 * Helm charts (edit, lint, package, publish) and releases (install, test, uninstall) through the helm binary, version 3 or 4.
 *
 * @example
 * ```ts
 * import { copyChart, chartVersion, editChart, packageChart, readChart } from '@seatrial/helm';
 *
 * await copyChart('charts/operator', 'out/operator');
 * const { version } = await readChart('out/operator');
 * await editChart('out/operator', {
 *   version: chartVersion(version, 'v20260102-abc1234'),
 *   values: { image: 'registry.example.com/operator:v20260102-abc1234' },
 * });
 * const archive = await packageChart('out/operator', 'out');
 * ```
 *
 * @module
 */
export { HelmError } from './errors.js';
export type { HelmErrorCode, HelmErrorFacts } from './errors.js';
export type { Clock } from './clock.js';
export { findHelm } from './binary.js';
export type { HelmBinary } from './binary.js';
export { findWorkspaceHelm } from './workspace-copy.js';
export { helmEnvironment } from './environment.js';
export type { Env } from './environment.js';
export { createHelm } from './helm.js';
export type { HelmOptions } from './helm.js';
export type {
  Abortable,
  Helm,
  InstallRequest,
  Recovery,
  ReleaseRef,
  ReleaseRequest,
  TimedRelease,
} from './helm-interface.js';
export type { ChartValues } from './helm-flags.js';
export type { HookTest } from './hook-test.js';
export type { LintMessage, LintReport } from './lint.js';
export type { HookPhase, ReleaseHook, ReleaseInfo, ReleaseRevision, ReleaseStatus, ReleaseSummary } from './release.js';
export { copyChart } from './copy-chart.js';
export { readChart } from './chart-info.js';
export type { ChartDependency, ChartInfo } from './chart-info.js';
export { editChart } from './chart-edit.js';
export type { ChartEdit } from './chart-edit.js';
export { chartImageValues, findImageValue, imageOfValues, setChartImage } from './chart-image.js';
export { parseImage, splitRegistry } from './image-name.js';
export type { ImageParts } from './image-name.js';
export { chartVersion } from './chart-version.js';
export { packageChart, readChartArchive, readPackedChart } from './chart-archive.js';
export type { ChartArchive } from './chart-archive.js';
export { readStoredChart } from './archive-source.js';
export type { ArchiveStore } from './archive-source.js';
export { checkPublished, publishChart, publishedChartUri } from './chart-publish.js';
export type { ChartStore, PublishedChart } from './chart-publish.js';
export { updateChartIndex } from './chart-index.js';
export type { ChartIndexStore, UpdatedIndex } from './chart-index.js';
export { pushChart } from './chart-push.js';
export type { PushedChart } from './chart-push.js';
export { fetchChart } from './chart-fetch.js';
export type { ChartFetchers } from './chart-fetch.js';
export { unpackChart } from './chart-unpack.js';
export type { UnpackedChart } from './chart-unpack.js';
export type { HelmRegistry, RegistryAccess, RegistryChart } from './helm-registry.js';
export type { ScalarValue } from './yaml-scalar.js';
