import type { FileToCopy, ImageSpec, ImageVariant } from './image/image-spec.js';

/** Reads values of a YAML document and gathers what is wrong with them, each with its path. */
export interface FieldReader {
  readonly problems: readonly string[];
  map(value: unknown, path: string): Readonly<Record<string, unknown>>;
  /** Undefined where there is none. */
  text(value: unknown, path: string): string | undefined;
  texts(value: unknown, path: string): readonly string[] | undefined;
  textMap(value: unknown, path: string): Readonly<Record<string, string>> | undefined;
  list<T>(value: unknown, path: string, read: (item: unknown, path: string) => T): readonly T[] | undefined;
  fail(problem: string): void;
}

/** A reader without problems so far. */
export function createFieldReader(): FieldReader {
  const problems: string[] = [];
  const reader: FieldReader = {
    problems,
    map(value, path) {
      if (value === undefined) return {};
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
      problems.push(`${path} is not a map`);
      return {};
    },
    text(value, path) {
      if (value === undefined || (typeof value === 'string' && value !== '')) return value;
      problems.push(`${path} is not a text`);
      return undefined;
    },
    texts: (value, path) => reader.list(value, path, (item, at) => reader.text(item, at) ?? ''),
    textMap(value, path) {
      if (value === undefined) return undefined;
      const map = reader.map(value, path);
      for (const [key, each] of Object.entries(map)) {
        if (typeof each !== 'string') problems.push(`${path}.${key} is not a text`);
      }
      return map as Record<string, string>;
    },
    list(value, path, read) {
      if (value === undefined) return undefined;
      if (Array.isArray(value)) return value.map((item, index) => read(item, `${path}[${index}]`));
      problems.push(`${path} is not a list`);
      return undefined;
    },
    fail: (problem) => void problems.push(problem),
  };
  return reader;
}

/** One image of a config; what it does not tell may come by flag. */
export function readImage(value: unknown, path: string, reader: FieldReader): Partial<ImageSpec> {
  const image = reader.map(value, path);
  const text = (key: string) => reader.text(image[key], `${path}.${key}`);
  const inside = (given: string | undefined, at: string) => {
    if (given !== undefined && (given.startsWith('/') || given.split(/[/\\]/).includes('..')))
      reader.fail(`${at} is not a path inside the folder of this file`);
    return given;
  };
  const variant = (item: unknown, at: string): ImageVariant => {
    const map = reader.map(item, at);
    const suffix = map['tagSuffix'] === '' ? '' : reader.text(map['tagSuffix'], `${at}.tagSuffix`);
    if (map['name'] === undefined) reader.fail(`${at} has no name`);
    return defined({
      name: reader.text(map['name'], `${at}.name`) ?? '',
      buildArgs: reader.textMap(map['buildArgs'], `${at}.buildArgs`),
      tagSuffix: suffix,
    });
  };
  const file = (item: unknown, at: string): string | FileToCopy => {
    if (typeof item === 'string') return inside(item, at) ?? '';
    const map = reader.map(item, at);
    const [from, to] = ['from', 'to'].map((key) => inside(reader.text(map[key], `${at}.${key}`), `${at}.${key}`));
    if (from === undefined || to === undefined) reader.fail(`${at} is neither a path nor a map of from and to`);
    return { from: from ?? '', to: to ?? '' };
  };
  const command = (item: unknown, at: string): readonly string[] => {
    const words = reader.texts(item, at) ?? [];
    if (words.length === 0) reader.fail(`${at} is not a program and its arguments`);
    return words;
  };
  return defined({
    name: text('name'),
    context: inside(text('context'), `${path}.context`),
    dockerfile: inside(text('dockerfile'), `${path}.dockerfile`),
    target: text('target'),
    imageValue: text('imageValue'),
    buildArgs: reader.textMap(image['buildArgs'], `${path}.buildArgs`),
    labels: reader.textMap(image['labels'], `${path}.labels`),
    prebuild: reader.list(image['prebuild'], `${path}.prebuild`, command),
    files: reader.list(image['files'], `${path}.files`, file),
    variants: reader.list(image['variants'], `${path}.variants`, variant),
    platforms: reader.texts(image['platforms'], `${path}.platforms`),
  });
}

/** Without the fields that are undefined. */
function defined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
