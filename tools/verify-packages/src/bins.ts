import { execa } from 'execa';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { waitForMatch } from './wait-for-match.js';
import type { Package } from './workspace.js';

/** How one command line ended. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a real command has at hand. */
export interface Bench {
  /** A folder of its own. */
  readonly folder: string;
  /** Runs the program under test there. */
  run(...argv: readonly string[]): Promise<Ended>;
  /** Starts it, waits for a line of its stdout or stderr, and hands that in; the program is stopped afterwards. */
  whileUp<T>(argv: readonly string[], line: RegExp, use: (match: RegExpExecArray) => Promise<T>): Promise<T>;
  /** Writes a file below the folder. */
  write(path: string, text: string): Promise<void>;
}

/** Does something real and says what is wrong with what came out, or nothing. */
type Trial = (bench: Bench) => Promise<string | undefined>;

const is = (ended: Ended, isRight: boolean): string | undefined =>
  isRight ? undefined : `exit code ${ended.exitCode}, ${JSON.stringify(`${ended.stdout}${ended.stderr}`.slice(-400))}`;

const chart = async ({ write }: Bench) => {
  await write('chart/Chart.yaml', 'apiVersion: v2\nname: probe\nversion: 0.1.0\n');
  await write('chart/values.yaml', '# kept\nimage: example/probe:v1\n');
  await write('chart/templates/none.yaml', '');
};

const trials: Readonly<Record<string, Trial>> = {
  async cli({ run }) {
    const ended = await run('reference', '@seatrial/cli/commands');
    return is(ended, ended.exitCode === 0 && ended.stdout.includes('## seatrial-cli reference'));
  },
  async junit({ run, write }) {
    await write(
      'junit_a.xml',
      '<testsuite name="a"><testcase name="x"/><testcase name="y"><failure/></testcase></testsuite>',
    );
    const ended = await run('summary', 'junit_a.xml', '--json');
    return is(ended, ended.exitCode === 1 && /"failures": 1/.test(ended.stdout));
  },
  async pipeline({ run, write }) {
    await write(
      'graph.mjs',
      `import { createGraph, defineTask } from '@seatrial/pipeline';
const build = defineTask({ name: 'build', run: async () => 1 });
export default createGraph([build, defineTask({ name: 'try', needs: { build }, run: async () => 2 })]);
`,
    );
    const ended = await run('graph', 'graph.mjs', '--format', 'mermaid');
    return is(ended, ended.exitCode === 0 && /t0\["build"\].*t0 --> t1/s.test(ended.stdout));
  },
  async storage({ run, write, folder }) {
    await write('from.txt', 'kept as it is\n');
    const copied = await run('cp', 'from.txt', `file://${folder}/store/to.txt`);
    const read = await run('cat', `file://${folder}/store/to.txt`);
    return is(copied, copied.exitCode === 0) ?? is(read, read.stdout === 'kept as it is\n');
  },
  async helm(bench) {
    await chart(bench);
    const ended = await bench.run('set-image', 'chart', 'example/probe:v2');
    const values = await readFile(join(bench.folder, 'chart/values.yaml'), 'utf8');
    return is(ended, ended.exitCode === 0 && values === '# kept\nimage: example/probe:v2\n');
  },
  async gke({ run }) {
    const made = await run('create', '--zone', 'us-central1-a', '--cluster', 'probe', '--run-id', 'probe');
    const listed = await run('list', '--run-id', 'probe', '--json');
    const gone = await run('delete', '--zone', 'us-central1-a', '--cluster', 'probe');
    return is(made, made.exitCode === 0) ?? is(listed, /"probe"/.test(listed.stdout)) ?? is(gone, gone.exitCode === 0);
  },
  async prow({ run }) {
    const ended = await run('paths', '--results', 'gs://ci-logs', '--json');
    return is(ended, ended.exitCode === 0 && /gs:\/\/ci-logs\/logs\/probe\/42/.test(ended.stdout));
  },
  async release({ run, write, folder }) {
    await write('origin/Dockerfile', 'FROM scratch\n');
    const git = (...argv: string[]) => execa('git', argv, { cwd: join(folder, 'origin') });
    await git('init', '--quiet');
    await git('add', '.');
    const author = ['-c', 'user.name=probe', '-c', 'user.email=probe@example.com'];
    await git(...author, 'commit', '--quiet', '--message', 'first');
    const head = (await git('rev-parse', 'HEAD')).stdout;
    const ended = await run('clone', 'postsubmit', '--repo', 'origin', '--src-dir', 'copy', '--json');
    const copied = await readFile(join(folder, 'copy/Dockerfile'), 'utf8').catch(() => 'nothing');
    return is(ended, ended.exitCode === 0 && ended.stdout.includes(head) && copied === 'FROM scratch\n');
  },
  async deploy({ run }) {
    const wait = ['--provider', 'kubeconfig', '--for', 'phase=Active', '--json'];
    const ended = await run('wait', 'namespace/default', ...wait);
    return is(ended, ended.exitCode === 0 && /"phase": "Active"/.test(ended.stdout));
  },
  async sandbox({ whileUp }) {
    return whileUp(['up', '--docker', 'off'], /Cloud Storage +(http\S+)/, async ([, url]) => {
      const answer = await fetch(`${url}/storage/v1/b?project=probe`);
      return answer.ok ? undefined : `Cloud Storage answers ${answer.status}`;
    });
  },
  async dashboard({ whileUp, write }) {
    await write('_results/logs/probe/1/started.json', '{ "timestamp": 1700000000 }');
    return whileUp(['--results', 'file://./_results', '--port', '0'], /(http:\/\/\S+)/, async ([, url]) => {
      const page = await (await fetch(url ?? '')).text();
      return /<script type="module"/.test(page) ? undefined : `no page: ${page.slice(0, 200)}`;
    });
  },
  async runner(bench) {
    await chart(bench);
    await bench.write('Dockerfile', 'FROM scratch\n');
    const wrote = await bench.run('init');
    const graph = await bench.run('graph', '--format', 'json');
    const helm = await bench.run('helm', 'bump', '--help');
    return (
      is(wrote, wrote.exitCode === 0) ??
      is(graph, /"build"/.test(graph.stdout)) ??
      is(helm, helm.stdout.startsWith('Usage: seatrial helm bump'))
    );
  },
};

/** Runs each program of a package: its `--help`, an option and a command that it does not have, and something real. */
export async function binFaults(
  { id, manifest }: Package,
  options: {
    readonly folder: string;
    readonly node: string;
    readonly env: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const bin of Object.keys(manifest.bin ?? {})) {
    const bench = createBench(bin, options);
    await mkdir(bench.folder, { recursive: true });
    const help = await bench.run('--help');
    const unknown = await bench.run('--no-such-flag');
    const stranger = await bench.run('no-such-command');
    const trial = trials[id];
    faults.push(
      ...[
        is(help, help.exitCode === 0 && help.stdout.startsWith(`Usage: ${bin}`) && help.stderr === ''),
        is(unknown, unknown.exitCode === 2 && unknown.stderr.startsWith("error: unknown option '--no-such-flag'")),
        is(stranger, stranger.exitCode === 2 && /^error: .*\nhint: /.test(stranger.stderr)),
        trial === undefined ? 'no real command is tried: name one in bins.ts' : await trial(bench),
      ].flatMap((fault, at) =>
        fault === undefined
          ? []
          : [`${bin} ${['--help', '--no-such-flag', 'no-such-command', 'at work'][at]}: ${fault}`],
      ),
    );
  }
  return faults;
}

function createBench(
  bin: string,
  options: {
    readonly folder: string;
    readonly node: string;
    readonly env: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Bench {
  const { node, env, signal } = options;
  const script = join(options.folder, 'node_modules/.bin', bin);
  // A new one for each Node that it is tried under.
  const folder = join(options.folder, `work-${bin}-${createHash('sha256').update(node).digest('hex').slice(0, 8)}`);
  const settings = { cwd: folder, env, reject: false, cancelSignal: signal, stripFinalNewline: false } as const;
  return {
    folder,
    async run(...argv) {
      const { exitCode, stdout, stderr } = await execa(node, [script, ...argv], { ...settings, timeout: 60_000 });
      return { exitCode, stdout, stderr };
    },
    async whileUp(argv, line, use) {
      const child = execa(node, [script, ...argv], { ...settings, all: true });
      try {
        return await use(await waitForMatch(child.all, line, 60_000));
      } finally {
        child.kill('SIGTERM');
        await child;
      }
    },
    async write(path, text) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    },
  };
}
