import { defineCommand, defineFlags } from '@seatrial/cli';
import { githubFlags } from '../github/github-flags.js';

/** Flags of `seatrial-prow onboard`. */
export const onboardFlags = defineFlags({
  repo: { type: 'string', description: 'repository to bring on board', placeholder: 'OWNER/NAME', required: true },
  'config-repo-dir': {
    type: 'string',
    description: 'checkout with config/jobs, config/prow/plugins.yaml, config/testgrids',
    placeholder: 'DIR',
  },
  'job-config-path': { type: 'string', description: 'where the jobs are written instead', placeholder: 'PATH' },
  'plugins-path': { type: 'string', description: 'where the trigger plugin is enabled instead', placeholder: 'FILE' },
  'testgrid-path': { type: 'string', description: 'where the dashboard is written instead', placeholder: 'PATH' },
  image: { type: 'string', description: 'image of the jobs, with seatrial, git and helm', placeholder: 'IMAGE' },
  name: { type: 'string', description: "name in jobs, by default the repository's" },
  branch: { type: 'string', description: 'branch of postsubmit and periodic, by default the default one' },
  cluster: { type: 'string', description: "build cluster of the jobs, by default Prow's" },
  cron: { type: 'string', description: 'when the periodic runs, in UTC', default: '0 3 * * *' },
  dashboard: { type: 'string', description: 'dashboard of the jobs, by default OWNER-NAME' },
  'hook-url': { type: 'string', description: "address of Prow's hook, for the webhook", placeholder: 'URL' },
  'hmac-path': {
    type: 'string',
    description: "file of the webhooks' tokens; one is added where there is none",
    placeholder: 'FILE',
  },
  bot: { type: 'string', description: 'account that sets statuses, to be invited', placeholder: 'LOGIN' },
  ...githubFlags,
  'dry-run': { type: 'boolean', description: 'show what would be done and change nothing', default: false },
});

/** `seatrial-prow onboard`. */
export const onboardCommand = defineCommand({
  name: 'onboard',
  summary: 'bring a repository on board: jobs, plugin, dashboard, webhook, bot',
  description:
    "Writes a presubmit, a postsubmit and a nightly periodic that run seatrial e2e, the trigger plugin's entry and a TestGrid dashboard; with an administrator's GitHub token it also creates the webhook, invites the bot with the right to push, and verifies both. What follows -- is given to seatrial e2e. It can be run again: what is there stays. Exits with 1 when a step failed; what waits for others is told and exits with 0.",
  examples: [
    'seatrial-prow onboard --repo acme/widgets --config-repo-dir ../config --image acme/ci:v1 --dry-run',
    'seatrial-prow onboard --repo acme/widgets --config-repo-dir ../config --image acme/ci:v1 --bot acme-ci --hook-url https://prow.example.com/hook --hmac-path hmac --github-token-path token -- --provider gke',
  ],
  flags: onboardFlags,
  json: true,
  load: async () => (await import('./run-onboard.js')).runOnboard,
});
