import { notAcceptable } from '../errors.js';

/** What a client accepts, as the server understood it. */
export interface Negotiated {
  readonly type: 'json' | 'yaml';
  /** The shape asked for by `as=`. */
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList';
  /** Version of the shape: `v1`, `v2beta1`. */
  readonly version?: string;
}

/** A media range with its parameters. */
export interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const MAX_RANGES = 32;

/** Splits an Accept or Content-Type header; names in lower case. */
export function parseMediaRanges(header: string): MediaRange[] {
  return header
    .split(',')
    .slice(0, MAX_RANGES)
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((piece) => piece.trim());
      const parameters = Object.fromEntries(
        rest.map((piece) => {
          const at = piece.indexOf('=');
          return at < 0 ? [piece.toLowerCase(), ''] : [piece.slice(0, at).toLowerCase(), piece.slice(at + 1)];
        }),
      ) as Record<string, string>;
      return { type: type.toLowerCase(), parameters };
    });
}

const ACCEPTED =
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf';
const shapes = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

/**
 * Chooses how an answer is written. Protobuf is never chosen: clients that ask for it accept JSON as well.
 *
 * @param isCustom Custom resources have a handler of their own, which words its refusal otherwise
 * @throws {ApiError} 406 when nothing the client accepts can be given
 */
export function negotiate(accept: string | undefined, isCustom = false): Negotiated {
  if (accept === undefined || accept === '') return { type: 'json' };
  let isShaped = false;
  for (const { type, parameters } of parseMediaRanges(accept)) {
    const plain = type === 'application/json' || type === '*/*' || type === 'application/*';
    const { as, v: version } = parameters;
    if (as !== undefined) {
      const served =
        (type === 'application/json' || type === '*/*') && shapes.has(as) && parameters['g'] === 'meta.k8s.io';
      if (served && (version === 'v1' || version === 'v1beta1')) return { type: 'json', as: as as 'Table', version };
      isShaped = true;
      continue;
    }
    if (plain) return { type: 'json' };
    if (type === 'application/yaml') return { type: 'yaml' };
  }
  if (isShaped || isCustom) throw notAcceptable(ACCEPTED);
  throw notAcceptable('406: Not Acceptable', {});
}

/** Does the client want aggregated discovery before the plain one, and in which version? */
export function discoveryVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  let found: 'v2' | 'v2beta1' | undefined;
  if (accept === undefined || accept === '') return undefined;
  for (const { type, parameters } of parseMediaRanges(accept)) {
    const { as, g: group, v: version } = parameters;
    if (
      as === 'APIGroupDiscoveryList' &&
      group === 'apidiscovery.k8s.io' &&
      (version === 'v2' || version === 'v2beta1')
    ) {
      found ??= version;
      if (found !== undefined) return found;
    } else if (
      as === undefined &&
      ['application/json', '*/*', 'application/*', 'application/yaml', 'application/vnd.kubernetes.protobuf'].includes(
        type,
      )
    )
      return undefined;
  }
  throw notAcceptable(
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
}
