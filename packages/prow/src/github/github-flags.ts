import { defineFlags } from '@seatrial/cli';

/** Flags of commands that talk to GitHub. The token comes from a file or the environment, never from an argument. */
export const githubFlags = defineFlags({
  'github-endpoint': {
    type: 'string',
    description: "address of GitHub's API, by default the public one",
    placeholder: 'URL',
    env: 'GITHUB_API_URL',
  },
  'github-token-path': {
    type: 'string',
    description: 'file with the token; without it GITHUB_TOKEN, else anonymous',
    placeholder: 'FILE',
  },
});
