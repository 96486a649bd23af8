import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { findImageValue } from '@seatrial/helm';
import { parseAllDocuments } from 'yaml';

/** What a repository has that a trial can be made of. */
export interface Survey {
  /** Name of the operator, fit for `name:` of the config. */
  readonly name: string;
  /** Dockerfiles, the likeliest first. */
  readonly dockerfiles: readonly string[];
  /** Folders with a Chart.yaml, the likeliest first. */
  readonly charts: readonly ChartFacts[];
  /** Kinds that the repository's CRDs define. */
  readonly crds: readonly CrdFacts[];
  /** Commands that check the source. */
  readonly checks: readonly { readonly name: string; readonly command: readonly string[] }[];
}

export interface ChartFacts {
  readonly path: string;
  /** Dotted path in values.yaml that seems to hold the image. */
  readonly imageValue: string | undefined;
  /** Whether a template is a `helm test` hook. */
  readonly hasTests: boolean;
}

export interface CrdFacts {
  readonly kind: string;
  readonly apiVersion: string;
}

const SKIPPED = new Set(['node_modules', 'vendor', 'dist', 'build', 'target', 'testdata', '_results']);
const MAX_DEPTH = 5;
const MAX_FILES = 20_000;

/** Looks through a repository. Reads only; what cannot be read is passed over. */
export async function survey(dir: string): Promise<Survey> {
  const files = await listFiles(dir);
  const named = (pattern: RegExp) => files.filter((file) => pattern.test(basename(file))).sort(byDepth);
  const charts = await Promise.all(named(/^Chart\.yaml$/).map((file) => readChart(dir, dirname(file), files)));
  const crds = await Promise.all(named(/\.ya?ml$/).map((file) => readCrds(join(dir, file))));
  return {
    name: nameOf(basename(dir)),
    dockerfiles: named(/^(?:Dockerfile|Containerfile)$/),
    charts: charts.filter(({ path }) => !/(?:^|\/)charts\/[^/]+\/charts\//.test(path)),
    crds: crds.flat().slice(0, 5),
    checks: await findChecks(dir, new Set(files)),
  };
}

async function listFiles(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (dir: string, depth: number): Promise<void> => {
    const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (found.length >= MAX_FILES) return;
      const path = join(dir, entry.name);
      if (entry.isFile()) found.push(relative(root, path).split(sep).join('/'));
      else if (entry.isDirectory() && depth < MAX_DEPTH && !SKIPPED.has(entry.name) && !entry.name.startsWith('.'))
        await visit(path, depth + 1);
    }
  };
  await visit(root, 0);
  return found;
}

function byDepth(a: string, b: string): number {
  return a.split('/').length - b.split('/').length || (a < b ? -1 : 1);
}

async function readChart(root: string, path: string, files: readonly string[]): Promise<ChartFacts> {
  const values = await readYaml(join(root, path, 'values.yaml'));
  const templates = files.filter((file) => file.startsWith(`${path}/templates/`));
  const texts = await Promise.all(templates.map((file) => readFile(join(root, file), 'utf8').catch(() => '')));
  return {
    path,
    imageValue: findImageValue(values[0]),
    hasTests: texts.some((text) => /helm\.sh\/hook["']?:\s*["']?test\b/.test(text)),
  };
}

async function readCrds(path: string): Promise<readonly CrdFacts[]> {
  return (await readYaml(path)).flatMap((document) => {
    const { kind, spec } = (document ?? {}) as { kind?: unknown; spec?: CrdSpec };
    const version = spec?.versions?.find(({ storage }) => storage === true) ?? spec?.versions?.[0];
    if (kind !== 'CustomResourceDefinition' || spec?.names?.kind === undefined || version?.name === undefined)
      return [];
    return [{ kind: spec.names.kind, apiVersion: `${spec.group ?? ''}/${version.name}` }];
  });
}

interface CrdSpec {
  readonly group?: string;
  readonly names?: { readonly kind?: string };
  readonly versions?: readonly { readonly name?: string; readonly storage?: boolean }[];
}

/** Documents of a file; none where it is no YAML, as templates of charts are not. */
async function readYaml(path: string): Promise<readonly unknown[]> {
  try {
    const documents = parseAllDocuments(await readFile(path, 'utf8'));
    if (!Array.isArray(documents)) return [];
    return documents.filter(({ errors }) => errors.length === 0).map((document) => document.toJS() as unknown);
  } catch {
    return [];
  }
}

async function findChecks(dir: string, files: ReadonlySet<string>): Promise<Survey['checks']> {
  const checks: { name: string; command: readonly string[] }[] = [];
  if (files.has('go.mod')) {
    checks.push(
      { name: 'vet', command: ['go', 'vet', './...'] },
      { name: 'unit-tests', command: ['go', 'test', './...'] },
    );
  }
  if (files.has('Cargo.toml')) checks.push({ name: 'unit-tests', command: ['cargo', 'test'] });
  const scripts = files.has('package.json') ? await readScripts(join(dir, 'package.json')) : {};
  if ('lint' in scripts) checks.push({ name: 'lint', command: ['npm', 'run', '--silent', 'lint'] });
  if ('test' in scripts && !files.has('go.mod'))
    checks.push({ name: 'unit-tests', command: ['npm', 'test', '--silent'] });
  return checks;
}

async function readScripts(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const { scripts } = JSON.parse(await readFile(path, 'utf8')) as { scripts?: Record<string, unknown> };
    return scripts ?? {};
  } catch {
    return {}; // SyntaxError: whose file it is will see
  }
}

function nameOf(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name === '' ? 'operator' : name;
}
