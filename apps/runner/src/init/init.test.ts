import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load-config.js';
import type { Config } from '../config/schema.js';
import { exampleRepo, seatrial } from '../testing.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'init-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
}

/** A text, read as a config. It must be whole. */
function configOf(text: string): Config {
  const parsed = parseConfig(text);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

/** What is printed. */
async function initialized() {
  const { stdout, code } = await seatrial(['init', '--stdout'], { cwd: dir });
  expect(code).toBe(0);
  return { text: stdout, config: configOf(stdout) };
}

describe('seatrial init', () => {
  it('finds Dockerfile, chart, image value, tests, checks and CRDs', async () => {
    await put({
      'build/Dockerfile': 'skipped: this folder holds what is built',
      'images/operator/Dockerfile': 'FROM scratch\n',
      'charts/widgets/Chart.yaml': 'name: widgets\n',
      'charts/widgets/values.yaml': 'replicas: 1\noperator:\n  image: { repository: widgets, tag: v1 }\n',
      'charts/widgets/templates/test.yaml': 'metadata:\n  annotations:\n    "helm.sh/hook": test\n',
      'config/crd.yaml':
        'kind: CustomResourceDefinition\nspec:\n  group: acme.io\n  names: { kind: Widget }\n  versions: [{ name: v1, storage: true }]\n',
      'go.mod': 'module widgets\n',
    });
    const { config, text } = await initialized();
    expect(config.image).toMatchObject({ context: 'images/operator', dockerfile: 'Dockerfile' });
    expect(config.chart).toEqual({ path: 'charts/widgets', imageValue: 'operator.image' });
    expect(config.checks.map(({ command }) => command.join(' '))).toEqual(['go vet ./...', 'go test ./...']);
    expect(config.tests).toMatchObject([{ name: 'helm-test', type: 'helm' }]);
    expect(text).toContain('A Widget (acme.io/v1)');
  });

  it('writes a config that is whole although nothing was found, and says what is missing', async () => {
    const { code, stderr, stdout } = await seatrial(['init'], { cwd: dir });
    expect(code).toBe(0);
    expect(stdout).toContain('wrote seatrial.yaml');
    expect(stderr).toContain('not found: a Dockerfile and a chart');
    expect(configOf(await readFile(join(dir, 'seatrial.yaml'), 'utf8')).chart.path).toBe('chart');
  });

  it('never overwrites', async () => {
    await put({ 'seatrial.yaml': 'mine\n' });
    const { code, stderr } = await seatrial(['init'], { cwd: dir });
    expect(code).toBe(2);
    expect(stderr).toContain('is there already');
    expect(await readFile(join(dir, 'seatrial.yaml'), 'utf8')).toBe('mine\n');
  });

  it('makes a config of the example that plans the same tasks, but for what only its author knows', async () => {
    await using repo = await exampleRepo();
    const { stdout } = await seatrial(['init', '--stdout'], { cwd: repo.dir });
    const config = configOf(stdout);
    expect(config.checks.map(({ name }) => name)).toEqual(['lint', 'unit-tests']);
    expect(config.chart.path).toBe('chart/tf-job-operator');
  });
});
