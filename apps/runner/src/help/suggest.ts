/** The one of `names` that takes the fewest edits to become `word`, where those are at most two fifths of its letters. */
export function suggest(word: string, names: readonly string[]): string | undefined {
  const near = names
    .map((name) => ({ name, edits: editsBetween(word.toLowerCase(), name) }))
    .filter(({ name, edits }) => edits <= Math.max(1, Math.floor(Math.max(name.length, word.length) * 0.4)))
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.name;
}

// Levenshtein's distance, a row at a time.
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...left].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...right].entries()) {
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
