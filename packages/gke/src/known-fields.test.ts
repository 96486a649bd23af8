import { describe, expect, it } from 'vitest';
import { checkKnownFields } from './known-fields.js';
import type { ClusterBody } from './request.js';
import { buildCluster } from './request.js';

const request = { name: 'trial', project: 'p', location: 'us-east1-b', labels: { a: 'b' } };

describe(checkKnownFields, () => {
  it('takes all that a request makes', async () => {
    const body = buildCluster({
      ...request,
      accelerators: [{ type: 'nvidia-l4', count: 1 }],
      maxRunDurationSeconds: 3600,
      maintenanceExclusion: { startMs: 0, endMs: 1000 },
      privateNodes: true,
      overrides: { addonsConfig: { gcePersistentDiskCsiDriverConfig: { enabled: true } }, nodePoolDefaults: {} },
    });
    await expect(checkKnownFields(body)).resolves.toBeUndefined();
  });

  it.each([
    ['a misspelt field', { loggingServise: 'none' }, 'loggingServise "none"'],
    ['a misspelt field within', { nodePools: [{ config: { spott: true } }] }, 'nodePools[0].config.spott'],
    ['a value that is none', { releaseChannel: { channel: 'FAST' } }, 'releaseChannel.channel "FAST"'],
    ['snake_case', { release_channel: { channel: 'RAPID' } }, 'release_channel'],
  ])('refuses %s, which the client would leave out in silence', async (_what, body, named) => {
    await expect(checkKnownFields(body as ClusterBody)).rejects.toMatchObject({
      code: 'INVALID',
      exitCode: 2,
      message: `cannot request cluster: the API does not know ${named}`,
    });
  });

  it('refuses a field of another type', async () => {
    await expect(checkKnownFields({ nodePools: 'many' } as unknown as ClusterBody)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('nodePools: array expected'),
    });
  });
});
