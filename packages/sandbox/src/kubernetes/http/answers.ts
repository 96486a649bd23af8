import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import * as errors from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import { toPartial, toTable } from '../printing/table.js';
import type { IncludeObject } from '../printing/table.js';
import { apiVersionOf } from '../resources.js';
import type { Negotiated } from './accept.js';
import type { ListPage } from './list.js';
import type { ObjectRequest } from './object-request.js';
import { itemsJson, jsonOf, send, sendJson, sendYaml } from './render.js';

/** What is answered, and in which of its shapes. */
export interface Answered {
  readonly response: ServerResponse;
  readonly wanted: ObjectRequest;
  readonly accepted: Negotiated;
  /** Ages in Tables count from its time. */
  readonly clock: Clock;
}

/** A `Warning` header. */
export function warningText(text: string): string {
  return `299 - ${JSON.stringify(text)}`;
}

function includeOf(query: URLSearchParams): IncludeObject {
  const include = query.get('includeObject') ?? 'Metadata';
  if (include === 'None' || include === 'Metadata' || include === 'Object' || include === '')
    return include === '' ? 'Metadata' : include;
  throw errors.badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
}

/** Answers with an object, or with a Status. @throws {ApiError} 400 for a Table that is asked for wrongly */
export function sendObject(
  { accepted, response, wanted, clock }: Answered,
  { status, object }: { readonly status: number; readonly object: object },
): void {
  const { resource, query, warnings } = wanted;
  if (warnings.length > 0) response.setHeader('warning', [...new Set(warnings)].map(warningText));
  const isOwnKind = (object as KubeObject).kind === resource.kind && 'metadata' in object;
  if (accepted.as === 'Table' && isOwnKind) {
    const one = object as KubeObject;
    const { version = 'v1' } = accepted;
    const listMeta = { resourceVersion: one.metadata.resourceVersion };
    const table = toTable(resource, [one], { nowMs: clock.now(), include: includeOf(query), version, listMeta });
    return sendJson(response, status, JSON.stringify(table));
  }
  if (accepted.as === 'PartialObjectMetadata' && isOwnKind) {
    return sendJson(response, status, JSON.stringify(toPartial(object as KubeObject, accepted.version)));
  }
  if (accepted.type === 'yaml') return sendYaml(response, status, object);
  sendJson(response, status, jsonOf(object));
}

/** Answers with a list. @throws {ApiError} 400 for a Table that is asked for wrongly */
export function sendList({ accepted, response, wanted, clock }: Answered, page: ListPage): void {
  const { resource, query } = wanted;
  const { as, version = 'v1' } = accepted;
  const { items } = page;
  if (as === 'Table') {
    const options = { nowMs: clock.now(), include: includeOf(query), version, listMeta: page.metadata };
    return sendJson(response, 200, JSON.stringify(toTable(resource, items, options)));
  }
  if (as === 'PartialObjectMetadataList') {
    const list = {
      kind: as,
      apiVersion: `meta.k8s.io/${version}`,
      metadata: page.metadata,
      items: items.map((item) => toPartial(item, version)),
    };
    return sendJson(response, 200, JSON.stringify(list));
  }
  const metadata = resource.custom === undefined ? page.metadata : { continue: '', ...page.metadata };
  const head = JSON.stringify({ kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata });
  const parts = [Buffer.from(`${head.slice(0, -1)},"items":[`), itemsJson(resource, items), Buffer.from(']}\n')];
  if (accepted.type === 'yaml') return sendYaml(response, 200, JSON.parse(Buffer.concat(parts).toString('utf8')));
  send(response, 200, parts, { 'content-type': 'application/json' });
}
