import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { ageColumn, formatAge, nameColumn } from './columns.js';
import type { Column } from './columns.js';
import { evaluateJsonPath } from './json-path.js';
import { columnsOf } from './kinds.js';
import { podRowConditions } from './pods.js';

/** What of each object a row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** How to print. */
export interface TableOptions {
  readonly nowMs: number;
  /** @default 'Metadata' */
  readonly include?: IncludeObject;
  /** `v1` or `v1beta1`. @default 'v1' */
  readonly version?: string;
  readonly listMeta?: Fields;
  /** Leave `columnDefinitions` out, as in later events of a watch. */
  readonly withoutColumns?: boolean;
}

/**
 * Objects as a Table.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
export function toTable(resource: Resource, objects: readonly KubeObject[], options: TableOptions): Fields {
  const columns = resource.custom === undefined ? columnsOf(resource.bucket) : customColumns(resource.custom.columns);
  const version = options.version ?? 'v1';
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: options.listMeta ?? {},
    columnDefinitions: options.withoutColumns === true ? null : columns.map(definitionOf),
    rows: objects.map((object) => toRow(resource, columns, object, options)),
  };
}

function definitionOf({ name, type = 'string', format = '', priority = 0 }: Column): Fields {
  return { name, type, format, description: name, priority };
}

function toRow(resource: Resource, columns: readonly Column[], object: KubeObject, options: TableOptions): Fields {
  const { nowMs, include = 'Metadata', version = 'v1' } = options;
  const cells = columns.map(({ cell }) => cell(object, nowMs) ?? null);
  const conditions = resource.bucket === 'pods.' ? podRowConditions(object) : undefined;
  const row: Fields = { cells, ...(conditions === undefined ? {} : { conditions }) };
  if (include === 'Object') row['object'] = object;
  else row['object'] = include === 'None' ? null : toPartial(object, version);
  return row;
}

/** Only the metadata of an object. */
export function toPartial({ metadata }: KubeObject, version = 'v1'): Fields {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}

function customColumns(columns: readonly Fields[] | undefined): readonly Column[] {
  if (columns === undefined || columns.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...columns.map(customColumn)];
}

function customColumn({ name, type, format, priority, jsonPath }: Fields): Column {
  return {
    name,
    type,
    ...(format === undefined ? {} : { format }),
    ...(priority === undefined ? {} : { priority }),
    cell: (object, nowMs) => {
      const value = evaluateJsonPath(jsonPath, object);
      if (value === undefined || value === null) return null;
      if (type === 'date') return typeof value === 'string' ? formatAge(value, nowMs) : '<invalid>';
      if (type === 'string') return typeof value === 'string' ? value : JSON.stringify(value);
      return value;
    },
  };
}
