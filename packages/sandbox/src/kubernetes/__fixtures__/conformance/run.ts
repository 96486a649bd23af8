import type { Fields } from '../../kube-api.js';
import { deviations } from './compare.js';
import type { Deviation } from './compare.js';
import type { Client } from './connection.js';
import { differences } from './differences.js';
import { isExplained } from './differences/difference.js';
import { NAMES, NAMESPACES } from './generate.js';
import { CUSTOM_GROUP, definition } from './custom-kind.js';
import { kinds } from './kinds.js';
import { Normaliser } from './normalise.js';
import { settleOwners } from './settle-owners.js';
import type { Answer, Step } from './step.js';
import { Subject } from './subject.js';

/** A step whose answers differ. */
export interface Finding {
  readonly index: number;
  readonly step: Step;
  readonly deviations: readonly Deviation[];
  /** What the two servers said where they refused. */
  readonly said: readonly unknown[];
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
// The real garbage collector stands still for a while where definitions of anybody come and go.
const SETTLE_MS = 60_000;

/** The two servers. */
export interface Pair {
  readonly real: Client;
  readonly ours: Client;
}

/**
 * Plays steps on both servers, one after the other, in namespaces made for it and removed after. An object whose answers
 * differ is removed from both, so that one difference is not found again and again.
 */
export async function play(pair: Pair, run: string, steps: readonly Step[]): Promise<Finding[]> {
  const [real, ours] = [new Subject(pair.real, run), new Subject(pair.ours, run)];
  const both = [real, ours] as const;
  const normalisers = [new Normaliser(), new Normaliser()] as const;
  const findings: Finding[] = [];
  // Collections whose objects were removed because they differed: their events are not the same until the next list.
  const unlike = new Set<string>();
  await Promise.all(both.map(prepare));
  try {
    for (const [index, step] of steps.entries()) {
      const answers = await Promise.all([real.send(step), ours.send(step)]);
      if (step.method === 'DELETE')
        await Promise.all(both.map((subject, at) => settle(subject, step, answers[at] as Answer)));
      const found = compareAnswers(step, answers, normalisers);
      if (isList(step)) unlike.delete(step.path);
      if (found.length === 0 || (step.watches === true && unlike.has(step.path))) continue;
      const isKnown = ({ path }: Deviation): boolean =>
        isExplained(differences, { step, real: answers[0], ours: answers[1], path });
      if (!found.every(isKnown)) findings.push({ index, step, deviations: found, said: answers.map(saidIn) });
      if (step.method === 'GET') continue;
      unlike.add(collectionOf(step.path));
      await Promise.all(both.map((subject) => forget(subject, step)));
    }
  } finally {
    await Promise.all(both.map(tidy));
  }
  return findings;
}

function saidIn({ body }: Answer): unknown {
  const { kind, message } = (body ?? {}) as Fields;
  return kind === 'Status' ? message : undefined;
}

function isList({ method, path, watches, query = {} }: Step): boolean {
  const isPart = 'labelSelector' in query || 'fieldSelector' in query || 'limit' in query || 'continue' in query;
  return method === 'GET' && watches !== true && !isPart && collectionOf(path) === path;
}

/** `/api/v1/namespaces/a/pods` of all paths below. */
export function collectionOf(path: string): string {
  return /^.*\/namespaces\/[^/]+\/[^/]+/.exec(path)?.[0] ?? path;
}

function compareAnswers(
  step: Step,
  [real, ours]: readonly [Answer, Answer],
  [first, second]: readonly [Normaliser, Normaliser],
): Deviation[] {
  const resource = /\/namespaces\/[^/]+\/([^/]+)/.exec(step.path)?.[1] ?? step.path.split('/').at(-1) ?? '';
  const traits = { resource, busy: kinds.find((kind) => kind.resource === resource)?.busy === true };
  const answers = [first.normalise(step, real, traits), second.normalise(step, ours, traits)] as const;
  return deviations(...settleOwners(...answers));
}

async function prepare(subject: Subject): Promise<void> {
  await subject.send({ method: 'POST', path: DEFINITIONS, body: definition });
  for (const name of NAMESPACES) {
    await subject.send({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
    await until(subject, { method: 'GET', path: `/api/v1/namespaces/${name}/serviceaccounts/default` });
    await until(subject, { method: 'GET', path: `/apis/${CUSTOM_GROUP}/v1/namespaces/${name}/widgets` });
  }
}

async function until(subject: Subject, step: Step, wanted = 200): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const { status } = await subject.send(step);
    if (status === wanted) return;
    if (Date.now() > deadline) throw new Error(`${step.path} answers ${status}, not ${wanted}, for ${SETTLE_MS} ms`);
    await pause();
  }
}

const CONTROLLERS = ['orphan', 'foregroundDeletion', 'kubernetes.io/pvc-protection'];

/** Waits until controllers have let go of an object that is being deleted. */
async function settle(subject: Subject, { path }: Step, { body }: Answer): Promise<void> {
  const isHeld = (object: unknown): boolean => {
    const { finalizers = [], deletionTimestamp } = ((object as Fields | undefined)?.['metadata'] ?? {}) as Fields;
    // Without a time it is not being deleted: that was a dry run.
    return deletionTimestamp !== undefined && (finalizers as string[]).some((name) => CONTROLLERS.includes(name));
  };
  const deadline = Date.now() + SETTLE_MS;
  for (let object = body; isHeld(object);) {
    if (Date.now() > deadline) throw new Error(`${path} is not let go of within ${SETTLE_MS} ms`);
    await pause();
    object = (await subject.send({ method: 'GET', path })).body;
  }
}

// A real server cannot be asked to say when.
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

const RELEASE: Fields = { metadata: { finalizers: null } };

async function forget(subject: Subject, { path }: Step): Promise<void> {
  const at = path.replace(/\/(status|scale)$/, '');
  const name = at.split('/').at(-1) ?? '';
  const isCollection = kinds.some(({ resource }) => resource === name);
  const objects = isCollection ? NAMES.map((one) => `${at}/${one}`) : [at];
  for (const object of objects) {
    await subject.send({ method: 'DELETE', path: object, query: { gracePeriodSeconds: '0' } });
    await subject.send({ method: 'PATCH', path: object, contentType: 'application/merge-patch+json', body: RELEASE });
  }
}

async function tidy(subject: Subject): Promise<void> {
  for (const name of NAMESPACES) {
    for (const { root, resource } of new Set(kinds)) {
      const collection = `${root}/namespaces/${name}/${resource}`;
      const { body } = await subject.send({ method: 'GET', path: collection });
      for (const { metadata } of ((body as Fields)['items'] ?? []) as Fields[]) {
        if (metadata.finalizers === undefined) continue;
        await subject.send({
          method: 'PATCH',
          path: `${collection}/${metadata.name}`,
          contentType: 'application/merge-patch+json',
          body: RELEASE,
        });
      }
    }
    await subject.send({ method: 'DELETE', path: `/api/v1/namespaces/${name}` });
  }
  await subject.send({ method: 'DELETE', path: `${DEFINITIONS}/widgets.${CUSTOM_GROUP}` });
}
