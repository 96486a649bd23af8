import { defineCommand } from '@seatrial/cli';
import { copyFlags, removeFlags } from './command-flags.js';

const uri = { name: 'uri', description: 'gs://BUCKET/OBJECT, file:///PATH or file://./PATH', required: true } as const;

/** `seatrial-storage`, and `seatrial storage` where it is mounted. */
export const command = defineCommand({
  name: 'seatrial-storage',
  summary: 'read and write objects over gs:// and file://',
  examples: ['seatrial-storage ls gs://ci-logs/logs/', 'seatrial-storage cat gs://ci-logs/logs/e2e/17/finished.json'],
  commands: [
    defineCommand({
      name: 'ls',
      summary: 'list the objects whose URI starts with this text',
      examples: ['seatrial-storage ls gs://ci-logs/logs/e2e/'],
      arguments: [uri],
      json: true,
      load: async () => (await import('./object-commands.js')).ls,
    }),
    defineCommand({
      name: 'cat',
      summary: "write an object's content to stdout",
      examples: ['seatrial-storage cat gs://ci-logs/logs/e2e/latest-build.txt'],
      arguments: [uri],
      load: async () => (await import('./object-commands.js')).cat,
    }),
    defineCommand({
      name: 'stat',
      summary: 'say what is known of an object; exit code 1 when there is none',
      examples: ['seatrial-storage stat gs://ci-logs/logs/e2e/17/finished.json'],
      arguments: [uri],
      json: true,
      load: async () => (await import('./object-commands.js')).stat,
    }),
    defineCommand({
      name: 'cp',
      summary: 'copy an object, or with --recursive all below a URI or folder',
      examples: [
        'seatrial-storage cp build.log gs://ci-logs/build.log',
        'seatrial-storage cp --recursive gs://ci-logs/logs/e2e/17 run17',
      ],
      arguments: [
        { name: 'from', description: 'URI or local path', required: true },
        { name: 'to', description: 'URI or local path', required: true },
      ],
      flags: copyFlags,
      load: async () => (await import('./object-commands.js')).cp,
    }),
    defineCommand({
      name: 'rm',
      summary: 'delete an object',
      examples: ['seatrial-storage rm gs://ci-logs/old.txt'],
      arguments: [uri],
      flags: removeFlags,
      load: async () => (await import('./object-commands.js')).rm,
    }),
  ],
});
