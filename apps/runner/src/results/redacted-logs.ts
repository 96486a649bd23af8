import type { Redactor } from '@seatrial/cli';
import type { KubeClient } from '@seatrial/deploy';

/**
 * A client of a cluster that takes secrets out of logs of pods as soon as they are read: what a test's report or a diagnosis
 * makes of them is cut, and what is left of a secret that was cut is not known as one any more.
 *
 * Where the API itself has cut a log at `limitBytes`, what may be the beginning of a secret at its end is left out.
 */
export function withRedactedLogs(kube: KubeClient, redact: Redactor): KubeClient {
  return {
    ...kube,
    async readLog(pod, options) {
      const log = await kube.readLog(pod, options);
      if (Buffer.byteLength(log) < (options?.limitBytes ?? Infinity)) return redact(log);
      return redact.stream().push(log);
    },
  };
}
