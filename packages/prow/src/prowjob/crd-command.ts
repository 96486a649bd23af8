import { defineCommand } from '@seatrial/cli';

/** `seatrial-prow crd` */
export const crdCommand = defineCommand({
  name: 'crd',
  summary: "print the definition of ProwJobs, for clusters without Prow's",
  examples: ['seatrial-prow crd | kubectl apply -f -', 'seatrial-prow crd --json'],
  json: true,
  load: async () => (await import('./crd.js')).crd,
});
