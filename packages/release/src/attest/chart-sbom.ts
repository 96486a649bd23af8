import type { ChartDependency } from '@seatrial/helm';
import { parseReference } from '../image/reference.js';
import type { ReleasedImage } from '../image/release-images.js';
import { loadCycloneDx, uuidOf } from './cyclonedx.js';

/** A chart whose parts are told. */
export interface ChartSbomSubject {
  readonly chart: {
    readonly name: string;
    readonly version: string;
    readonly dependencies: readonly ChartDependency[];
  };
  /** Of its manifest, `sha256:…` */
  readonly digest: string;
  /** What the chart runs; those that were not pushed are told by tag. */
  readonly images: readonly Pick<ReleasedImage, 'image' | 'digest'>[];
  /** Time of the commit, in milliseconds since 1970. @default none is told */
  readonly createdMs?: number | undefined;
}

/**
 * A CycloneDX 1.6 bill of materials of a chart, as JSON: the charts it depends on and the images it runs. The same chart makes
 * the same text.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export async function formatChartSbom({ chart, digest, images, createdMs }: ChartSbomSubject): Promise<string> {
  const { models, enums, format } = await loadCycloneDx();
  const { Bom, Component, ComponentRepository, Metadata } = models;
  const { ComponentType } = enums;
  const ofCharts = chart.dependencies.map(
    ({ name, version, alias }) =>
      new Component(ComponentType.Library, name, { bomRef: `chart:${alias ?? name}@${version}`, version }),
  );
  const ofImages = images.map(({ image, digest: of }) => {
    const { name, tag } = parseReference(image);
    return new Component(ComponentType.Container, name, {
      bomRef: `${name}@${of ?? tag ?? ''}`,
      version: of ?? tag ?? '',
    });
  });
  const component = new Component(ComponentType.Application, chart.name, { bomRef: digest, version: chart.version });
  const bom = new Bom({
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    version: 1,
    metadata: new Metadata({ ...(createdMs === undefined ? {} : { timestamp: new Date(createdMs) }), component }),
    components: new ComponentRepository([...ofCharts, ...ofImages]),
  });
  return format(bom);
}
