/** What of `Chart.yaml` goes into an index, and of what shape helm reads it. */
const texts = [
  ...['name', 'version', 'apiVersion', 'type', 'description', 'appVersion', 'kubeVersion'],
  ...['home', 'icon', 'condition', 'tags'],
] as const;
const lists = ['keywords', 'sources'] as const;
const maintainerFields = ['name', 'email', 'url'] as const;
const dependencyFields = ['name', 'version', 'repository', 'condition', 'alias'] as const;

type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of `Chart.yaml` that an index entry has. All else is left out: helm reads an index strictly, and one field it
 * does not know, or of another shape, would make the whole repository unreadable.
 *
 * @see https://github.com/helm/helm/blob/main/pkg/chart/v2/metadata.go
 */
export function indexFieldsOf(chart: Fields): Fields {
  return withoutEmpty({
    ...pick(chart, texts),
    ...Object.fromEntries(lists.map((key) => [key, textsOf(chart[key])])),
    maintainers: mapsOf(chart['maintainers']).map((one) => pick(one, maintainerFields)),
    dependencies: mapsOf(chart['dependencies']).map((one) =>
      withoutEmpty({ ...pick(one, dependencyFields), tags: textsOf(one['tags']) }),
    ),
    annotations: pick(mapOf(chart['annotations']) ?? {}),
    deprecated: chart['deprecated'] === true ? true : undefined,
  });
}

function pick(from: Fields, keys: readonly string[] = Object.keys(from)): Fields {
  return Object.fromEntries(keys.flatMap((key) => (typeof from[key] === 'string' ? [[key, from[key]]] : [])));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function mapsOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(mapOf).filter((item) => item !== undefined) : [];
}

function mapOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && (typeof value !== 'object' || Object.keys(value as object).length > 0),
    ),
  );
}
