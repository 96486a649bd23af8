import type { ImageContents, InstalledPackage } from './installed-packages.js';
import { packageUrl } from './package-url.js';

/** An image that was looked into. */
export interface SbomSubject {
  /** `registry/repository:tag` */
  readonly image: string;
  /** `sha256:…` */
  readonly digest: string;
  /** Time of the commit, in milliseconds since 1970. @default none is told */
  readonly createdMs?: number | undefined;
}

/** Media type under which an SBOM is attached. */
export const SBOM_TYPE = 'application/vnd.cyclonedx+json';

/**
 * A CycloneDX 1.6 bill of materials as JSON. The same contents of the same image make the same text.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export async function formatSbom(subject: SbomSubject, contents: ImageContents): Promise<string> {
  const [
    { Bom, Component, ComponentRepository, Metadata, NamedLicense, LicenseRepository, Property, PropertyRepository },
    enums,
    { BomJsonSerializer },
  ] = await load();
  const { image, digest, createdMs } = subject;
  const componentOf = (found: InstalledPackage) => {
    const purl = packageUrl(found, contents.os);
    const licenses = found.license === undefined ? [] : [new NamedLicense(found.license)];
    return new Component(enums.ComponentType.Library, found.name, {
      bomRef: purl,
      version: found.version,
      purl,
      licenses: new LicenseRepository(licenses),
      properties: new PropertyRepository([new Property('seatrial:package:kind', found.kind)]),
    });
  };
  const { os } = contents;
  const system =
    os === undefined
      ? []
      : [
          new Component(enums.ComponentType.OperatingSystem, os.id, {
            bomRef: `os:${os.id}`,
            ...(os.versionId === undefined ? {} : { version: os.versionId }),
            ...(os.name === undefined ? {} : { description: os.name }),
          }),
        ];
  const bom = new Bom({
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    version: 1,
    metadata: new Metadata({
      ...(createdMs === undefined ? {} : { timestamp: new Date(createdMs) }),
      component: new Component(enums.ComponentType.Container, image, { bomRef: digest, version: digest }),
    }),
    components: new ComponentRepository([...system, ...contents.packages.map(componentOf)]),
  });
  return `${new BomJsonSerializer().serialize(bom, { sortLists: true, space: 2 })}\n`;
}

async function load() {
  const { Models, Enums, Serialize, Spec } = await import('@cyclonedx/cyclonedx-library');
  class BomJsonSerializer extends Serialize.JsonSerializer {
    constructor() {
      super(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
    }
  }
  return [Models, Enums, { BomJsonSerializer }] as const;
}

/** A UUID of version 8, whose digits are the writer's own: here the digest's, so that it is the same each time. */
function uuidOf(digest: string): string {
  const hex = digest.replace(/^sha256:/, '').padEnd(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
