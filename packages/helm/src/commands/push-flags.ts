import { defineFlags } from '@seatrial/cli';

/** Flags of `seatrial-helm push`. */
export const pushFlags = defineFlags({
  'releases-path': {
    type: 'string',
    description: 'where releases are kept: gs:// or file://, or oci:// of a registry',
    env: 'SEATRIAL_RELEASES',
    placeholder: 'URI',
    required: true,
  },
  index: { type: 'boolean', description: 'bring index.yaml up to date, for helm repo add', default: false },
  latest: { type: 'boolean', description: 'move latest/ too', default: false },
  sha: { type: 'string', description: 'commit the chart was made of' },
  'dry-run': { type: 'boolean', description: 'look, say what would be done, and do nothing', default: false },
  helm: { type: 'string', description: 'the helm to run for oci://', env: 'HELM_BIN', placeholder: 'PATH' },
  'registry-config': {
    type: 'string',
    description: 'credentials for oci://, as docker keeps them',
    placeholder: 'FILE',
  },
  'plain-http': { type: 'boolean', description: 'for oci://: no TLS, as for loopback always' },
});
