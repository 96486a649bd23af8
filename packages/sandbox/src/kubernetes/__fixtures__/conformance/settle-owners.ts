import type { Fields } from '../../kube-api.js';

/**
 * Takes out of both answers who owns the parts of what somebody owns without parts: 1.20 gives such an owner the parts
 * that others have written, at the next write of anybody; current servers do not.
 */
export function settleOwners(real: unknown, ours: unknown): [unknown, unknown] {
  if (Array.isArray(real) && Array.isArray(ours) && real.length === ours.length) {
    const pairs = real.map((item, index) => settleOwners(item, ours[index]));
    return [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
  }
  if (!isTree(real) || !isTree(ours)) return [real, ours];
  const [first, second]: [Fields, Fields] = [{ ...real }, { ...ours }];
  // Last, since it decides about the version, too: being given parts is a write.
  const names = Object.keys(real).sort((a, b) => Number(a === 'managedFields') - Number(b === 'managedFields'));
  for (const name of names) {
    const pair = [first[name], second[name]] as const;
    if (name === 'managedFields' && Array.isArray(pair[0]) && Array.isArray(pair[1])) {
      const bare = [...new Set([...bareOf(pair[0] as Entry[]), ...bareOf(pair[1] as Entry[])])];
      const [theirs, known] = pair.map((entries) => withoutParts(entries as Entry[], bare));
      [first[name], second[name]] = [withoutGiven(theirs ?? [], known ?? []), known];
      if (bare.length > 0) first['resourceVersion'] = second['resourceVersion'] = '<version>';
    } else [first[name], second[name]] = settleOwners(...pair);
  }
  return [first, second];
}

interface Entry {
  readonly key: string;
  readonly fields: Fields;
}

/** Paths that one manager owns without parts and another with them. */
function bareOf(entries: readonly Entry[]): string[] {
  const leaves = new Set<string>();
  const inner = new Set<string>();
  const walk = (fields: Fields, path: string): void => {
    const names = Object.keys(fields).filter((name) => name !== '.');
    (names.length === 0 ? leaves : inner).add(path);
    for (const name of names) walk(fields[name] as Fields, `${path}\n${name}`);
  };
  for (const { fields } of entries) walk(fields, '');
  return [...leaves].filter((path) => inner.has(path));
}

/**
 * Takes from the real server's entries the parts that an owner was given and has written beside since: those that only it
 * knows, that somebody else owns too, and whose parent the owner has.
 */
function withoutGiven(real: readonly Entry[], ours: readonly Entry[]): readonly Entry[] {
  return real.map(({ key, fields }) => {
    const others = real.filter((entry) => entry.key !== key).map((entry) => entry.fields);
    const known = ours.find((entry) => entry.key === key)?.fields;
    const prune = (below: Fields, mine: Fields | undefined, theirs: readonly (Fields | undefined)[]): Fields =>
      Object.fromEntries(
        Object.entries(below).flatMap(([name, inner]) => {
          const deeper = theirs.map((other) => other?.[name] as Fields | undefined);
          const isGiven = mine !== undefined && !(name in mine) && deeper.some((other) => other !== undefined);
          if (isGiven && '.' in below) return [];
          return [[name, prune(inner as Fields, mine?.[name] as Fields | undefined, deeper)] as const];
        }),
      );
    return { key, fields: prune(fields, known, others) };
  });
}

function withoutParts(entries: readonly Entry[], bare: readonly string[]): readonly Entry[] {
  if (bare.length === 0) return entries;
  const prune = (fields: Fields, path: string): Fields => {
    const kept = Object.entries(fields).flatMap(([name, below]) => {
      const at = `${path}\n${name}`;
      return bare.includes(at) ? [] : [[name, prune(below as Fields, at)] as const];
    });
    return Object.fromEntries(kept);
  };
  const isOwner = ({ fields }: Entry): boolean => Object.keys(fields).length > 0;
  return entries.map(({ key, fields }) => ({ key, fields: withoutHollow(prune(fields, '')) })).filter(isOwner);
}

/** Without members that have nothing left below but were not leaves: they say nothing. */
function withoutHollow(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name !== '.')
      .map(([name, below]) => [name, withoutHollow(below as Fields)]),
  );
}

function isTree(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
