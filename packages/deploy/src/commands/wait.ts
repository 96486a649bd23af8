import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { findKind } from '../kind-name.js';
import { parseWaitTarget } from '../wait-target.js';
import { waitFor } from '../wait-for.js';
import type { waitFlags } from './flags.js';
import { openSession } from './session.js';

/** Watches an object until what `--for` says holds. */
export async function wait(context: ContextOf<typeof waitFlags>): Promise<void> {
  const { flags, args, clock, signal, logger } = context;
  const [kindName = '', name = '', more] = (args[0] ?? '').split('/');
  if (kindName === '' || name === '' || more !== undefined) {
    throw new UsageError(`not an object: ${JSON.stringify(args[0] ?? '')}`, {
      hint: 'Write KIND/NAME, as in pod/web-0.',
    });
  }
  const target = parseWaitTarget(flags.for);
  const failOn = flags['fail-on'] === undefined ? [] : [parseWaitTarget(flags['fail-on'])];
  await using session = await openSession(context);
  const kube = await session.kube();
  const { apiVersion, kind, namespaced } = await findKind(kube, kindName, { signal });
  const ref = { apiVersion, kind, name, ...(namespaced ? { namespace: flags.namespace } : {}) };
  const object = await waitFor({ kube, clock }, ref, target, {
    failOn,
    signal,
    timeoutMs: flags['timeout-minutes'] * 60_000,
    onChange: (text) => logger.info(`${kind} ${name}: ${text}`),
  });
  if (flags.json) context.printJson(object ?? null);
  else context.print(`${kind} ${name}: ${flags.for}`);
}
