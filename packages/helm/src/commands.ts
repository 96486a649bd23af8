import { defineCommand } from '@seatrial/cli';
import type { Command } from '@seatrial/cli';
import { bumpFlags } from './commands/bump-flags.js';
import { lintFlags } from './commands/lint-flags.js';
import { packageFlags } from './commands/package-flags.js';
import { pushFlags } from './commands/push-flags.js';
import { setImageFlags } from './commands/set-image-flags.js';

const chart = { name: 'chart', description: 'folder of the chart', required: true } as const;

/** `seatrial-helm`, also mounted as `seatrial helm`. */
export const command: Command = defineCommand({
  name: 'seatrial-helm',
  summary: 'edit, check, package and publish charts',
  examples: ['seatrial-helm package charts/operator --destination out'],
  commands: [
    defineCommand({
      name: 'lint',
      summary: 'check a chart with helm lint',
      description: 'Runs helm lint (version 3 or 4) with a home of its own. Exits with 1 when the chart has errors.',
      examples: [
        'seatrial-helm lint charts/operator',
        'seatrial-helm lint charts/operator --set image=op:v1 --strict --json',
      ],
      arguments: [chart],
      flags: lintFlags,
      json: true,
      load: async () => (await import('./commands/lint.js')).lint,
    }),
    defineCommand({
      name: 'set-image',
      summary: "set the image in a chart's values.yaml, every other byte kept",
      description: 'Sets one text, or repository, tag and digest where the value is a map.',
      examples: [
        'seatrial-helm set-image charts/operator registry.example.com/op:v1',
        'seatrial-helm set-image charts/operator r.example.com/op:v1 --path op.image',
      ],
      arguments: [chart, { name: 'image', description: 'repository:tag or repository@digest', required: true }],
      flags: setImageFlags,
      load: async () => (await import('./commands/set-image.js')).setImage,
    }),
    defineCommand({
      name: 'bump',
      summary: "set a chart's version, every other byte kept",
      description: 'Adds a build to the version where SemVer puts it, or sets another version. Prints the new one.',
      examples: [
        'seatrial-helm bump charts/operator --tag v20260102-abc1234',
        'seatrial-helm bump charts/operator --to 0.2.0 --app-version 1.4.0',
      ],
      arguments: [chart],
      flags: bumpFlags,
      json: true,
      load: async () => (await import('./commands/bump.js')).bump,
    }),
    defineCommand({
      name: 'package',
      summary: 'pack a chart, the same bytes for the same files',
      description: 'Honours .helmignore by the rules of helm. Needs no helm. Prints the path of the archive.',
      examples: ['seatrial-helm package charts/operator --destination out'],
      arguments: [chart],
      flags: packageFlags,
      json: true,
      load: async () => (await import('./commands/package.js')).packageCommand,
    }),
    defineCommand({
      name: 'push',
      summary: 'publish a packaged chart to where releases are kept',
      description:
        'Never replaces a published version; the same bytes again are fine. A registry is pushed to through helm. Prints where the chart is.',
      examples: [
        'seatrial-helm push op-0.1.0.tgz --releases-path gs://releases --index',
        'seatrial-helm push op-0.1.0.tgz --releases-path oci://r.example.com/charts',
      ],
      arguments: [{ name: 'archive', description: 'packaged chart', required: true }],
      flags: pushFlags,
      json: true,
      load: async () => (await import('./commands/push.js')).push,
    }),
  ],
});
