import { join } from 'node:path';
import { isMap } from 'yaml';
import { editChart } from './chart-edit.js';
import { parseChartDocument, readChartFile } from './chart-file.js';
import { HelmError } from './errors.js';
import { nodeAt, parsePath } from './yaml-edit.js';

/** An image's name, taken apart. */
export interface ImageParts {
  /** Registry and path, without tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

// The port of a registry also follows a colon, so a tag holds no slash.
const imageName = /^(?<repository>[^\s@]+?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+:[0-9a-f]{32,}))?$/;

/** Takes `repository:tag@digest` apart. @throws {HelmError} `INVALID_OPTION` for what is no name of an image. */
export function parseImage(image: string): ImageParts {
  const parts = imageName.exec(image)?.groups;
  if (parts?.['repository'] === undefined || parts['repository'].endsWith('/')) {
    throw new HelmError('INVALID_OPTION', `not the name of an image: ${JSON.stringify(image)}`, {
      hint: 'Write it as REPOSITORY:TAG or REPOSITORY@sha256:DIGEST.',
    });
  }
  return { repository: parts['repository'], tag: parts['tag'], digest: parts['digest'] };
}

/**
 * Sets the image in a chart's `values.yaml`. Where the value is a map (`image: {repository, tag}`), its `repository` and `tag`
 * are set, `registry` apart from the repository when the map has one, and `digest` when the image or the map has one; else
 * the whole name becomes the value.
 *
 * @throws {HelmError} `INVALID_OPTION` for what is no image, `INVALID_CHART` where it cannot be set.
 */
export async function setChartImage(
  dir: string,
  options: {
    readonly image: string;
    /** Dotted path in `values.yaml`; `\\.` is a dot in a key. @default 'image' */
    readonly path?: string;
  },
): Promise<void> {
  const { image, path = 'image' } = options;
  const { repository, tag, digest } = parseImage(image);
  const file = join(dir, 'values.yaml');
  const { document } = parseChartDocument(await readChartFile(file), file);
  const node = nodeAt(document, parsePath(path, file));
  if (!isMap(node)) return editChart(dir, { values: { [path]: image } });
  const split = node.has('registry') ? splitRegistry(repository) : { registry: undefined, repository };
  return editChart(dir, {
    values: {
      ...(split.registry === undefined ? {} : { [`${path}.registry`]: split.registry }),
      [`${path}.repository`]: split.repository,
      ...(tag !== undefined || node.has('tag') ? { [`${path}.tag`]: tag ?? '' } : {}),
      // An old digest beside a new tag would win over it.
      ...(digest !== undefined || node.has('digest') ? { [`${path}.digest`]: digest ?? '' } : {}),
    },
  });
}

/** The first part is a registry when it looks like a host, as docker has it; else it is Docker Hub's. */
function splitRegistry(repository: string): { readonly registry: string; readonly repository: string } {
  const slash = repository.indexOf('/');
  const first = repository.slice(0, Math.max(slash, 0));
  if (!/[.:]/.test(first) && first !== 'localhost') return { registry: 'docker.io', repository };
  return { registry: first, repository: repository.slice(slash + 1) };
}
