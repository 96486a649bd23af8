import { request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { Fields, KubeObject } from '../kube-api.js';
import type { ObjectStore } from '../store.js';
import type { Webhook } from './webhook-rules.js';

const MAX_ANSWER_BYTES = 3 << 20;
/** Says on a pod in which way it runs. */
const RUNTIME_ANNOTATION = 'sandbox.seatrial.dev/runtime';

/** The webhook could not be asked; `failurePolicy` says what follows. Worded as the API server does. */
export class WebhookFailure extends Error {
  static {
    this.prototype.name = 'WebhookFailure';
  }
}

/** The webhook's service leads to simulated pods only: nobody is there who could be asked. */
export class SimulatedWebhook extends Error {
  static {
    this.prototype.name = 'SimulatedWebhook';
  }
}

/** Where a webhook is. */
interface Target {
  readonly url: URL;
  /** As the API server writes it in what it tells: with the port, always. */
  readonly shown: string;
  /** Where to connect to, when the URL's host is the name of a Service. */
  readonly address?: { readonly host: string; readonly port: number };
}

/**
 * Posts an AdmissionReview to a webhook and hands over the `response` of its answer.
 *
 * @throws {WebhookFailure} when it cannot be reached, answers too late, or answers something else
 * @throws {SimulatedWebhook} when all its pods are simulated
 */
export async function callWebhook(
  webhook: Webhook,
  review: Fields,
  { store, signal }: { readonly store: ObjectStore; readonly signal: AbortSignal },
): Promise<Fields> {
  const name: string = webhook['name'];
  const timeoutSeconds: number = webhook['timeoutSeconds'] ?? 10;
  const target = locate(webhook, store, timeoutSeconds);
  const fail = (why: string): WebhookFailure =>
    new WebhookFailure(`failed calling webhook ${JSON.stringify(name)}: ${why}`);
  if (typeof target === 'string') throw fail(target);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1_000)]);
  let answer: { readonly status: number; readonly body: string };
  try {
    answer = await post(target, JSON.stringify(review), { ca: webhook['clientConfig']?.caBundle, signal: limit });
  } catch (error) {
    const why = limit.aborted ? 'context deadline exceeded' : reasonOf(error as NodeJS.ErrnoException, target);
    throw fail(`failed to call webhook: Post ${JSON.stringify(target.shown)}: ${why}`);
  }
  if (answer.status < 200 || answer.status > 299) throw fail(`failed to call webhook: ${statusText(answer)}`);
  return readAnswer(answer.body, review, (why) => fail(`received invalid webhook response: ${why}`));
}

function locate(webhook: Webhook, store: ObjectStore, timeoutSeconds: number): Target | string {
  const { url, service } = (webhook['clientConfig'] ?? {}) as Fields;
  if (url !== undefined) {
    const parsed = new URL(url);
    parsed.searchParams.set('timeout', `${timeoutSeconds}s`);
    return isLoopback(parsed.hostname)
      ? { url: parsed, shown: parsed.href }
      : `failed to call webhook: ${elsewhere(url)}`;
  }
  const { name, namespace, path = '/', port = 443 } = service as Fields;
  const shown = `https://${name}.${namespace}.svc:${port}${path}?timeout=${timeoutSeconds}s`;
  const failed = (why: string): string => `failed to call webhook: Post ${JSON.stringify(shown)}: ${why}`;
  const found = store.get('services.', namespace, name);
  if (found === undefined) return failed(`service ${JSON.stringify(name)} not found`);
  const address = endpointOf(store, found, port);
  if (address === undefined) return failed(`no endpoints available for service ${JSON.stringify(name)}`);
  if (!address.isOurs) return failed(elsewhere(address.host));
  return { url: new URL(shown), shown, address };
}

function elsewhere(where: string): string {
  return `the sandbox calls webhooks on loopback and in its pods only, not ${where}`;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** On loopback, or a pod's address. */
  readonly isOurs: boolean;
}

function endpointOf(store: ObjectStore, service: KubeObject, port: number): Endpoint | undefined {
  const { namespace, name = '' } = service.metadata;
  const wanted = ((service.spec?.['ports'] ?? []) as Fields[]).find((one) => one['port'] === port);
  const subsets: Fields[] = store.get('endpoints.', namespace, name)?.['subsets'] ?? [];
  const candidates = subsets.flatMap(({ addresses = [], ports = [] }) => {
    const found = (ports as Fields[]).find((one) => (one['name'] ?? '') === (wanted?.['name'] ?? ''));
    return found === undefined
      ? []
      : (addresses as Fields[]).map((address) => ({ address, port: found['port'] as number }));
  });
  const real = candidates.find(({ address }) => !isSimulated(podOf(store, namespace, address)));
  if (real !== undefined) {
    const host: string = real.address['ip'];
    const isOurs = isLoopback(host) || podOf(store, namespace, real.address)?.status?.['podIP'] === host;
    return { host, port: real.port, isOurs };
  }
  if (candidates.length > 0) throw new SimulatedWebhook(`the pods of service ${namespace}/${name} are simulated`);
  return undefined;
}

function podOf(store: ObjectStore, namespace: string | undefined, { targetRef }: Fields): KubeObject | undefined {
  return targetRef?.kind === 'Pod' ? store.get('pods.', namespace, targetRef.name) : undefined;
}

function isSimulated(pod: KubeObject | undefined): boolean {
  return pod?.metadata.annotations?.[RUNTIME_ANNOTATION] === 'simulated';
}

function post(
  { url, address }: Target,
  body: string,
  { ca, signal }: { readonly ca: string | undefined; readonly signal: AbortSignal },
): Promise<{ readonly status: number; readonly body: string }> {
  const options: RequestOptions = {
    method: 'POST',
    host: address?.host ?? url.hostname,
    port: address?.port ?? url.port,
    path: `${url.pathname}${url.search}`,
    ...(address === undefined ? {} : { servername: url.hostname }),
    headers: {
      host: url.host,
      'content-type': 'application/json',
      accept: 'application/json, */*',
      'content-length': Buffer.byteLength(body),
    },
    ...(ca === undefined || ca === '' ? {} : { ca: Buffer.from(ca, 'base64') }),
    agent: false,
    signal,
  };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) request.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`));
        chunks.push(chunk);
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.once('error', reject);
    request.end(body);
  });
}

function reasonOf(error: NodeJS.ErrnoException, { url, address }: Target): string {
  const at = `${address?.host ?? url.hostname}:${address?.port ?? url.port}`;
  if (error.code === 'ECONNREFUSED') return `dial tcp ${at}: connect: connection refused`;
  if (error.code === 'ECONNRESET') return 'EOF';
  if (/CERT|SELF_SIGNED|LEAF_SIGNATURE|ISSUER|ALTNAME/.test(error.code ?? '')) {
    return `tls: failed to verify certificate: x509: ${error.message}`;
  }
  return error.message;
}

function statusText({ status, body }: { readonly status: number; readonly body: string }): string {
  if (status === 404) return 'the server could not find the requested resource';
  return `an error on the server (${JSON.stringify(body.trim())}) has prevented the request from succeeding`;
}

function readAnswer(body: string, review: Fields, invalid: (why: string) => WebhookFailure): Fields {
  let answer: Fields;
  try {
    answer = JSON.parse(body) as Fields;
  } catch {
    throw invalid('it is no JSON');
  }
  const { apiVersion = '', kind = '', response } = answer ?? {};
  if (apiVersion !== review['apiVersion'] || kind !== 'AdmissionReview') {
    throw invalid(
      `expected webhook response of ${review['apiVersion']}, Kind=AdmissionReview, got ${apiVersion || '/'}, Kind=${kind}`,
    );
  }
  if (response === undefined || response === null) throw invalid('webhook response was absent');
  const uid: string = review['request'].uid;
  if (response.uid !== uid)
    throw invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  const hasPatch = response.patch !== undefined && response.patch !== null && response.patch !== '';
  if (hasPatch && response.patchType !== 'JSONPatch') {
    throw invalid(`webhook returned response.patch but not response.patchType`);
  }
  return response as Fields;
}
