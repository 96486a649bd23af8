/** Options of {@link describeArtifact}, as in a decoration config's `gcs_configuration`. */
export interface ArtifactTypeOptions {
  /** `mediaTypes`: types by extension without its dot, before those that are known. */
  readonly mediaTypes?: Readonly<Record<string, string>> | undefined;
}

/** Name and facts of the object of an artifact. */
export interface ArtifactObject {
  readonly name: string;
  readonly contentType: string;
  readonly contentEncoding?: 'gzip';
}

// What Prow's own uploader knows, which is what Go knows without a machine's tables, and text.
const knownTypes: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  css: 'text/css; charset=utf-8',
  gif: 'image/gif',
  htm: 'text/html; charset=utf-8',
  html: 'text/html; charset=utf-8',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  log: 'text/plain; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  webp: 'image/webp',
  xml: 'text/xml; charset=utf-8',
};

/**
 * How Prow stores an artifact by its name: `#` as `%23`, which browsers would take for the end of an address; `.gz` and `.gzip`
 * left out, and what they compress declared where the rest of the name says what it is.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/pod-utils/gcs/upload.go
 */
export function describeArtifact(path: string, options: ArtifactTypeOptions = {}): ArtifactObject {
  const name = path.replaceAll('#', '%23');
  const plain = name.replace(/\.gz(?:ip)?$/, '');
  const typeOf = (file: string) => {
    const extension = /[^/]\.([^./]+)$/.exec(file)?.[1] ?? '';
    return (
      options.mediaTypes?.[extension] ?? (Object.hasOwn(knownTypes, extension) ? knownTypes[extension] : undefined)
    );
  };
  if (plain === name) return { name, contentType: typeOf(name) ?? 'application/octet-stream' };
  const contentType = typeOf(plain);
  return contentType === undefined
    ? { name: plain, contentType: 'application/gzip' }
    : { name: plain, contentType, contentEncoding: 'gzip' };
}
