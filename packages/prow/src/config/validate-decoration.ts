import type { DecorationConfig } from './job-config.js';

const UTILITIES = ['clonerefs', 'initupload', 'entrypoint', 'sidecar'];
const STRATEGIES = ['explicit', 'legacy', 'single'];
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w-]+=(?:[\w.+-]+|"[^"]*"))*$/;

interface DecorationFault {
  readonly message: string;
  /** Field below `decoration_config`. */
  readonly field: string;
}

/**
 * The first thing that is wrong with what is written, whatever the defaults add: an unknown path strategy, a media type that
 * is none.
 */
export function findWrittenFault(decoration: DecorationConfig | undefined): DecorationFault | undefined {
  const { mediaTypes = {}, path_strategy: strategy } = (decoration?.gcs_configuration ?? {}) as Storage;
  const message = findMediaTypeFault(mediaTypes) ?? (strategy ? findStrategyFault(strategy) : undefined);
  return message === undefined ? undefined : { field: 'gcs_configuration', message };
}

/** The first thing that keeps Prow from decorating a job with this. `undefined` when there is none. */
export function findDecorationFault(decoration: DecorationConfig | undefined): DecorationFault | undefined {
  const images = decoration?.utility_images;
  const missing = UTILITIES.filter((name) => !images?.[name]);
  if (missing.length > 0) {
    return { field: 'utility_images', message: `no utility image for ${missing.join(', ')}, also not by default` };
  }
  const { oauth_token_secret, ssh_key_secrets } = decoration as {
    oauth_token_secret?: object;
    ssh_key_secrets?: readonly string[];
  };
  if (oauth_token_secret !== undefined && (ssh_key_secrets?.length ?? 0) > 0) {
    return { field: 'oauth_token_secret', message: 'both an OAuth token and SSH keys to clone with' };
  }
  const storage = decoration?.gcs_configuration as Storage | undefined;
  if (storage === undefined)
    return { field: 'gcs_configuration', message: 'no place for results (gcs_configuration), also not by default' };
  const message = findStorageFault(storage);
  return message === undefined ? undefined : { field: 'gcs_configuration', message };
}

interface Storage {
  readonly bucket?: string;
  readonly path_strategy?: string;
  readonly default_org?: string;
  readonly default_repo?: string;
  readonly local_output_dir?: string;
  readonly mediaTypes?: Readonly<Record<string, string>>;
}

function findStorageFault(storage: Storage): string | undefined {
  const { bucket, path_strategy: strategy, default_org, default_repo, local_output_dir, mediaTypes = {} } = storage;
  const media = findMediaTypeFault(mediaTypes);
  if (media !== undefined) return media;
  // A plain folder takes the place of bucket and paths.
  if (local_output_dir) return undefined;
  if (!bucket || !/^(?:(?:gs|s3):\/\/)?[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$|^file:\/\/\//.test(bucket)) {
    return `not a bucket: ${JSON.stringify(bucket ?? '')}; write it as gs://NAME`;
  }
  const unknown = findStrategyFault(strategy ?? '');
  if (unknown !== undefined) return unknown;
  if (strategy !== 'explicit' && (!default_org || !default_repo)) {
    return `path strategy ${strategy} needs default_org and default_repo`;
  }
  return undefined;
}

function findMediaTypeFault(mediaTypes: Readonly<Record<string, string>>): string | undefined {
  const found = Object.entries(mediaTypes).find(([, type]) => !MEDIA_TYPE.test(type));
  return found === undefined ? undefined : `the media type of ${found[0]} is none: ${JSON.stringify(found[1])}`;
}

function findStrategyFault(strategy: string): string | undefined {
  if (STRATEGIES.includes(strategy)) return undefined;
  return `unknown path strategy ${JSON.stringify(strategy)}; it is one of ${STRATEGIES.join(', ')}`;
}
