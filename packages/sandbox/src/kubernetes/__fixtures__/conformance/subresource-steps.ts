import { PARTS } from './kind.js';
import type { Target } from './generate.js';
import type { Random } from './random.js';
import type { Step } from './step.js';
import { overlay } from './trees.js';

/** The next query of a write. */
type NextQuery = () => Record<string, string>;

/** A request for the status of an object, or `undefined` where it has none to play with. */
export function statusStep(random: Random, target: Target, nextQuery: NextQuery): Step | undefined {
  const { kind, name, path } = target;
  const { status } = kind;
  if (status === undefined) return undefined;
  const fragment = random.pick(status)(random);
  const at = `${path}/status`;
  const identity = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name } };
  return random.weighted<() => Step>([
    [1, () => ({ method: 'GET', path: at })],
    [
      4,
      () => ({
        method: 'PATCH',
        path: at,
        query: nextQuery(),
        contentType: 'application/merge-patch+json',
        body: fragment,
      }),
    ],
    [
      1,
      () => ({
        method: 'PATCH',
        path: at,
        query: nextQuery(),
        contentType: 'application/strategic-merge-patch+json',
        body: fragment,
      }),
    ],
    [
      1,
      () => ({
        method: 'PATCH',
        path: at,
        query: nextQuery(),
        contentType: 'application/json-patch+json',
        body: [{ op: 'add', path: '/status/message', value: random.pick(PARTS) }],
      }),
    ],
    [
      2,
      () => ({
        method: 'PATCH',
        path: at,
        query: { fieldManager: 'controller', force: String(random.chance(0.5)) },
        contentType: 'application/apply-patch+yaml',
        body: overlay(identity, fragment),
      }),
    ],
  ])();
}

/** A request for the scale of an object, or `undefined` where it has none. */
export function scaleStep(random: Random, target: Target, nextQuery: NextQuery): Step | undefined {
  const { kind, name, path, collection } = target;
  if (kind.scale !== true) return undefined;
  const at = `${path}/scale`;
  const replicas = random.below(3);
  const namespace = collection.split('/').at(-2) ?? '';
  const body = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, namespace },
    spec: { replicas: random.chance(0.1) ? -1 : replicas },
  };
  return random.weighted<() => Step>([
    [2, () => ({ method: 'GET', path: at })],
    [
      2,
      () => ({
        method: 'PATCH',
        path: at,
        query: nextQuery(),
        contentType: 'application/merge-patch+json',
        body: { spec: { replicas } },
      }),
    ],
    [
      1,
      () => ({
        method: 'PATCH',
        path: at,
        query: nextQuery(),
        contentType: 'application/json-patch+json',
        body: [{ op: 'add', path: '/spec/replicas', value: replicas }],
      }),
    ],
    [2, () => ({ method: 'PUT', path: at, query: nextQuery(), body })],
  ])();
}
