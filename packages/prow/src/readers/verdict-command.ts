import { defineCommand, defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-prow verdict`. */
export const verdictFlags = defineFlags({
  'days-of-results': {
    type: 'number',
    description: "days that the run's test group shows; 7 where it does not say",
    placeholder: 'DAYS',
    default: 7,
  },
  'disable-merged-status': {
    type: 'boolean',
    description: 'as if the test group gave each test of one name a row',
    default: false,
  },
});

/** `seatrial-prow verdict`. */
export const verdictCommand = defineCommand({
  name: 'verdict',
  summary: 'print what TestGrid, Deck and Spyglass show of a run',
  description:
    "Reads a run's started.json, finished.json and junit files as each reader does, and prints its cells and tests. What a reader would not find, or not understand, is on stderr.",
  examples: [
    'seatrial-prow verdict gs://ci-logs/logs/ci-widgets/1700000000000000001',
    'seatrial-prow verdict --json file://./results/logs/ci-widgets/17',
  ],
  arguments: [{ name: 'run', description: 'folder of the run, gs:// or file://', required: true }],
  flags: verdictFlags,
  json: true,
  load: async () => (await import('./verdict.js')).verdict,
});
