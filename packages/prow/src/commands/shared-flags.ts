import { defineFlags } from '@seatrial/cli';

/** Where results go, and by which paths. */
export const resultFlags = defineFlags({
  results: {
    type: 'string',
    description: 'where results are kept, gs:// or file://',
    env: 'SEATRIAL_RESULTS',
    placeholder: 'URI',
    required: true,
  },
  'path-strategy': {
    type: 'string',
    description: 'how repositories show up in paths',
    choices: ['explicit', 'legacy', 'single'],
    default: 'explicit',
  },
  'default-org': { type: 'string', description: 'org that legacy and single leave out', placeholder: 'ORG' },
  'default-repo': { type: 'string', description: 'repo that legacy and single leave out', placeholder: 'REPO' },
});

/** For commands that write what Prow's sidecar writes in decorated jobs. */
export const writeFlags = defineFlags({
  ...resultFlags,
  force: { type: 'boolean', description: "write in a decorated job too, where Prow's sidecar does", default: false },
  revision: {
    type: 'string',
    description: 'commit that is tested, where it is not the one of the job',
    placeholder: 'SHA',
  },
  metadata: { type: 'pairs', description: 'metadata of the run' },
});
