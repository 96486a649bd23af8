import type { Clock } from '../../clock.js';
import { isApiError } from '../kube-api.js';
import type { Fields, KubeApi, KubeObject } from '../kube-api.js';
import { formatMicroTime, formatTime } from './kube-time.js';
import { resources } from './resources.js';

/** What happened to an object. */
export interface EventNote {
  readonly type?: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** Part of the object, such as `spec.containers{main}`. */
  readonly fieldPath?: string;
}

/** Records what happened to objects as core/v1 Events. */
export type EventRecorder = (object: KubeObject, note: EventNote) => void;

/** What a recorder needs. */
export interface EventRecorderOptions {
  readonly api: KubeApi;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  /** Who reports: `deployment-controller`. */
  readonly component: string;
  /** Node on which the reporter runs. */
  readonly host?: string;
  /** Written the way of the newer API, with eventTime instead of counts, as the scheduler does. @default false */
  readonly series?: boolean;
}

const MAX_REMEMBERED = 2_000;

/**
 * Makes a recorder. The same note on the same object again only raises the count of the first Event.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
 */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { api, clock, newId, component, host, series = false } = options;
  const names = new Map<string, string>();

  return (object, note) => {
    const { name = '', namespace = 'default', uid } = object.metadata;
    const { type = 'Normal', reason, message, fieldPath } = note;
    const key = [uid, fieldPath, type, reason, message].join('\n');
    const now = clock.now();
    try {
      const known = names.get(key);
      if (known !== undefined && !series) {
        const updated = api.modify(
          resources.events,
          namespace,
          known,
          (draft) => {
            draft['count'] = Number(draft['count'] ?? 1) + 1;
            draft['lastTimestamp'] = formatTime(now);
          },
          { manager: component },
        );
        if (updated !== undefined) return;
      }
      const eventName = `${name}.${newId().replaceAll('-', '').slice(0, 16)}`;
      api.create(resources.events, eventOf(eventName, now), { manager: component });
      names.set(key, eventName);
      // Insertion order: the oldest goes first.
      for (const oldest of names.keys()) {
        if (names.size <= MAX_REMEMBERED) break;
        names.delete(oldest);
      }
    } catch (error) {
      // A namespace that is going away takes no new Events, and nothing depends on them.
      if (!isApiError(error)) throw error;
    }

    function eventOf(eventName: string, ms: number): KubeObject {
      const involvedObject: Fields = {
        kind: object.kind,
        namespace: object.metadata.namespace,
        name,
        uid,
        apiVersion: object.apiVersion,
        resourceVersion: object.metadata.resourceVersion,
        ...(fieldPath === undefined ? {} : { fieldPath }),
      };
      const times = series
        ? { firstTimestamp: null, lastTimestamp: null, eventTime: formatMicroTime(ms), action: 'Binding' }
        : { firstTimestamp: formatTime(ms), lastTimestamp: formatTime(ms), count: 1, eventTime: null };
      return {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: eventName, namespace },
        involvedObject,
        reason,
        message,
        source: series ? {} : { component, ...(host === undefined ? {} : { host }) },
        ...times,
        type,
        reportingComponent: series ? component : '',
        reportingInstance: series ? `${component}-sandbox` : '',
      };
    }
  };
}
