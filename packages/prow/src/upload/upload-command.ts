import { defineCommand, defineFlags } from '@seatrial/cli';
import { writeFlags } from '../commands/shared-flags.js';

/** Flags of `seatrial-prow upload`. */
export const uploadFlags = defineFlags({
  ...writeFlags,
  'build-log': {
    type: 'string',
    description: 'log to upload as build-log.txt, after the artifacts',
    placeholder: 'FILE',
  },
  result: {
    type: 'string',
    description: 'how the run ended: writes finished.json, last of all',
    choices: ['SUCCESS', 'FAILURE', 'ABORTED'],
  },
  concurrency: { type: 'number', description: 'files at the same time', placeholder: 'N', default: 16 },
  'compress-file-types': {
    type: 'strings',
    description: 'extensions of files to store compressed, or *',
    placeholder: 'EXTENSION',
  },
  'media-types': { type: 'pairs', description: 'content types by extension, such as log=text/plain' },
});

/** `seatrial-prow upload`. */
export const uploadCommand = defineCommand({
  name: 'upload',
  summary: "upload a folder as the run's artifacts, then log and finished.json",
  description:
    "Names and types are those that Prow gives. Top-level keys of the folder's metadata.json go into finished.json. Prints the run's URI. In a decorated job it writes nothing, since Prow's sidecar uploads the folder ARTIFACTS.",
  examples: [
    'seatrial-prow upload --results gs://ci-logs out/artifacts',
    'seatrial-prow upload --results gs://ci-logs --build-log log.txt --result SUCCESS out',
  ],
  arguments: [{ name: 'dir', description: 'folder of the artifacts', required: true }],
  flags: uploadFlags,
  json: true,
  load: async () => (await import('./upload.js')).upload,
});
