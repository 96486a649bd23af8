import { defineCommand } from '@seatrial/cli';
import { uiFlags } from './ui-flags.js';

/** `seatrial-dashboard`, and `seatrial ui` where it is mounted. */
export const command = defineCommand({
  name: 'seatrial-dashboard',
  summary: 'serve the page of runs, live and afterwards',
  description:
    'Reads results in Prow’s layout; there is no database, and nothing is written. Addresses other than loopback need --token or --auth-proxy-header.',
  examples: [
    'seatrial-dashboard --results gs://ci-logs',
    'seatrial-dashboard --results file://./_results --port 0',
    'SEATRIAL_UI_TOKEN=$(cat token) seatrial-dashboard --results gs://ci-logs --listen 0.0.0.0',
  ],
  flags: uiFlags,
  load: async () => (await import('./ui-command.js')).ui,
});
