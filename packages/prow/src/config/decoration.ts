import type { DecorationConfig } from './job-config.js';
import type { Plank } from './raw-config.js';

type Fields = Readonly<Record<string, unknown>>;

/** What a decoration's defaults are chosen by. */
export interface DecoratedPlace {
  /** `org/repo` of the job; of a periodic, of its first extra ref. */
  readonly repo: string | undefined;
  readonly cluster: string;
}

/** Fields that are merged field by field; all others are taken whole. */
const NESTED = ['utility_images', 'gcs_configuration', 'resources', 'censoring_options', 'scheduling_options'] as const;

/**
 * The decoration of a job: all default entries that match, later ones over earlier ones, the job's own over all.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/config/config.go
 */
export function mergeDecoration(
  plank: Plank,
  place: DecoratedPlace,
  own: DecorationConfig | undefined,
): DecorationConfig | undefined {
  const merged = [...matchingDefaults(plank, place), ...(own === undefined ? [] : [own])].reduce<
    DecorationConfig | undefined
  >((below, above) => (below === undefined ? above : overlay(below, above)), undefined);
  return merged;
}

function matchingDefaults(plank: Plank, { repo, cluster }: DecoratedPlace): readonly DecorationConfig[] {
  const names = ['*', repo?.split('/')[0], repo].filter((name) => name !== undefined);
  const entries = plank.default_decoration_config_entries?.filter(
    (entry) =>
      (!entry.repo || names.includes(entry.repo)) &&
      (!entry.cluster || entry.cluster === '*' || entry.cluster === cluster),
  );
  if (entries !== undefined) return entries.map(({ config }) => config).filter((config) => config !== undefined);
  const byName = new Map(Object.entries(plank.default_decoration_configs ?? {}));
  return names.map((name) => byName.get(name)).filter((config) => config !== undefined);
}

function overlay(below: DecorationConfig, above: DecorationConfig): DecorationConfig {
  const nested = NESTED.flatMap((field) => {
    const [a, b] = [below[field], above[field]] as readonly (Fields | undefined)[];
    return a === undefined || b === undefined ? [] : [[field, mergeFields(a, b)] as const];
  });
  return { ...below, ...withoutEmpty(above, isEmptyList), ...Object.fromEntries(nested) };
}

/** Media types are a map in the map. */
function mergeFields(below: Fields, above: Fields): Fields {
  const [a, b] = [below['mediaTypes'], above['mediaTypes']] as readonly (Fields | undefined)[];
  return {
    ...below,
    ...withoutEmpty(above, (value) => value === '' || isEmptyList(value)),
    ...(a === undefined || b === undefined ? {} : { mediaTypes: { ...a, ...b } }),
  };
}

// What is empty in Go is as good as not there, unless it is a pointer: nested texts and all lists are none.
function withoutEmpty(given: Fields, isEmpty: (value: unknown) => boolean): Fields {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => !isEmpty(value)));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
