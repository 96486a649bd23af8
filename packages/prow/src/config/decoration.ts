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
const NESTED = ['utility_images', 'gcs_configuration', 'resources'] as const;

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
  return names.map((name) => plank.default_decoration_configs?.[name]).filter((config) => config !== undefined);
}

function overlay(below: DecorationConfig, above: DecorationConfig): DecorationConfig {
  const nested = NESTED.flatMap((field) => {
    const [a, b] = [below[field], above[field]] as readonly (Fields | undefined)[];
    return a === undefined || b === undefined ? [] : [[field, mergeFields(a, b)] as const];
  });
  return { ...below, ...above, ...Object.fromEntries(nested) };
}

/** Media types are a map in the map. */
function mergeFields(below: Fields, above: Fields): Fields {
  const [a, b] = [below['mediaTypes'], above['mediaTypes']] as readonly (Fields | undefined)[];
  return { ...below, ...above, ...(a === undefined || b === undefined ? {} : { mediaTypes: { ...a, ...b } }) };
}
