/** Fields and indexes that lead to a place in a configuration. */
export type Path = readonly (string | number)[];
/** Takes a problem of a place. */
export type Report = (path: Path, message: string) => void;
/** Something that has a name, and where it is. */
export type Named = { readonly name: string; readonly path: Path };

// As TestGrid has it; one of its hyphens is an en dash.
const allowedName = /^[a-zA-Z0-9_.~<>()|[\]",@/ –-]+$/;
const reservedPrefixes = ['dashboard', 'alerter', 'summary', 'bugs'];

/** The items of a list, by their places. */
export function named(field: string, items: readonly { readonly name: string }[], base: Path = []): readonly Named[] {
  return items.map(({ name }, index) => ({ name, path: [...base, field, index] }));
}

/** What is left of a name when TestGrid compares it. */
function normalize(name: string): string {
  return name.replace(/[^a-zA-Z0-9]+/g, '').toLowerCase();
}

/** Reports names that cannot be, and those that are one to TestGrid. */
export function checkNames(items: readonly Named[], report: Report): void {
  for (const { name, path } of items) {
    const place = [...path, 'name'];
    const shown = JSON.stringify(name);
    const plain = normalize(name);
    if (!allowedName.test(name)) report(place, `${shown} has characters that no name may have, or none at all`);
    else if (plain.length < 3 || plain.length > 2048)
      report(place, `${shown} does not have 3 to 2048 letters and digits`);
    const prefix = reservedPrefixes.find((reserved) => plain.startsWith(reserved));
    if (prefix !== undefined) report(place, `${shown} starts with "${prefix}", which TestGrid keeps for itself`);
  }
  reportTwins(items, (path, twin) =>
    report([...path, 'name'], `duplicate: its name is that of ${show(twin)} to TestGrid`),
  );
}

/** Reports each item whose name, as TestGrid compares it, is that of an earlier one. */
export function reportTwins(items: readonly Named[], report: (path: Path, twin: Path) => void): void {
  const seen = new Map<string, Path>();
  for (const { name, path } of items) {
    const twin = seen.get(normalize(name));
    if (twin === undefined) seen.set(normalize(name), path);
    else report(path, twin);
  }
}

/** As `dashboards[0].name`. */
export function show(path: Path): string {
  return path
    .reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${part}`), '')
    .slice(1);
}
