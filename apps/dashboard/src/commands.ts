import { defineCommand } from '@seatrial/cli';
import { uiFlags } from './ui-flags.js';

/** `seatrial-ui`, and `seatrial ui` where it is mounted. */
export const command = defineCommand({
  name: 'seatrial-ui',
  summary: 'serve the page of runs, live and afterwards',
  description:
    "Reads results in Prow's layout; there is no database, and nothing is written. Addresses other than loopback need --token or --auth-proxy-header.",
  examples: [
    'seatrial-ui --results gs://ci-logs',
    'seatrial-ui --results file://./_results --port 0',
    'seatrial-ui --results gs://ci-logs --listen 0.0.0.0 --auth-proxy-header X-Forwarded-User',
  ],
  flags: uiFlags,
  load: async () => (await import('./ui-command.js')).ui,
});
