const IMPORT = /^import (?:(?<names>[^'"]+?) from )?'(?<specifier>[^']+)';$/gm;
const EXPORT = /^export (?:async )?(?:function\*? |const |let |class )(?<name>\w+)/gm;

/** Imports that lead nowhere or are not used: `{ line, message }`. `read(specifier)` gives a sibling's text. */
export function checkImports(text, read) {
  const problems = [];
  const body = text.replace(IMPORT, '');
  for (const match of text.matchAll(IMPORT)) {
    const { names = '', specifier } = match.groups;
    const line = text.slice(0, match.index).split('\n').length;
    const report = (message) => problems.push({ line, message });
    const local = specifier.startsWith('.');
    if (!local && !specifier.startsWith('node:')) report(`imports ${specifier}: this operator has no dependencies`);
    const sibling = local ? read(specifier) : undefined;
    if (local && sibling === undefined) report(`imports ${specifier}, which does not exist`);
    for (const { imported, used } of parseNames(names)) {
      if (!new RegExp(`\\b${used}\\b`).test(body)) report(`imports ${used} and does not use it`);
      if (sibling !== undefined && !exportsOf(sibling).has(imported))
        report(`${specifier} does not export ${imported}`);
    }
  }
  return problems;
}

function parseNames(names) {
  return names
    .replace(/[{}]/g, '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [imported, used = imported] = part.split(/ as /);
      return { imported: imported.trim(), used: used.trim() };
    });
}

function exportsOf(text) {
  return new Set([...text.matchAll(EXPORT)].map(({ groups }) => groups.name));
}
