/**
 * Stands in for a TensorFlow program: reads `TF_CONFIG` as one would and prints steps.
 *
 * A worker takes about `SECONDS` (default 1), a chief half as much again to save the model; both end with 0, or with 1
 * when `FAIL` is `1`. A parameter server serves until it is told to stop.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describeTask, parseTfConfig, STEPS } from './tf-config.js';

const { env } = process;
const started = Date.now();
const print = (text) => process.stdout.write(`${text}\n`);

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => stop.abort());

try {
  const config = parseTfConfig(env.TF_CONFIG);
  print(describeTask(config));
  if (config.task.type === 'ps') await serve();
  else await train(config);
} catch (error) {
  print(`error: ${error.message}`);
  process.exitCode = 1;
}

async function serve() {
  print('serving parameters');
  // A timer holds the process; waiting for a signal alone would not.
  while (!stop.signal.aborted) await delay(60_000, undefined, { signal: stop.signal }).catch(() => {});
  print('stopped');
}

// The chief ends the job, and with it whoever still trains: it takes its time, as writing a model would.
async function save(stepMs) {
  await delay(5 * stepMs, undefined, { signal: stop.signal });
  print('saved the model');
}

async function train({ task }) {
  const stepMs = (Number(env.SECONDS ?? 1) * 1000) / STEPS;
  for (let step = 1; step <= STEPS; step += 1) {
    await delay(stepMs, undefined, { signal: stop.signal });
    print(`step ${step}/${STEPS} loss ${(1 / (step + task.index)).toFixed(4)}`);
    if (env.FAIL === '1' && step === STEPS / 2) throw new Error('FAIL=1: the loss is NaN');
  }
  if (task.type === 'chief') await save(stepMs);
  print(`trained in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
