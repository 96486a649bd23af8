import { defineFlags } from '@seatrial/cli';

export const lsFlags = defineFlags({
  long: { type: 'boolean', short: 'l', default: false, description: 'Show size, time, type and encoding, too' },
  recursive: { type: 'boolean', short: 'r', default: false, description: 'List all that lies below, not one level' },
  'start-at': { type: 'string', placeholder: 'URI', description: 'Leave out what sorts before this URI' },
});

export const catFlags = defineFlags({
  raw: { type: 'boolean', default: false, description: 'Write the stored bytes, compressed if they are' },
});

export const copyFlags = defineFlags({
  recursive: { type: 'boolean', short: 'r', default: false, description: 'Copy all that lies below' },
  gzip: { type: 'boolean', default: false, description: 'Compress a local file on its way, unless it is gzip' },
  compress: {
    type: 'strings',
    placeholder: 'EXT',
    description: 'With --recursive: compress files of these extensions, * for all',
  },
  'content-type': { type: 'string', placeholder: 'TYPE', description: 'Type of the object, instead of by its name' },
  'content-encoding': { type: 'string', placeholder: 'CODING', description: 'Encoding a local file has already' },
  'cache-control': { type: 'string', placeholder: 'TEXT', description: 'Cache-Control of later reads' },
  metadata: { type: 'pairs', description: 'Custom metadata' },
  'if-generation-match': {
    type: 'string',
    placeholder: 'N',
    description: 'Write only over this generation; 0 only where nothing is',
  },
  concurrency: {
    type: 'number',
    integer: true,
    min: 1,
    max: 256,
    default: 16,
    description: 'With --recursive: objects at the same time',
  },
});

export const removeFlags = defineFlags({
  recursive: { type: 'boolean', short: 'r', default: false, description: 'Delete all that lies below' },
  'ignore-missing': { type: 'boolean', default: false, description: 'Do not fail when there is no such object' },
  'if-generation-match': { type: 'string', placeholder: 'N', description: 'Delete only this generation' },
});
