import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkProwConfig } from '@seatrial/prow/config';
import { parseConfig } from 'seatrial';
import { LineCounter, parseAllDocuments, parseDocument, stringify } from 'yaml';
import type { Call } from './shell.js';
import { callsOf } from './shell.js';

/** What a YAML text was taken for, what is wrong with it, and the commands in it. Lines count from its own first one. */
export interface YamlCheck {
  readonly kind: string;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  readonly calls: readonly Call[];
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields that a part of a seatrial.yaml may leave to the rest of the file. */
const REST = {
  version: 1,
  name: 'widgets-operator',
  image: { name: 'widgets-operator' },
  chart: { path: 'chart/widgets-operator', imageValue: 'image' },
};

/** What Prow's own config has to say for decorated jobs. */
const MAIN_CONFIG = {
  prowjob_namespace: 'default',
  pod_namespace: 'test-pods',
  plank: {
    default_decoration_config_entries: [
      {
        config: {
          utility_images: Object.fromEntries(
            ['clonerefs', 'initupload', 'entrypoint', 'sidecar'].map((name) => [
              name,
              `registry.example.com/${name}:v1`,
            ]),
          ),
          gcs_configuration: { bucket: 'ci-logs', path_strategy: 'explicit' },
          gcs_credentials_secret: '',
        },
      },
    ],
  },
};

/** Checks a text by what it is: a seatrial.yaml or a part of one, Prow's job config, a workflow of GitHub, Kubernetes' objects. */
export async function checkYaml(text: string): Promise<YamlCheck> {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter, merge: true });
  const broken = [...documents].flatMap(({ errors }) =>
    errors.map(({ pos, message }) => ({ line: counter.linePos(pos[0]).line, message })),
  );
  if (broken.length > 0) return { kind: 'yaml', problems: broken, calls: [] };
  const values = [...documents].map((document): unknown => document.toJS());
  const first = values[0];
  if (!isFields(first)) return { kind: 'yaml', problems: [{ line: 1, message: 'a map was expected' }], calls: [] };
  if ('presubmits' in first || 'postsubmits' in first || 'periodics' in first) return checkJobs(text, first);
  if ('jobs' in first && 'on' in first) return checkWorkflow(first);
  if (values.every((value) => isFields(value) && 'kind' in value)) return checkObjects(values as Fields[]);
  if ('contact_links' in first || 'body' in first) return { kind: 'form of GitHub', problems: [], calls: [] };
  return checkSettings(text, first);
}

function checkSettings(text: string, value: Fields): YamlCheck {
  const isPart = !('version' in value);
  const { image, ...rest } = REST;
  const whole = { ...('images' in value ? rest : { ...rest, image }), ...value };
  const parsed = parseConfig(isPart ? stringify(whole) : text);
  const problems = 'problems' in parsed ? parsed.problems : [];
  return {
    kind: isPart ? 'part of seatrial.yaml' : 'seatrial.yaml',
    problems: problems.map(({ line, path, message }) => ({
      line: isPart ? lineOf(text, path) : line,
      message: `${path}: ${message}`,
    })),
    calls: [],
  };
}

async function checkJobs(text: string, value: Fields): Promise<YamlCheck> {
  const dir = await mkdtemp(join(tmpdir(), 'verify-docs-'));
  try {
    await writeFile(join(dir, 'jobs.yaml'), text);
    await writeFile(join(dir, 'config.yaml'), stringify(MAIN_CONFIG));
    const { problems, warnings } = await checkProwConfig({
      cwd: dir,
      configPath: 'config.yaml',
      jobConfigPaths: ['jobs.yaml'],
    });
    const found = [...problems, ...warnings].map(({ message, position }) => ({ line: position.line, message }));
    return { kind: 'job config of Prow', problems: found, calls: containerCalls(value) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function checkWorkflow(value: Fields): YamlCheck {
  const problems: { line: number; message: string }[] = [];
  const calls: Call[] = [];
  for (const [name, job] of Object.entries(value['jobs'] as Fields)) {
    if (!isFields(job) || (job['runs-on'] === undefined && job['uses'] === undefined))
      problems.push({ line: 1, message: `jobs.${name}: neither runs-on nor uses` });
    for (const [at, step] of (((job as Fields)['steps'] as Fields[] | undefined) ?? []).entries()) {
      if ((step['run'] === undefined) === (step['uses'] === undefined))
        problems.push({ line: 1, message: `jobs.${name}.steps[${at}]: one of run and uses was expected` });
      if (typeof step['run'] === 'string')
        calls.push(...callsOf(step['run'].replaceAll(/\$\{\{[^}]*\}\}/g, 'VALUE'), 1));
    }
  }
  return { kind: 'workflow of GitHub', problems, calls };
}

function checkObjects(values: readonly Fields[]): YamlCheck {
  const problems = values.flatMap((value) =>
    typeof value['apiVersion'] === 'string' && isFields(value['metadata'])
      ? []
      : [{ line: 1, message: `${String(value['kind'])}: apiVersion or metadata is missing` }],
  );
  return { kind: 'objects of Kubernetes', problems, calls: values.flatMap(containerCalls) };
}

/** Commands of all containers anywhere in a value. */
function containerCalls(value: unknown): Call[] {
  if (Array.isArray(value)) return value.flatMap(containerCalls);
  if (!isFields(value)) return [];
  const { command, args } = value;
  const argv = [command, args].flatMap((one) => (Array.isArray(one) ? one.map(String) : []));
  const own = Array.isArray(command) && argv[0]?.startsWith('seatrial') === true ? [{ argv, line: 1 }] : [];
  return [...own, ...Object.values(value).flatMap(containerCalls)];
}

function lineOf(text: string, path: string): number {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  for (let length = steps.length; length > 0; length -= 1) {
    const node = document.getIn(
      steps.slice(0, length).map((one) => (/^\d+$/.test(one) ? Number(one) : one)),
      true,
    );
    const range = (node as { range?: [number] } | undefined)?.range;
    if (range !== undefined) return counter.linePos(range[0]).line;
  }
  return 1;
}
