import * as grpc from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { createRequire } from 'node:module';
import type { protos } from '@google-cloud/container';

type Cluster = protos.google.container.v1.ICluster;
type Operation = protos.google.container.v1.IOperation;
type Method = 'createCluster' | 'getCluster' | 'listClusters' | 'deleteCluster' | 'getOperation' | 'listOperations';

/** What a call answers instead: a gRPC status, or `lost`: it is done, but the answer never arrives. */
export type Fault = { readonly code: grpc.status; readonly details: string } | 'lost';

/** google.container.v1.ClusterManager over plain gRPC, enough of it, with every way to fail on demand. */
export class FakeGke {
  readonly clusters = new Map<string, Cluster>();
  readonly operations = new Map<string, Operation & { polls: number }>();
  /** `createCluster a`, in order. */
  readonly calls: string[] = [];
  readonly requests: Cluster[] = [];
  readonly faults: Partial<Record<Method, Fault[]>> = {};
  /** Reads of an operation before it is done. */
  polls = 2;
  /** What the next operations end with, in order. */
  readonly outcomes: Partial<Operation>[] = [];
  missingZones: string[] = [];
  /** What a created cluster becomes. */
  created: Partial<Cluster> = {};
  endpoint = '';
  #server = new grpc.Server();
  #count = 0;

  async start(): Promise<void> {
    const json = createRequire(import.meta.url)('@google-cloud/container/build/protos/protos.json') as Parameters<
      typeof fromJSON
    >[0];
    const options = { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true };
    const service = fromJSON(json, options)['google.container.v1.ClusterManager'] as grpc.ServiceDefinition;
    this.#server.addService(service, {
      createCluster: this.#handle('createCluster', (request: { parent: string; cluster: Cluster }) =>
        this.#create(request),
      ),
      getCluster: this.#handle('getCluster', ({ name }: { name: string }) => this.#clusterAt(name)),
      listClusters: this.#handle('listClusters', () => ({
        clusters: [...this.clusters.values()],
        missingZones: this.missingZones,
      })),
      deleteCluster: this.#handle('deleteCluster', ({ name }: { name: string }) => this.#delete(name)),
      getOperation: this.#handle('getOperation', ({ name }: { name: string }) => this.#poll(name)),
      listOperations: this.#handle('listOperations', () => ({ operations: [...this.operations.values()] })),
    });
    const port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  /** Puts a cluster there, as if it had been for long. */
  add(path: string, cluster: Cluster): void {
    const [, , , location = '', , name = ''] = path.split('/');
    this.clusters.set(path, {
      name,
      location,
      status: 'RUNNING',
      endpoint: '1.2.3.4',
      ...cluster,
      ...(location === '' ? {} : { location }),
    });
  }

  /** Puts an operation there; it ends after so many reads. */
  addOperation(name: string, operation: Operation, polls: number): void {
    this.operations.set(name, { name, status: 'RUNNING', ...operation, polls });
  }

  #create({ parent, cluster }: { parent: string; cluster: Cluster }): Operation {
    const path = `${parent}/clusters/${cluster.name}`;
    this.requests.push(cluster);
    if (this.clusters.has(path)) throw status(6, `Already exists: ${path}.`);
    this.add(path, { ...cluster, status: 'PROVISIONING', endpoint: '' });
    return this.#operation('CREATE_CLUSTER', path);
  }

  #delete(path: string): Operation {
    this.#clusterAt(path).status = 'STOPPING';
    return this.#operation('DELETE_CLUSTER', path);
  }

  #operation(operationType: 'CREATE_CLUSTER' | 'DELETE_CLUSTER', path: string): Operation {
    const name = `operation-${(this.#count += 1)}-abc`;
    const targetLink = `https://container.googleapis.com/v1/${path}`.replace(/projects\/[^/]+/, 'projects/123456');
    const operation = {
      name,
      operationType,
      targetLink,
      status: 'RUNNING' as const,
      polls: this.polls,
      selfLink: path,
    };
    this.operations.set(name, operation);
    return operation;
  }

  #poll(path: string): Operation {
    const operation = this.operations.get(path.split('/').at(-1) ?? '');
    if (operation === undefined) throw status(5, `Not found: ${path}.`);
    if ((operation.polls -= 1) > 0 || operation.status === 'DONE') return operation;
    const outcome = this.outcomes.shift() ?? {};
    Object.assign(operation, { status: 'DONE' }, outcome);
    const failed = outcome.error != null || outcome.clusterConditions != null;
    const target = operation.selfLink ?? '';
    const cluster = this.clusters.get(target);
    if (operation.operationType === 'CREATE_CLUSTER' && cluster) {
      const nodePools = (cluster.nodePools ?? []).map((pool) => ({ ...pool, status: 'RUNNING' as const }));
      Object.assign(
        cluster,
        failed
          ? { status: 'ERROR' }
          : {
              status: 'RUNNING',
              endpoint: '10.0.0.1',
              masterAuth: { clusterCaCertificate: 'Y2E=' },
              nodePools,
              ...this.created,
            },
      );
    }
    if (operation.operationType === 'DELETE_CLUSTER') {
      if (failed && cluster) cluster.status = 'ERROR';
      else this.clusters.delete(target);
    }
    return operation;
  }

  #clusterAt(path: string): Cluster {
    const cluster = this.clusters.get(path);
    if (cluster === undefined) {
      throw status(5, `The resource "${path}" was not found. No cluster named '${path.split('/').at(-1)}' in p.`);
    }
    return cluster;
  }

  #handle<Request>(method: Method, answer: (request: Request) => unknown) {
    return (call: { request: Request }, done: grpc.sendUnaryData<unknown>): void => {
      const { name, parent, cluster } = call.request as { name?: string; parent?: string; cluster?: Cluster };
      this.calls.push(`${method} ${(cluster?.name ?? name ?? parent ?? '').split('/').at(-1)}`);
      const fault = this.faults[method]?.shift();
      try {
        if (fault !== undefined && fault !== 'lost') return done(fault);
        const value = answer(call.request);
        // The client sees what it would of a connection that broke after the server took the request.
        if (fault === 'lost') return done({ code: 14, details: 'Connection dropped' });
        done(null, value);
      } catch (error) {
        done(error as grpc.ServiceError);
      }
    };
  }
}

function status(code: grpc.status, details: string): { code: grpc.status; details: string } {
  return { code, details };
}

/** Time that passes only by sleeping. */
export class FakeClock {
  ms = 1_700_000_000_000;
  readonly sleeps: number[] = [];
  onSleep: (() => void) | undefined;

  now(): number {
    return this.ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleeps.push(ms);
    this.ms += ms;
    this.onSleep?.();
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
}
