import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { NodeEnv } from '../http/bindings.js';
import { streamBody } from '../http/bindings.js';
import type { FetchApp } from '../http/listen.js';
import { parseRange } from '../http/range.js';
import type { BlobStore, BlobWriter } from './blob-store.js';
import { accepted, checkChunk, created, cut, link, unsupported, VERSION } from './answers.js';
import { digestOf } from './blob-store.js';
import type { Descriptor, Manifest } from './manifest.js';
import { mediaTypes, parseManifest } from './manifest.js';
import { DIGEST, isDigest, REPOSITORY, TAG } from './reference.js';
import { RegistryError } from './registry-error.js';

/** A manifest as it was pushed. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

/** A registry for images and charts. */
export interface Registry {
  readonly app: FetchApp;
  readonly blobs: BlobStore;
  /** By tag or digest. */
  findManifest(repository: string, reference: string): StoredManifest | undefined;
  /** Repositories in the order of their names. */
  repositories(): readonly string[];
  /** Removes what unfinished uploads left. */
  close(): Promise<void>;
}

interface Repository {
  /** Blobs that were pushed to or mounted in it. */
  readonly blobs: Set<string>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
}

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * The distribution API over a blob store.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function createRegistry(blobs: BlobStore): Registry {
  const repositories = new Map<string, Repository>();
  const uploads = new Map<string, { readonly name: string; readonly writer: BlobWriter }>();
  const app = new Hono<NodeEnv>();

  const open = (name: string) => {
    let found = repositories.get(name);
    if (found === undefined) {
      found = { blobs: new Set(), manifests: new Map(), tags: new Map() };
      repositories.set(name, found);
    }
    return found;
  };
  const find = (name: string) => {
    const found = repositories.get(name);
    if (found === undefined) {
      throw new RegistryError('NAME_UNKNOWN', 'repository name not known to registry', { detail: { name } });
    }
    return found;
  };
  const findManifest = (name: string, reference: string) => {
    const repository = repositories.get(name);
    const digest = DIGEST.test(reference) ? reference : repository?.tags.get(reference);
    return digest === undefined ? undefined : repository?.manifests.get(digest);
  };
  /** Of what is uploaded: one that can be computed here. */
  const checkDigest = (digest: string | null): string => {
    if (digest === null || !DIGEST.test(digest)) throw digestInvalid(digest);
    return digest;
  };

  app.onError((error, context) => {
    if (error instanceof RegistryError) {
      return Response.json(error.toJSON(), { status: error.status, headers: { ...VERSION, ...error.headers } });
    }
    return context.json({ errors: [{ code: 'UNKNOWN', message: 'unknown error' }] }, 500);
  });
  app.notFound(() => Response.json({ errors: [{ code: 'UNSUPPORTED', message: 'not found' }] }, { status: 404 }));

  app.get('/v2/', () => Response.json({}, { headers: VERSION }));
  app.get('/v2', () => Response.json({}, { headers: VERSION }));
  app.get('/v2/_catalog', (context) => {
    const { page, next } = cut([...repositories.keys()].sort(), context.req.query('n'), context.req.query('last'));
    return Response.json({ repositories: page }, { headers: { ...VERSION, ...link('/v2/_catalog', next) } });
  });

  app.all('/v2/*', async (context) => {
    const { method } = context.req;
    const url = new URL(context.req.url);
    const path = decodePath(url.pathname);
    const route = /^\/v2\/(?<name>.+?)\/(?<kind>blobs\/uploads|blobs|manifests|tags|referrers)\/(?<rest>[^/]*)$/.exec(
      path,
    );
    const { name = '', kind = '', rest = '' } = route?.groups ?? {};
    if (route === null) return context.notFound();
    if (!REPOSITORY.test(name) || name.length > 255) {
      throw new RegistryError('NAME_INVALID', 'invalid repository name', { detail: { name } });
    }
    const call = { method, name, rest, url, request: context.env.incoming };
    if (kind === 'blobs/uploads') return rest === '' ? startUpload(call) : answerUpload(call);
    if (kind === 'blobs') return answerBlob(call);
    if (kind === 'manifests') return answerManifest(call);
    if (kind === 'referrers') return listReferrers(call);
    if (rest !== 'list' || method !== 'GET') return context.notFound();
    const { page, next } = cut([...find(name).tags.keys()].sort(), context.req.query('n'), context.req.query('last'));
    return Response.json({ name, tags: page }, { headers: { ...VERSION, ...link(`/v2/${name}/tags/list`, next) } });
  });

  async function startUpload({ method, name, url, request }: Call): Promise<Response> {
    if (method !== 'POST') throw unsupported();
    const mount = url.searchParams.get('mount');
    const from = url.searchParams.get('from');
    if (mount !== null && DIGEST.test(mount)) {
      // Without `from` any repository will do: the specification's automatic content discovery.
      const sources = from === null ? [...repositories.values()] : [repositories.get(from)];
      if (sources.some((source) => source?.blobs.has(mount) === true)) {
        open(name).blobs.add(mount);
        return created(name, mount);
      }
    }
    const given = url.searchParams.get('digest');
    const digest = given === null ? undefined : checkDigest(given);
    const writer = await blobs.begin();
    const id = randomUUID();
    uploads.set(id, { name, writer });
    return digest === undefined ? accepted(name, id, 0) : finishUpload(name, id, digest, request);
  }

  async function answerUpload({ method, name, rest: id, url, request }: Call): Promise<Response> {
    const upload = uploads.get(id);
    if (upload === undefined || upload.name !== name) {
      throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    }
    const { writer } = upload;
    if (method === 'GET') return accepted(name, id, writer.sizeBytes, 204);
    if (method === 'DELETE') {
      uploads.delete(id);
      await writer.discard();
      return new Response(null, { status: 204, headers: VERSION });
    }
    if (method !== 'PATCH' && method !== 'PUT') throw unsupported();
    checkChunk(request.headers, writer.sizeBytes, `/v2/${name}/blobs/uploads/${id}`);
    if (method === 'PUT') return finishUpload(name, id, checkDigest(url.searchParams.get('digest')), request);
    for await (const chunk of request) await writer.append(chunk);
    return accepted(name, id, writer.sizeBytes);
  }

  async function finishUpload(
    name: string,
    id: string,
    digest: string,
    body: AsyncIterable<Uint8Array>,
  ): Promise<Response> {
    const writer = uploads.get(id)?.writer as BlobWriter;
    for await (const chunk of body) await writer.append(chunk);
    uploads.delete(id);
    if ((await writer.finish(digest)) === undefined) {
      throw digestInvalid(digest);
    }
    open(name).blobs.add(digest);
    return created(name, digest);
  }

  async function answerBlob({ method, name, rest: digest, request }: Call): Promise<Response> {
    if (!isDigest(digest)) throw digestInvalid(digest);
    const known = repositories.get(name)?.blobs.has(digest) === true;
    const size = known ? await blobs.sizeOf(digest) : undefined;
    if (size === undefined) throw new RegistryError('BLOB_UNKNOWN', 'blob unknown to registry', { detail: digest });
    if (method === 'DELETE') {
      find(name).blobs.delete(digest);
      return new Response(null, { status: 202, headers: VERSION });
    }
    if (method !== 'GET' && method !== 'HEAD') throw unsupported();
    const range = parseRange(request.headers.range, size);
    if (range === 'unsatisfiable') {
      return new Response(null, { status: 416, headers: { ...VERSION, 'content-range': `bytes */${size}` } });
    }
    const { start, last } = range ?? { start: 0, last: size - 1 };
    const headers = new Headers({
      ...VERSION,
      'content-type': 'application/octet-stream',
      'content-length': String(last - start + 1),
      'accept-ranges': 'bytes',
      'docker-content-digest': digest,
      etag: `"${digest}"`,
    });
    if (range !== undefined) headers.set('content-range', `bytes ${start}-${last}/${size}`);
    const status = range === undefined ? 200 : 206;
    if (method === 'HEAD' || size === 0) return new Response(null, { status, headers });
    return new Response(streamBody(await blobs.read(digest, { start, end: last })), { status, headers });
  }

  async function answerManifest(call: Call): Promise<Response> {
    const { method, name, rest: reference } = call;
    if (method === 'PUT') return putManifest(call);
    const found = findManifest(name, reference);
    if (found === undefined) {
      const detail = { name, reference };
      throw new RegistryError('MANIFEST_UNKNOWN', 'manifest unknown', { detail });
    }
    if (method === 'DELETE') {
      const repository = find(name);
      if (!DIGEST.test(reference)) repository.tags.delete(reference);
      else {
        repository.manifests.delete(reference);
        for (const [tag, digest] of repository.tags) if (digest === reference) repository.tags.delete(tag);
      }
      return new Response(null, { status: 202, headers: VERSION });
    }
    if (method !== 'GET' && method !== 'HEAD') throw unsupported();
    const headers = {
      ...VERSION,
      'content-type': found.mediaType,
      'content-length': String(found.bytes.length),
      'docker-content-digest': found.digest,
      etag: `"${found.digest}"`,
    };
    return new Response(method === 'HEAD' ? null : Buffer.from(found.bytes), { headers });
  }

  async function putManifest({ name, rest: reference, request }: Call): Promise<Response> {
    if (!reference.includes(':') && !TAG.test(reference)) {
      throw new RegistryError('MANIFEST_INVALID', 'manifest tag invalid', { detail: { tag: reference } });
    }
    const chunks: Buffer[] = [];
    let size = 0;
    // Not to be closed when it is too long: the answer goes over the same connection.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_MANIFEST_BYTES) {
        throw new RegistryError('SIZE_INVALID', 'manifest is larger than 4 MiB', { status: 413 });
      }
      chunks.push(chunk);
    }
    const bytes = Buffer.concat(chunks);
    const digest = digestOf(bytes);
    if (reference.includes(':') && reference !== digest) throw digestInvalid(reference);
    const manifest = parseManifest(bytes);
    const repository = open(name);
    const layers = (manifest.layers ?? []).filter((layer) => (layer.urls ?? []).length === 0);
    const blobsNeeded = manifest.config === undefined ? layers : [manifest.config, ...layers];
    const missing = [
      ...blobsNeeded.filter((item) => !repository.blobs.has(item.digest)),
      ...(manifest.manifests ?? []).filter((item) => !repository.manifests.has(item.digest)),
    ];
    if (missing.length > 0) {
      const details = missing.map((item) => ({ digest: item.digest }));
      throw new RegistryError('MANIFEST_BLOB_UNKNOWN', 'blob unknown to registry', { details });
    }
    const fallback = manifest.manifests === undefined ? mediaTypes.ociManifest : mediaTypes.ociIndex;
    const [type = ''] = (request.headers['content-type'] ?? '').split(';');
    const mediaType = type.trim() || manifest.mediaType || fallback;
    repository.manifests.set(digest, { digest, mediaType, bytes, manifest });
    if (!DIGEST.test(reference)) repository.tags.set(reference, digest);
    const headers = new Headers({
      ...VERSION,
      location: `/v2/${name}/manifests/${digest}`,
      'docker-content-digest': digest,
    });
    if (manifest.subject !== undefined) headers.set('oci-subject', manifest.subject.digest);
    return new Response(null, { status: 201, headers });
  }

  function listReferrers({ method, name, rest: digest, url }: Call): Response {
    if (method !== 'GET') throw unsupported();
    if (!isDigest(digest)) throw digestInvalid(digest);
    const wanted = url.searchParams.get('artifactType');
    const manifests: Descriptor[] = [];
    for (const stored of repositories.get(name)?.manifests.values() ?? []) {
      const { manifest, bytes, mediaType } = stored;
      if (manifest.subject?.digest !== digest) continue;
      const artifactType = manifest.artifactType || manifest.config?.mediaType;
      if (wanted !== null && artifactType !== wanted) continue;
      const annotations = manifest.annotations === undefined ? {} : { annotations: manifest.annotations };
      manifests.push({ mediaType, digest: stored.digest, size: bytes.length, artifactType, ...annotations });
    }
    const headers = new Headers({ ...VERSION, 'content-type': mediaTypes.ociIndex });
    if (wanted !== null) headers.set('oci-filters-applied', 'artifactType');
    const body = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
    return new Response(body, { headers });
  }

  return {
    app,
    blobs,
    findManifest,
    repositories: () => [...repositories.keys()].sort(),
    async close() {
      const writers = [...uploads.values()].map((upload) => upload.writer);
      uploads.clear();
      await Promise.all(writers.map((writer) => writer.discard().catch(() => undefined)));
    },
  };
}

interface Call {
  readonly method: string;
  readonly name: string;
  readonly rest: string;
  readonly url: URL;
  readonly request: NodeEnv['Bindings']['incoming'];
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new RegistryError('NAME_INVALID', 'invalid repository name', { detail: { path } }); // not UTF-8
  }
}

function digestInvalid(detail: string | null): RegistryError {
  return new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', { detail });
}
