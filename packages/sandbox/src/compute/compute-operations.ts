import type { Clock } from '../clock.js';
import { ComputeApiError } from './compute-error.js';
import type { ComputeRef, ComputeScope } from './compute-resource.js';
import { formatLink } from './compute-resource.js';

interface Operation {
  readonly name: string;
  readonly type: 'insert' | 'delete';
  readonly target: ComputeRef;
  readonly startMs: number;
  endMs?: number;
  readonly done: Promise<void>;
}

type Reply = Record<string, unknown>;

/** Which operation. */
export interface OperationRef {
  readonly project: string;
  readonly scope: ComputeScope;
  readonly name: string;
}

/** Work on resources that takes time. */
export interface ComputeOperations {
  /** @param end Called when the time is over. */
  begin(type: 'insert' | 'delete', target: ComputeRef, end: () => void): Reply;
  /** @throws {ComputeApiError} 404 */
  get(ref: OperationRef): Reply;
  /** Resolves when it is done. @throws {ComputeApiError} 404 */
  wait(ref: OperationRef): Promise<Reply>;
  /** Ends all. */
  close(): Promise<void>;
}

/** @param options.operationMs How long each takes. */
export function createComputeOperations(options: {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly operationMs: number;
}): ComputeOperations {
  const { clock, newId, operationMs } = options;
  const operations = new Map<string, Operation>();
  const closing = new AbortController();

  const format = ({ name, type, target, startMs, endMs }: Operation): Reply => {
    const [scopeKind = '', scopeName] = target.scope.split('/');
    const base = formatLink(target).split(`/${target.collection}/`)[0];
    return {
      kind: 'compute#operation',
      name,
      operationType: type,
      targetLink: formatLink(target),
      status: endMs === undefined ? 'RUNNING' : 'DONE',
      progress: endMs === undefined ? 0 : 100,
      insertTime: new Date(startMs).toISOString(),
      startTime: new Date(startMs).toISOString(),
      ...(endMs === undefined ? {} : { endTime: new Date(endMs).toISOString() }),
      ...(scopeName === undefined ? {} : { [scopeKind.slice(0, -1)]: base }),
      selfLink: `${base}/operations/${name}`,
    };
  };
  const find = ({ project, scope, name }: OperationRef): Operation => {
    const found = operations.get(name);
    if (found !== undefined && found.target.project === project && found.target.scope === scope) return found;
    const message = `The resource 'projects/${project}/${scope}/operations/${name}' was not found`;
    throw new ComputeApiError(404, 'notFound', message);
  };

  return {
    begin(type, target, end) {
      const name = `operation-${clock.now()}-${newId()}`;
      const operation: Operation = {
        name,
        type,
        target,
        startMs: clock.now(),
        done: clock.sleep(operationMs, closing.signal).then(
          () => {
            end();
            operation.endMs = clock.now();
          },
          () => undefined, // the sandbox is going down
        ),
      };
      operations.set(name, operation);
      return format(operation);
    },
    get: (ref) => format(find(ref)),
    async wait(ref) {
      const operation = find(ref);
      await operation.done;
      return format(operation);
    },
    async close() {
      closing.abort(new Error('the sandbox is going down'));
      await Promise.all([...operations.values()].map(({ done }) => done));
    },
  };
}
