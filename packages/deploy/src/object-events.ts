import type { KubeObject } from './kube-object.js';
import { at, numberAt, textAt } from './kube-object.js';

/** The events about an object, oldest first, each in a line. */
export function eventsOf(object: KubeObject, events: readonly KubeObject[]): readonly string[] {
  const about = events.filter(
    (event) =>
      (at(event, 'involvedObject', 'uid') === object.metadata.uid && object.metadata.uid !== undefined) ||
      (at(event, 'involvedObject', 'kind') === object.kind &&
        at(event, 'involvedObject', 'name') === object.metadata.name),
  );
  return [...about]
    .sort((a, b) => eventTime(a).localeCompare(eventTime(b)))
    .map(formatEvent)
    .slice(-10);
}

/** When an event was last seen, as the API writes it. */
export function eventTime(event: KubeObject): string {
  return (
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'eventTime') ||
    (event.metadata.creationTimestamp ?? '')
  );
}

function formatEvent(event: KubeObject): string {
  const count = numberAt(event, 'count');
  const type = textAt(event, 'type') === 'Warning' ? 'warning' : 'event';
  return `${type} ${textAt(event, 'reason')}${count > 1 ? ` (${count} times)` : ''}: ${textAt(event, 'message')}`;
}

/** The newest warning about an object: `FailedMount: configmap "x" not found`. `undefined` when there is none. */
export function lastWarning(object: KubeObject, events: readonly KubeObject[]): string | undefined {
  const warnings = eventsOf(
    object,
    events.filter((event) => textAt(event, 'type') === 'Warning'),
  );
  return warnings.at(-1)?.replace(/^warning /, '');
}
