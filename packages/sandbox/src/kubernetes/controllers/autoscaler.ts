import type { ApiResource, Fields, KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { createEventRecorder } from './events.js';
import { formatTime } from './kube-time.js';
import { keyOf, splitKey } from './object-key.js';
import { resources } from './resources.js';
import { conditionOf, writeStatus } from './status.js';
import type { Condition } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const NO_METRICS =
  'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>;

/** What a look at a target comes to. */
interface Outcome {
  readonly ableToScale: Verdict;
  readonly scalingActive?: Verdict;
  readonly scalingLimited?: Verdict;
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
}

/**
 * Keeps targets of HorizontalPodAutoscalers within their bounds and says, as a cluster without a metrics server does, that
 * there is nothing to scale by.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export const startAutoscalerController: Controller = ({ api, clock, newId, logger }) => {
  const autoscalers = resources.horizontalPodAutoscalers;
  const record = createEventRecorder({ api, clock, newId, component: 'horizontal-pod-autoscaler' });
  const queue = createWorkQueue({ name: 'horizontalpodautoscaler', clock, logger, sync });
  const targets = [resources.deployments, resources.replicaSets, resources.statefulSets];
  const stops = [
    api.watch(autoscalers, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    ...targets.map((ref) =>
      api.watch(ref, ({ object }) => {
        const { namespace = '', name } = object.metadata;
        for (const scaler of api.list(autoscalers, { namespace })) {
          const target: Fields = scaler.spec?.['scaleTargetRef'] ?? {};
          if (target['name'] === name && target['kind'] === object.kind) queue.add(keyOf(scaler));
        }
      }),
    ),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const scaler = api.get(autoscalers, namespace, name);
    if (scaler === undefined) return;
    const outcome = look(scaler);
    const now = formatTime(clock.now());
    const before: readonly Condition[] = scaler.status?.['conditions'] ?? [];
    const conditions = [
      ['AbleToScale', outcome.ableToScale],
      ['ScalingActive', outcome.scalingActive],
      ['ScalingLimited', outcome.scalingLimited],
    ] as const;
    const told = conditions.flatMap(([type, verdict]) => {
      const old = conditionOf(before, type);
      if (verdict === undefined) return old === undefined ? [] : [old];
      const since = old?.status === verdict.status ? old.lastTransitionTime : now;
      return [{ type, lastTransitionTime: since, ...verdict }];
    });
    const { currentReplicas, desiredReplicas } = outcome;
    const rescaled = outcome.ableToScale.reason === 'SucceededRescale';
    const lastScaleTime: unknown = rescaled ? now : scaler.status?.['lastScaleTime'];
    const status: Fields = {
      ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
      ...(currentReplicas === 0 ? {} : { currentReplicas }),
      desiredReplicas,
      currentMetrics: null,
      conditions: told,
    };
    writeStatus(api, autoscalers, scaler, status, MANAGER);
  }

  function look(scaler: KubeObject): Outcome {
    const { scaleTargetRef = {}, minReplicas = 1, maxReplicas } = scaler.spec ?? {};
    const known = Number(scaler.status?.['desiredReplicas'] ?? 0);
    const ref = api.resourceOf(scaleTargetRef.apiVersion ?? 'apps/v1', scaleTargetRef.kind);
    const target = ref && api.get(ref, scaler.metadata.namespace, scaleTargetRef.name);
    if (ref === undefined || target === undefined) return missing(scaler, ref, known);
    const wanted = Number(target.spec?.['replicas'] ?? 1);
    const currentReplicas = Number(target.status?.['replicas'] ?? 0);
    const ableToScale = verdict(
      true,
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    );
    if (wanted === 0 && minReplicas !== 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      const scalingActive = verdict(false, 'ScalingDisabled', message);
      return { ableToScale, scalingActive, currentReplicas, desiredReplicas: 0 };
    }
    if (wanted > maxReplicas)
      return rescale(scaler, ref, maxReplicas, 'Current number of replicas above Spec.MaxReplicas');
    if (wanted < minReplicas)
      return rescale(scaler, ref, minReplicas, 'Current number of replicas below Spec.MinReplicas');
    return { ableToScale, scalingActive: unmeasured(scaler), currentReplicas, desiredReplicas: known };
  }

  function missing(scaler: KubeObject, ref: ApiResource | undefined, desiredReplicas: number): Outcome {
    const { kind, name } = (scaler.spec?.['scaleTargetRef'] ?? {}) as Fields;
    const why =
      ref === undefined
        ? `no matches for kind "${kind}" in group ""`
        : `${ref.resource}${ref.group === '' ? '' : `.${ref.group}`} "${name}" not found`;
    record(scaler, { type: 'Warning', reason: 'FailedGetScale', message: why });
    const message = `the HPA controller was unable to get the target's current scale: ${why}`;
    return { ableToScale: verdict(false, 'FailedGetScale', message), currentReplicas: 0, desiredReplicas };
  }

  function rescale(scaler: KubeObject, ref: ApiResource, replicas: number, why: string): Outcome {
    const name: string = scaler.spec?.['scaleTargetRef'].name;
    const target = api.modify(
      ref,
      scaler.metadata.namespace,
      name,
      (draft) => {
        draft.spec = { ...draft.spec, replicas };
      },
      { manager: MANAGER },
    );
    record(scaler, { reason: 'SuccessfulRescale', message: `New size: ${replicas}; reason: ${why}` });
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    return {
      ableToScale: verdict(true, 'SucceededRescale', message),
      currentReplicas: Number(target?.status?.['replicas'] ?? 0),
      desiredReplicas: replicas,
    };
  }

  function unmeasured(scaler: KubeObject): Verdict {
    const [metric]: Fields[] = scaler.spec?.['metrics'] ?? [];
    const name: string = metric?.['resource']?.name ?? 'cpu';
    const why = `failed to get ${name} utilization: unable to get metrics for resource ${name}: ${NO_METRICS}`;
    const message = `the HPA was unable to compute the replica count: ${why}`;
    const old = conditionOf(scaler.status?.['conditions'], 'ScalingActive');
    if (old?.reason !== 'FailedGetResourceMetric') {
      record(scaler, { type: 'Warning', reason: 'FailedGetResourceMetric', message: why });
      const computed = `invalid metrics (1 invalid out of 1), first error is: ${why}`;
      record(scaler, { type: 'Warning', reason: 'FailedComputeMetricsReplicas', message: computed });
    }
    return verdict(false, 'FailedGetResourceMetric', message);
  }
};

function verdict(isTrue: boolean, reason: string, message: string): Verdict {
  return { status: isTrue ? 'True' : 'False', reason, message };
}
