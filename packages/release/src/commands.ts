/**
 * The command line of this package as data, for `seatrial-release` and for `seatrial release`.
 *
 * @module
 */
import { defineCommand } from '@seatrial/cli';
import {
  buildFolderFlags,
  cloneLastGreenFlags,
  clonePostsubmitFlags,
  clonePrFlags,
  localFlags,
  newReleaseFlags,
  postsubmitFlags,
  prFlags,
  watchFlags,
} from './commands/flags.js';

const clone = defineCommand({
  name: 'clone',
  summary: 'check a commit out',
  examples: ['seatrial-release clone postsubmit --repo kubeflow/training-operator --src-dir source'],
  commands: [
    defineCommand({
      name: 'pr',
      summary: 'check a pull request out, merged into its base as Prow does',
      examples: ['seatrial-release clone pr --repo kubeflow/training-operator --pr 42 --src-dir source'],
      flags: clonePrFlags,
      json: true,
      load: async () => (await import('./commands/clone.js')).clonePr,
    }),
    defineCommand({
      name: 'postsubmit',
      summary: 'check a commit out, or the newest of the default branch',
      examples: ['seatrial-release clone postsubmit --repo . --commit 0123456789abcdef0123456789abcdef01234567'],
      flags: clonePostsubmitFlags,
      json: true,
      load: async () => (await import('./commands/clone.js')).clonePostsubmit,
    }),
    defineCommand({
      name: 'lastgreen',
      summary: 'check the newest commit out that passed',
      examples: [
        'seatrial-release clone lastgreen --repo kubeflow/training-operator --latest-green gs://results/latest_green/e2e/latest_green.json',
      ],
      flags: cloneLastGreenFlags,
      json: true,
      load: async () => (await import('./commands/clone.js')).cloneLastGreen,
    }),
  ],
});

/** `seatrial-release`. */
export const command = defineCommand({
  name: 'seatrial-release',
  summary: 'from a commit to an image and a chart: checkout, build, push, publish',
  examples: ['seatrial-release local --registry localhost:5000/team --releases-path gs://releases'],
  commands: [
    clone,
    defineCommand({
      name: 'build',
      summary: 'build a work tree as it is',
      description:
        'Builds and pushes the image, packages and publishes the chart with that image in it, writes build_info.yaml.',
      examples: [
        'seatrial-release build --src-dir examples/tf-job-operator --registry localhost:5000/team',
        'seatrial-release build --no-push --registry localhost:5000/team --build-arg BASE_IMAGE=node:22-slim',
      ],
      flags: buildFolderFlags,
      json: true,
      load: async () => (await import('./commands/build.js')).build,
    }),
    defineCommand({
      name: 'local',
      summary: 'build a checkout of a local repository, its uncommitted changes included',
      examples: [
        'seatrial-release local --config examples/tf-job-operator/seatrial.yaml --registry localhost:5000/team',
      ],
      flags: localFlags,
      json: true,
      load: async () => (await import('./commands/build.js')).local,
    }),
    defineCommand({
      name: 'pr',
      summary: 'build a pull request, merged into its base as Prow does',
      examples: [
        'seatrial-release pr --repo kubeflow/training-operator --pr 42 --registry gcr.io/team --releases-path gs://releases',
      ],
      flags: prFlags,
      json: true,
      load: async () => (await import('./commands/build.js')).pr,
    }),
    defineCommand({
      name: 'postsubmit',
      summary: 'build a commit, or the newest of the default branch',
      examples: [
        'seatrial-release postsubmit --repo kubeflow/training-operator --registry gcr.io/team --releases-path gs://releases',
      ],
      flags: postsubmitFlags,
      json: true,
      load: async () => (await import('./commands/build.js')).postsubmit,
    }),
    defineCommand({
      name: 'build-new-release',
      summary: 'release the newest commit that passed, if it is not released yet',
      examples: [
        'seatrial-release build-new-release --repo kubeflow/training-operator --latest-green gs://results/latest_green/e2e/latest_green.json --registry gcr.io/team --releases-path gs://releases',
      ],
      flags: newReleaseFlags,
      json: true,
      load: async () => (await import('./commands/newest.js')).buildNewRelease,
    }),
    defineCommand({
      name: 'watch',
      summary: 'do build-new-release for ever',
      description:
        'Looks for a new green commit again and again and releases it. A failed attempt is told and tried again later, ' +
        'after longer and longer pauses. A signal ends it.',
      examples: [
        'seatrial-release watch --interval 600 --repo kubeflow/training-operator --latest-green gs://results/latest_green/e2e/latest_green.json --registry gcr.io/team --releases-path gs://releases',
      ],
      flags: watchFlags,
      json: true,
      load: async () => (await import('./commands/newest.js')).watch,
    }),
  ],
});
