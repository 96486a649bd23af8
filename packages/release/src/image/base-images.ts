/**
 * Images that a Dockerfile names by `FROM` and `COPY --from`, its `ARG`s filled in: what a builder may have to log in for.
 * Stages and `scratch` are none; a name with a variable that nobody sets is left out.
 */
export function baseImages(dockerfile: string, buildArgs: Readonly<Record<string, string>> = {}): readonly string[] {
  const values: Record<string, string> = {};
  const stages = new Set<string>(['scratch']);
  const found = new Set<string>();
  for (const line of dockerfile.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [instruction = '', ...words] = line.trim().split(/\s+/);
    if (/^ARG$/i.test(instruction)) {
      const { name, value } = /^(?<name>\w+)(?:=["']?(?<value>[^"']*)["']?)?$/.exec(words[0] ?? '')?.groups ?? {};
      if (name !== undefined) values[name] = buildArgs[name] ?? value ?? '';
    } else if (/^FROM$/i.test(instruction)) {
      const [image = '', , stage] = words.filter((word) => !word.startsWith('--'));
      add(image);
      if (stage !== undefined) stages.add(stage.toLowerCase());
    } else if (/^COPY$/i.test(instruction)) {
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length) ?? '';
      if (!/^\d+$/.test(from)) add(from);
    }
  }
  return [...found];

  function add(text: string): void {
    const name = text.replace(
      /\$\{(?<braced>\w+)(?::-(?<otherwise>[^}]*))?\}|\$(?<bare>\w+)/g,
      (_all, braced: string | undefined, otherwise: string | undefined, bare: string | undefined) =>
        values[braced ?? bare ?? ''] || otherwise || '$',
    );
    if (name !== '' && !name.includes('$') && !stages.has(name.toLowerCase())) found.add(name);
  }
}
