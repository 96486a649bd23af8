import type * as CycloneDx from '@cyclonedx/cyclonedx-library';

/** The library that writes CycloneDX. */
export interface CycloneDxWriter {
  readonly models: typeof CycloneDx.Models;
  readonly enums: typeof CycloneDx.Enums;
  /** JSON of version 1.6, sorted: the same contents make the same text. */
  format(bom: CycloneDx.Models.Bom): string;
}

/** Loads the library at its first use: it is large, and most commands do without. */
export async function loadCycloneDx(): Promise<CycloneDxWriter> {
  const { Models, Enums, Serialize, Spec } = await import('@cyclonedx/cyclonedx-library');
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return {
    models: Models,
    enums: Enums,
    format: (bom) => `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`,
  };
}

/** A UUID of version 8, whose digits are the writer's own: here the digest's, so that it is the same each time. */
export function uuidOf(digest: string): string {
  const hex = digest.replace(/^sha256:/, '').padEnd(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
