import { join } from 'node:path';
import { isMap } from 'yaml';
import { editChart } from './chart-edit.js';
import { parseChartDocument, readChartFile } from './chart-file.js';
import { HelmError } from './errors.js';

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
 * are set, and `digest` when the image or the map has one; else the whole name becomes the value.
 *
 * @throws {HelmError} `INVALID_OPTION` for what is no image, `INVALID_CHART` where it cannot be set.
 */
export async function setChartImage(
  dir: string,
  options: {
    readonly image: string;
    /** Dotted path in `values.yaml`. @default 'image' */
    readonly path?: string;
  },
): Promise<void> {
  const { image, path = 'image' } = options;
  const { repository, tag, digest } = parseImage(image);
  const file = join(dir, 'values.yaml');
  const { document } = parseChartDocument(await readChartFile(file), file);
  const node: unknown = document.getIn(path.split('.'), true);
  if (!isMap(node)) return editChart(dir, { values: { [path]: image } });
  return editChart(dir, {
    values: {
      [`${path}.repository`]: repository,
      ...(tag !== undefined || node.has('tag') ? { [`${path}.tag`]: tag ?? '' } : {}),
      // An old digest beside a new tag would win over it.
      ...(digest !== undefined || node.has('digest') ? { [`${path}.digest`]: digest ?? '' } : {}),
    },
  });
}
