import { isMap, isScalar, parseAllDocuments, parseDocument, visit } from 'yaml';
import { DeployError } from './errors.js';
import type { KubeObject } from './kube-object.js';

const PARAMETER = /\$(\$?)\{([^}]*)\}/g;

/**
 * Fills a YAML template of one object: `${name}` in any text becomes the parameter's value, `$${` stays `${`.
 *
 * Values are put in after the YAML is read, so they cannot change its structure. A field that is one parameter and not
 * quoted takes on the value's type: `replicas: ${workers}` becomes a number.
 *
 * @throws {DeployError} `INVALID` for undefined parameters, naming all of them, and for what is not one object.
 */
export function fillTemplate(template: string, params: Readonly<Record<string, string>>): KubeObject {
  const documents = parseAllDocuments(template, { schema: 'core' });
  const document = 'empty' in documents ? undefined : documents.find(({ contents }) => contents !== null);
  const errors = 'empty' in documents ? [] : documents.flatMap((one) => one.errors);
  if (errors[0] !== undefined) {
    throw new DeployError('INVALID', `the template is not YAML: ${errors[0].message}`, {
      hint: 'Quote texts that hold ${…} within [ ] or { }.',
    });
  }
  const count = 'empty' in documents ? 0 : documents.filter(({ contents }) => contents !== null).length;
  if (document === undefined || count > 1 || !isMap(document.contents)) {
    throw new DeployError('INVALID', `the template holds ${count} objects, not one`, {
      hint: 'Write one object into it.',
    });
  }
  const undefinedNames = new Set<string>();
  const fill = (text: string): string =>
    text.replace(PARAMETER, (whole, escaped: string, name: string) => {
      if (escaped !== '') return `\${${name}}`;
      if (Object.hasOwn(params, name)) return params[name] as string;
      undefinedNames.add(name);
      return whole;
    });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== 'string' || !node.value.includes('${')) return;
      const isWhole = /^\$\{[^}]*\}$/.test(node.value);
      const filled = fill(node.value);
      const parsed = isWhole && node.type === 'PLAIN' ? parseDocument(filled, { schema: 'core' }).contents : undefined;
      node.value = isScalar(parsed) && ['number', 'boolean'].includes(typeof parsed.value) ? parsed.value : filled;
    },
  });
  if (undefinedNames.size > 0) {
    const known = Object.keys(params).sort().join(', ');
    throw new DeployError(
      'INVALID',
      `the template uses undefined parameters: ${[...undefinedNames].sort().join(', ')}`,
      {
        hint: `Give them, or use one of: ${known}.`,
      },
    );
  }
  const object = document.toJS({ maxAliasCount: 100 }) as Partial<KubeObject>;
  if (typeof object.apiVersion !== 'string' || typeof object.kind !== 'string') {
    throw new DeployError('INVALID', 'the template has no apiVersion or no kind', { hint: 'Write both as texts.' });
  }
  return { ...object, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata ?? {} };
}

/** A custom resource to be made of a template. */
export interface ResourceRequest {
  readonly template: string;
  readonly namespace: string;
  readonly params?: Readonly<Record<string, string>>;
  /** What its name begins with. @default 'trial' */
  readonly name?: string;
  readonly newId: () => string;
}

/**
 * Fills a template and gives the object a name that is unique: two trials in one cluster must not meet, so a fixed name in
 * the template becomes unique too.
 *
 * @returns the object, and the parameters with `name` and `namespace` as they came to be
 * @throws {DeployError} `INVALID`: see {@link fillTemplate}.
 */
export function prepareResource(request: ResourceRequest): {
  readonly object: KubeObject;
  readonly params: Readonly<Record<string, string>>;
} {
  const { template, namespace, newId } = request;
  const id = newId();
  const unique = `${plainName(request.name ?? 'trial')}-${id}`;
  const params = { ...request.params, namespace, name: unique };
  const filled = fillTemplate(template, params);
  const given = filled.metadata.name;
  const name = given === undefined ? unique : given.includes(id) ? given : `${plainName(given)}-${id}`;
  return { object: { ...filled, metadata: { ...filled.metadata, name, namespace } }, params: { ...params, name } };
}

function plainName(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'trial' : plain;
}
