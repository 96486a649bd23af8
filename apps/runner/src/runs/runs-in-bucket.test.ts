import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore } from '@seatrial/storage';
import { describe, expect, it } from 'vitest';
import { exampleRepo, seatrial } from '../testing.js';

const BUCKET = 'gs://seatrial-results';
const results = ['--results', BUCKET];

describe('seatrial runs, of results in a bucket', () => {
  it('lists, shows, follows and stops a run from elsewhere, and lists it as it ended', async () => {
    await using repo = await exampleRepo();
    await using sandbox = await startSandbox({ docker: 'off' });
    const env = { ...sandbox.env };
    await repo.edit('seatrial.yaml', (text) =>
      text.replace('command: [npm, run, --silent, lint]', 'command: [sh, -c, echo waiting; sleep 600]'),
    );
    const running = seatrial(['e2e', '--only', 'clone,lint', ...results], { cwd: repo.dir, env });
    const list = async () => {
      const { stdout } = await seatrial(['runs', 'list', ...results, '--json'], { env });
      return JSON.parse(stdout) as { readonly uri: string; readonly buildId: string; readonly state: string }[];
    };
    await expect.poll(list, { timeout: 30_000, interval: 200 }).toMatchObject([{ state: 'running' }]);
    const [run] = await list();
    const at = [run?.buildId ?? '', ...results];
    expect(run?.uri).toBe(`${BUCKET}/logs/tf-job-operator-e2e/${run?.buildId}`);

    const show = async () => (await seatrial(['runs', 'show', ...at], { env })).stdout;
    await expect.poll(show, { timeout: 30_000, interval: 200 }).toMatch(/lint +running/);
    expect(await show()).toContain(`stop      seatrial runs cancel ${run?.uri}`);
    // The log gets to the bucket while the run goes on.
    const logs = async () => (await seatrial(['runs', 'logs', at[0] ?? '', 'lint', ...results], { env })).stdout;
    await expect.poll(logs, { timeout: 30_000, interval: 200 }).toMatch(/Z waiting\n$/);

    const followed = seatrial(['runs', 'logs', ...at, '--follow'], { env });
    const cancelled = await seatrial(['runs', 'cancel', ...at, '--wait'], { env });
    expect([cancelled.stdout, cancelled.code]).toEqual([`aborted  ${run?.uri}\n`, 0]);
    expect((await running).stdout).toMatch(/^ABORTED {2}/m);
    expect((await followed).stdout).toMatch(/lint \| waiting[^]*seatrial \| stopping: asked to stop by /);

    const store = createObjectStore({ gcs: { apiEndpoint: env['STORAGE_EMULATOR_HOST'] ?? '' } });
    expect(JSON.parse(await store.readText(`${run?.uri}/finished.json`))).toMatchObject({ result: 'ABORTED' });
    expect(await list()).toMatchObject([{ state: 'aborted' }]);
    expect(await show()).toMatch(/^aborted[^]*lint +aborted/);
    const again = await seatrial(['runs', 'cancel', ...at], { env });
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is not running: it is aborted')]);
  });

  it('says when a bucket has no runs, no such run, or no such task of one', async () => {
    await using repo = await exampleRepo();
    await using sandbox = await startSandbox({ docker: 'off' });
    const env = { ...sandbox.env };
    expect((await seatrial(['runs', 'list', ...results], { env })).stdout).toContain(`no runs below ${BUCKET}`);
    const none = await seatrial(['runs', 'show', '17', ...results], { env });
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining(`no run "17" below ${BUCKET}`)]);

    const ran = await seatrial(['e2e', '--only', 'clone', ...results], { cwd: repo.dir, env });
    const uri = /^results +(\S+)$/m.exec(ran.stdout)?.[1] ?? '';
    const noTask = await seatrial(['runs', 'logs', uri, 'limt'], { env });
    expect([noTask.code, noTask.stderr]).toEqual([2, expect.stringMatching(/no task "limt"[^]*Choose from clone, /)]);
  });
});
