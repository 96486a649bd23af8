import { describe, expect, it } from 'vitest';
import { classifyOutput } from './git.js';

// Lines as git 2.39 with curl 7.88 and OpenSSH 9.2 write them; hosts are shortened.
const outputs: [output: string, code: string | undefined][] = [
  ["fatal: unable to access 'https://host/o/n.git/': Could not resolve host: host", 'UNAVAILABLE'],
  ["fatal: unable to access 'https://host/o/n.git/': Failed to connect to host port 443 after 3 ms", 'UNAVAILABLE'],
  ["fatal: unable to access 'https://host/o/n.git/': The requested URL returned error: 502", 'UNAVAILABLE'],
  ["fatal: unable to access 'https://host/o/n.git/': The requested URL returned error: 429", 'UNAVAILABLE'],
  ["fatal: unable to access 'https://host/o/n.git/': Empty reply from server", 'UNAVAILABLE'],
  ["fatal: unable to access 'https://host/o/n.git/': Operation too slow. Less than 1 bytes/sec", 'UNAVAILABLE'],
  ['error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: INTERNAL_ERROR (err 2)', 'UNAVAILABLE'],
  ['error: RPC failed; curl 18 transfer closed with outstanding read data remaining', 'UNAVAILABLE'],
  ['fatal: the remote end hung up unexpectedly\nfatal: early EOF', 'UNAVAILABLE'],
  ['ssh: Could not resolve hostname host: Temporary failure in name resolution', 'UNAVAILABLE'],
  ['kex_exchange_identification: Connection closed by remote host', 'UNAVAILABLE'],
  ['ssh: connect to host h port 22: No route to host', 'UNAVAILABLE'],
  ["fatal: could not read Username for 'https://host': terminal prompts disabled", 'DENIED'],
  ["fatal: Authentication failed for 'https://host/o/n.git/'", 'DENIED'],
  ["fatal: unable to access 'https://host/o/n.git/': The requested URL returned error: 403", 'DENIED'],
  ['git@host: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'DENIED'],
  ["fatal: couldn't find remote ref pull/8/head", 'COMMIT_NOT_FOUND'],
  ['fatal: remote error: upload-pack: not our ref 01\nfatal: the remote end hung up unexpectedly', 'COMMIT_NOT_FOUND'],
  ["remote: Repository not found.\nfatal: repository 'https://host/o/n.git/' not found", 'REPOSITORY_NOT_FOUND'],
  ["fatal: 'gone' does not appear to be a git repository", 'REPOSITORY_NOT_FOUND'],
  // Trying again mends neither: a wrong certificate stays wrong, a full disk full.
  ["fatal: unable to access 'https://host/': server certificate verification failed. CAfile: none", undefined],
  ['fatal: write error: No space left on device', undefined],
];

describe(classifyOutput, () => {
  it.each(outputs)('takes %j for %s', (output, code) => {
    expect(classifyOutput(output)?.code).toBe(code);
  });
});
