import { randomUUID } from 'node:crypto';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../clock.js';
import { Client, readConnection } from './__fixtures__/conformance/connection.js';
import { generateSteps } from './__fixtures__/conformance/generate.js';
import { play } from './__fixtures__/conformance/run.js';
import type { Finding, Pair } from './__fixtures__/conformance/run.js';
import { shrink } from './__fixtures__/conformance/shrink.js';
import type { Step } from './__fixtures__/conformance/step.js';
import { startControllers } from './controllers/controllers.js';
import { serveKube } from './__fixtures__/serve.js';
import { createKubeServer } from './server.js';

// Runs in the target `conformance` only, and needs a Kubernetes 1.20 that may be written into.
const isAsked = env['MODE'] === 'conformance';
const kubeconfig = env['SEATRIAL_TEST_KUBECONFIG'] ?? '';
const seed = Number(env['SEATRIAL_TEST_SEED'] ?? 1);
const count = Number(env['SEATRIAL_TEST_STEPS'] ?? 2_000);
/** Namespaces and the definition of a run are named after it. */
const run = `${env['SEATRIAL_TEST_PREFIX'] ?? 'conformance'}-${seed}`;
const MAX_MINUTES = 20;

if (isAsked && kubeconfig === '') {
  console.warn('skipped: the conformance test. Name the kubeconfig of a Kubernetes 1.20 by SEATRIAL_TEST_KUBECONFIG.');
}

const clock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
    sleep(ms, undefined, signal === undefined ? {} : { signal }),
};

describe.skipIf(!isAsked || kubeconfig === '')(createKubeServer, () => {
  let pair: Pair;
  let stop: () => void;

  beforeAll(async () => {
    const served = await serveKube({ clock });
    const { api } = served.kube;
    const stopControllers = startControllers({ api, clock, newId: randomUUID, logger: silentLogger });
    const ours = new Client({ server: served.url });
    const real = new Client(await readConnection(kubeconfig));
    pair = { real, ours };
    stop = () => {
      real.close();
      ours.close();
      stopControllers();
      served.stop();
    };
  });

  afterAll(() => stop());

  it(
    `answers ${count} requests of seed ${seed} as a real API server does`,
    { timeout: MAX_MINUTES * 60_000 },
    async () => {
      console.log(`seed ${seed}, ${count} steps`);
      const steps = generateSteps(seed, count);
      const findings = await play(pair, run, steps);
      const [first] = findings;
      const shortest = first === undefined ? [] : await shrink(pair, run, steps, first);
      expect({ seed, findings: findings.map(describeFinding), shortest: shortest.map(describeStep) }).toEqual({
        seed,
        findings: [],
        shortest: [],
      });
    },
  );
});

function describeStep({ method, path, query = {}, contentType = '', body }: Step): string {
  const search = new URLSearchParams(query).toString();
  return `${method} ${path}${search === '' ? '' : `?${search}`} ${contentType} ${JSON.stringify(body) ?? ''}`;
}

function describeFinding({ index, step, deviations, said }: Finding): object {
  return { index, step: describeStep(step), deviations: deviations.slice(0, 4), said };
}
