import type { Target } from './generate.js';
import type { Random } from './random.js';
import type { Step } from './step.js';

/** A request that is wrong in itself. */
export function misuse(random: Random, { kind, collection, path, name }: Target): Step {
  return random.pick<Step>([
    ...(kind.custom === true ? [] : [{ method: 'POST', path, body: { kind: kind.kind } } as const]),
    { method: 'GET', path: `${kind.root}/namespaces/<run>-a/nosuch` },
    { method: 'GET', path: `${path}/nosuch` },
    { method: 'PUT', path: collection, body: {} },
    { method: 'POST', path: collection, body: '{"metadata":' },
    { method: 'POST', path: collection, body: '' },
    { method: 'POST', path: collection, contentType: 'text/csv', body: 'a,b' },
    { method: 'PATCH', path, contentType: 'application/json', body: {} },
    { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: '{' },
    { method: 'GET', path: collection, query: { limit: 'many' } },
    { method: 'GET', path: collection, query: { resourceVersion: 'new' } },
    { method: 'GET', path: collection, query: { continue: 'nonsense' } },
    { method: 'GET', path, accept: 'text/html' },
    { method: 'POST', path: collection, query: { dryRun: 'Some' }, body: { metadata: { name } } },
    {
      method: 'POST',
      path: `${kind.root}/namespaces/absent-<run>/${kind.resource}`,
      body: { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name }, ...kind.base },
    },
    { method: 'GET', path: `${kind.root}/namespaces/absent-<run>/${kind.resource}` },
  ]);
}
