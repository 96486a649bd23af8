/**
 * Charts: how fast the example's chart is packaged, against `helm package` in the same run, and how many charts a second get
 * a new image and version.
 *
 *     npx tsx bench/chart.ts [--rounds 30] [--edits 1000] [--helm PATH] [--json]
 *
 * The packages are measured as they are built: run `npm run build` first. helm is that of --helm, of PATH, or the
 * workspace's own copy.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { record, recordTimes } from './result.js';
import { copyChart, editChart, findHelm, findWorkspaceHelm, packageChart, readChart } from '@seatrial/helm';

const run = promisify(execFile);
const chart = fileURLToPath(new URL('../examples/tf-job-operator/chart/tf-job-operator', import.meta.url));

const median = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** One and the other by turns, so that a busy moment of the machine hits both; the first of each only warms up. */
async function comparePackaging(rounds: number, helm: string, dir: string) {
  const env = { PATH: process.env['PATH'], HOME: join(dir, 'home') };
  const theirs: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    theirs.push(await time(() => run(helm, ['package', chart, '--destination', join(dir, 'theirs')], { env })));
    ours.push(await time(() => packageChart(chart, join(dir, 'ours'))));
  }
  return { theirs: theirs.slice(1), ours: ours.slice(1) };
}

async function listed(archive: string): Promise<string> {
  return (await run('tar', ['tzf', archive])).stdout.split('\n').sort().join('\n');
}

/** Sets version and image, over and over; how many charts a second. */
async function editCharts(
  dir: string,
  { edits, charts, version }: { readonly edits: number; readonly charts: number; readonly version: string },
): Promise<number> {
  const image = (edit: number) => `registry.example.com/tf-job-operator:v${edit}`;
  const copies = Array.from({ length: charts }, (_, index) => join(dir, `edited-${charts}-${index}`));
  for (const copy of copies) await copyChart(chart, copy);
  let edit = 0;
  const seconds =
    (await time(() =>
      Promise.all(
        copies.map(async (copy) => {
          while (edit < edits) {
            edit += 1;
            const now = edit;
            await editChart(copy, {
              version: `${version}-v${now}`,
              appVersion: `v${now}`,
              values: { image: image(now) },
            });
          }
        }),
      ),
    )) / 1000;
  const texts = await Promise.all(copies.map((copy) => readFile(join(copy, 'values.yaml'), 'utf8')));
  if (!texts.some((text) => text.includes(image(edits)))) throw new Error('an edit is missing');
  return edits / seconds;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '30' },
      edits: { type: 'string', default: '1000' },
      helm: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [rounds, edits] = [Number(values.rounds), Number(values.edits)];
  if (!Number.isInteger(rounds) || rounds < 3 || !Number.isInteger(edits) || edits < 3) {
    console.error(`error: --rounds ${values.rounds} --edits ${values.edits}: both are whole numbers of 3 or more`);
    process.exitCode = 2;
    return;
  }
  const helm = await findHelm({ flag: values.helm, env: process.env, workspaceCopy: findWorkspaceHelm });
  const dir = await mkdtemp(join(tmpdir(), 'bench-chart-'));
  try {
    console.error(`helm ${helm.version}, Node.js ${process.version}`);
    const packaged = await comparePackaging(rounds, helm.path, dir);
    const { name, version } = await readChart(chart);
    const file = `${name}-${version}.tgz`;
    // Nobody is fast by leaving something out.
    if ((await listed(join(dir, 'ours', file))) !== (await listed(join(dir, 'theirs', file)))) {
      throw new Error('the two archives do not hold the same files');
    }

    const oneByOne = await editCharts(dir, { edits, charts: 1, version });
    const atOnce = await editCharts(dir, { edits, charts: 8, version });
    const result = {
      helmPackageMs: median(packaged.theirs),
      packageChartMs: median(packaged.ours),
      timesFaster: median(packaged.theirs) / median(packaged.ours),
      editsPerSecond: oneByOne,
      editsPerSecondEightAtOnce: atOnce,
    };
    const packaging = { ours: result.packageChartMs, peer: result.helmPackageMs, of: 'helm package', unit: 'ms' };
    recordTimes("packaging the example's chart", packaging, 5);
    const perSecond = Math.max(oneByOne, atOnce);
    record({
      name: 'charts edited',
      ours: `${perSecond.toFixed(0)} a second`,
      goal: '300 a second',
      met: perSecond >= 300,
    });
    if (values.json) return console.log(JSON.stringify(result, undefined, 2));
    console.log(`helm package        ${result.helmPackageMs.toFixed(1)} ms (median of ${packaged.theirs.length})`);
    console.log(`packageChart        ${result.packageChartMs.toFixed(1)} ms (median of ${packaged.ours.length})`);
    console.log(`times faster        ${result.timesFaster.toFixed(1)}`);
    console.log(`charts edited       ${oneByOne.toFixed(0)} a second, one by one (values.yaml and Chart.yaml of each)`);
    console.log(`                    ${atOnce.toFixed(0)} a second, eight charts at once`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

await main();
