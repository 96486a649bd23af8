import { eventTime } from './object-events.js';
import type { KubeObject } from './kube-object.js';
import { at, listAt, numberAt, textAt } from './kube-object.js';

/** Events as lines, oldest first: time, type, reason, object, count, message. Empty without events. */
export function formatEvents(events: readonly KubeObject[]): string {
  return [...events]
    .sort((a, b) => eventTime(a).localeCompare(eventTime(b)))
    .map((event) => {
      const about = `${textAt(event, 'involvedObject', 'kind')}/${textAt(event, 'involvedObject', 'name')}`;
      const count = numberAt(event, 'count') > 1 ? ` (x${numberAt(event, 'count')})` : '';
      return `${eventTime(event)}  ${textAt(event, 'type')}  ${textAt(event, 'reason')}  ${about}${count}  ${textAt(event, 'message')}\n`;
    })
    .join('');
}

/** Nodes as text: what each can allocate, its taints, and its conditions with their reasons. */
export function formatNodes(nodes: readonly KubeObject[]): string {
  return nodes
    .flatMap((node) => {
      const allocatable = Object.entries((at(node, 'status', 'allocatable') ?? {}) as Record<string, unknown>);
      const taints = listAt(node, 'spec', 'taints').map(
        (taint) => `${textAt(taint, 'key')}:${textAt(taint, 'effect')}`,
      );
      const conditions = listAt(node, 'status', 'conditions').map((one) => {
        const why = [textAt(one, 'reason'), textAt(one, 'message')].filter(Boolean).join(': ');
        return `  ${textAt(one, 'type')}=${textAt(one, 'status')} since ${textAt(one, 'lastTransitionTime')} (${why})`;
      });
      return [
        `${node.metadata.name ?? ''}  ${textAt(node, 'status', 'nodeInfo', 'kubeletVersion')}`,
        `  allocatable ${allocatable.map(([name, value]) => `${name}=${String(value)}`).join(' ')}`,
        ...(taints.length === 0 ? [] : [`  taints ${taints.join(' ')}`]),
        ...conditions,
      ];
    })
    .map((line) => `${line}\n`)
    .join('');
}
