import { defineCommand } from '@seatrial/cli';
import { catFlags, copyFlags, lsFlags, removeFlags } from './commands/flags.js';

const uri = { name: 'uri', description: 'gs://BUCKET/OBJECT, file:///PATH or file://./PATH', required: true } as const;

/** `seatrial-storage`, and `seatrial storage` where it is mounted. */
export const command = defineCommand({
  name: 'seatrial-storage',
  summary: 'read and write objects over gs:// and file://',
  examples: ['seatrial-storage ls gs://ci-logs/logs/', 'seatrial-storage cat gs://ci-logs/logs/e2e/17/finished.json'],
  commands: [
    defineCommand({
      name: 'ls',
      summary: 'list objects and folders whose URI starts with this text',
      examples: ['seatrial-storage ls gs://ci-logs/logs/e2e/', 'seatrial-storage ls -l -r gs://ci-logs/logs/e2e/17/'],
      arguments: [uri],
      flags: lsFlags,
      json: true,
      load: async () => (await import('./commands/ls.js')).ls,
    }),
    defineCommand({
      name: 'cat',
      summary: "write an object's content to stdout, decoded",
      examples: [
        'seatrial-storage cat gs://ci-logs/logs/e2e/latest-build.txt',
        'seatrial-storage cat --raw gs://ci-logs/logs/e2e/17/build-log.txt',
      ],
      arguments: [uri],
      flags: catFlags,
      load: async () => (await import('./commands/read.js')).cat,
    }),
    defineCommand({
      name: 'stat',
      summary: 'say what is known of an object; exit code 1 when there is none',
      examples: ['seatrial-storage stat gs://ci-logs/logs/e2e/17/finished.json'],
      arguments: [uri],
      json: true,
      load: async () => (await import('./commands/read.js')).stat,
    }),
    defineCommand({
      name: 'cp',
      summary: 'copy an object, or with --recursive all below a URI or folder',
      examples: [
        'seatrial-storage cp --gzip build.log gs://ci-logs/build.log',
        'seatrial-storage cp --if-generation-match 0 lock gs://ci-logs/lock',
        'seatrial-storage cp -r --compress txt,log _results gs://ci-logs/logs/e2e/17',
        'seatrial-storage cp --recursive gs://ci-logs/logs/e2e/17 run17',
      ],
      arguments: [
        { name: 'from', description: 'URI or local path', required: true },
        { name: 'to', description: 'URI or local path', required: true },
      ],
      flags: copyFlags,
      load: async () => (await import('./commands/cp.js')).cp,
    }),
    defineCommand({
      name: 'rm',
      summary: 'delete an object, or with --recursive all below a URI',
      examples: ['seatrial-storage rm gs://ci-logs/old.txt', 'seatrial-storage rm -r gs://ci-logs/logs/e2e/17'],
      arguments: [uri],
      flags: removeFlags,
      load: async () => (await import('./commands/rm.js')).rm,
    }),
  ],
});
