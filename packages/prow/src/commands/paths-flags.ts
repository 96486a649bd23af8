import { defineFlags } from '@seatrial/cli';
import { resultFlags } from './shared-flags.js';

/** Flags of `seatrial-prow paths`. */
export const pathsFlags = defineFlags({
  ...resultFlags,
  'deck-url': { type: 'string', description: 'address of Deck: prints its pages of run and job', placeholder: 'URL' },
  'testgrid-url': {
    type: 'string',
    description: "address of TestGrid: prints the job's tab, with --testgrid-dashboard",
    placeholder: 'URL',
  },
  'testgrid-dashboard': {
    type: 'string',
    description: 'dashboard the job is on: annotation testgrid-dashboards',
    placeholder: 'NAME',
  },
  'testgrid-tab': { type: 'string', description: "tab of the job; by default the job's name", placeholder: 'NAME' },
});
