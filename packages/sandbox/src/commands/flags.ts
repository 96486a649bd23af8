import { defineFlags } from '@seatrial/cli';

const portBase = {
  type: 'number',
  description:
    'First of 100 fixed ports: storage, gke, registry, github, docker, cloudbuild, compute, and clusters from the tenth on.',
  placeholder: 'PORT',
} as const;

export const upFlags = defineFlags({
  'port-base': portBase,
  docker: {
    type: 'string',
    description: 'auto takes a Docker Engine that answers, off the stand-in, a Docker host that one.',
    default: 'auto',
    placeholder: 'auto|off|URL',
  },
  fault: {
    type: 'strings',
    description:
      'API[.METHOD][/PATH]:WHAT[:WHEN], such as storage:503:0.1, kubernetes.WATCH:stuck-watch:#1 or ' +
      'registry.GET/v2/*/blobs/*:half:#2. WHAT: a status or gRPC code, latency=250ms, stall, reset, drop (done, then ' +
      'cut), half (cut in the answer), stuck-watch. PATH: a glob. WHEN: a chance, #N or #N-M.',
    placeholder: 'FAULT',
  },
  authorization: {
    type: 'string',
    description: 'Who may do what in the clusters: everybody everything, or what their roles and bindings say.',
    choices: ['always-allow', 'rbac'],
    default: 'always-allow',
  },
  seed: { type: 'number', description: "Seed of the faults' chances.", default: 1 },
  'data-dir': { type: 'string', description: 'Where the folder of all data is made.', placeholder: 'DIR' },
  'operation-ms': { type: 'number', description: 'How long a GKE operation takes, in milliseconds.', default: 300 },
});

export const envFlags = defineFlags({ 'port-base': { ...portBase, description: 'Of the sandbox that is meant.' } });
