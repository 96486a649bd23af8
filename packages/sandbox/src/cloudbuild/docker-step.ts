/** What a `docker build` of a build step is told. */
export interface DockerBuild {
  readonly tags: readonly string[];
  /** Options as the Docker Engine's API takes them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Says what a step is that cannot be run here. */
export class StepError extends Error {
  static {
    this.prototype.name = 'StepError';
  }
}

const pairs: Readonly<Record<string, 'buildargs' | 'labels'>> = { '--build-arg': 'buildargs', '--label': 'labels' };
const single: Readonly<Record<string, string>> = {
  '--file': 'dockerfile',
  '-f': 'dockerfile',
  '--target': 'target',
  '--platform': 'platform',
};

/**
 * Reads the arguments of `docker build`.
 *
 * @throws {StepError} for another command, or a flag that is not known here
 */
export function parseDockerBuild(args: readonly string[]): DockerBuild {
  const [command, ...rest] = args.map((text) => text.replaceAll('$$', '$'));
  if (command !== 'build') throw new StepError(`only docker build runs here, not docker ${command ?? ''}`);
  const tags: string[] = [];
  const maps: Record<'buildargs' | 'labels', Record<string, string>> = { buildargs: {}, labels: {} };
  const options: Record<string, unknown> = {};
  const contexts: string[] = [];
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? '';
    if (!word.startsWith('-')) {
      contexts.push(word);
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const flag = equals < 0 ? word : word.slice(0, equals);
    const value = equals < 0 ? rest[(index += 1)] : word.slice(equals + 1);
    const map = pairs[flag];
    if (value === undefined) throw new StepError(`${flag} needs a value`);
    if (flag === '--tag' || flag === '-t') tags.push(value);
    else if (map !== undefined) maps[map][value.split('=', 1)[0] ?? ''] = value.slice(value.indexOf('=') + 1);
    else if (single[flag] !== undefined) options[single[flag]] = value;
    else throw new StepError(`unknown flag: ${flag}`);
  }
  if (contexts.length !== 1 || contexts[0] !== '.') throw new StepError('the context of a build is . here');
  return { tags, options: { ...options, ...maps, t: tags } };
}
