import { loadCycloneDx, uuidOf } from './cyclonedx.js';
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
  const { models, enums, format } = await loadCycloneDx();
  const { Bom, Component, ComponentRepository, Metadata, NamedLicense, LicenseRepository } = models;
  const { Property, PropertyRepository } = models;
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
  return format(bom);
}
