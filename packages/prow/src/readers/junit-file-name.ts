/** What TestGrid takes from the name of a junit file; parts that are not there are `''`. */
export interface JunitFileName {
  readonly context: string;
  /** Two numbers with a hyphen between them, as `20180102-1256`. */
  readonly timestamp: string;
  /** A number. */
  readonly thread: string;
}

// Deliberately as odd as the original: its last alternative takes any text at all.
const testgridName = /.+\/(?:junit((_[^_]+)?(_\d+-\d+)?(_\d+)?|.+)?\.xml|test\.xml)$/;

/**
 * What TestGrid makes of an object's name, of which it looks at all below the run's folder. `undefined` when the object is no
 * junit file for it. `name` needs at least one folder.
 *
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/util/gcs/gcs.go
 */
export function parseJunitFileName(name: string): JunitFileName | undefined {
  const match = testgridName.exec(name);
  if (match === null) return undefined;
  const [, all = '', context, timestamp, thread] = match;
  if (context === undefined && timestamp === undefined && thread === undefined) {
    return { context: all, timestamp: '', thread: '' };
  }
  const part = (text = '') => text.slice(1);
  return { context: part(context), timestamp: part(timestamp), thread: part(thread) };
}

/**
 * Whether Spyglass shows an object as a junit file, by the pattern that its documentation gives and that starter
 * configurations widen. `path` is relative to the run's folder.
 */
export function isSpyglassJunitFile(path: string): boolean {
  return /^artifacts\/(?:.*\/)?junit.*\.xml$/.test(path);
}
