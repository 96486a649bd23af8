import { defineCommand, defineFlags } from '@seatrial/cli';

const hmacFile = {
  type: 'string',
  description: 'file of the webhook keys: one key, or YAML of keys by org/repo, org and *',
  placeholder: 'FILE',
  required: true,
} as const;
const body = { name: 'body', description: 'file of the request body; stdin without it' } as const;

/** Flags of `seatrial-prow webhook verify`. */
export const verifyFlags = defineFlags({
  'hmac-file': hmacFile,
  headers: {
    type: 'string',
    description: 'file of the request headers, a "Name: value" in each line',
    placeholder: 'FILE',
    required: true,
  },
  method: { type: 'string', description: 'HTTP method of the request', default: 'POST' },
  'allow-sha1': {
    type: 'boolean',
    description: 'take X-Hub-Signature where there is no X-Hub-Signature-256',
    default: false,
  },
});

/** Flags of `seatrial-prow webhook sign`. */
export const signFlags = defineFlags({
  'hmac-file': hmacFile,
  hash: { type: 'string', description: 'hash to sign with', choices: ['sha256', 'sha1'], default: 'sha256' },
});

/** `seatrial-prow webhook`. */
export const webhookCommand = defineCommand({
  name: 'webhook',
  summary: "check and make signatures of GitHub's webhooks",
  examples: ['seatrial-prow webhook verify --hmac-file hmac --headers headers body.json'],
  commands: [
    defineCommand({
      name: 'verify',
      summary: 'check a webhook as Prow does, and print which jobs it concerns',
      description:
        'Prints the HTTP status that Prow would answer with, and what the event asks it to do with jobs. Exits with 1 when the webhook is refused.',
      examples: [
        'seatrial-prow webhook verify --hmac-file hmac --headers headers body.json',
        'seatrial-prow webhook verify --hmac-file hmac --headers headers < body.json',
      ],
      arguments: [body],
      flags: verifyFlags,
      json: true,
      load: async () => (await import('./webhook.js')).verify,
    }),
    defineCommand({
      name: 'sign',
      summary: 'print the signature of a body',
      description: "Signs with the first key of the body's repository, for trials of a webhook's receiver.",
      examples: ['seatrial-prow webhook sign --hmac-file hmac body.json'],
      arguments: [body],
      flags: signFlags,
      load: async () => (await import('./webhook.js')).sign,
    }),
  ],
});
