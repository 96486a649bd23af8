import { describe, expect, it } from 'vitest';
import type { ClusterRequest } from './request.js';
import { buildCluster, mergeFields } from './request.js';

const base: ClusterRequest = { name: 'trial', project: 'p', location: 'us-east1-b', labels: { 'seatrial-run': '1' } };

describe(buildCluster, () => {
  it('asks for one pool of one node by default', () => {
    expect(buildCluster(base)).toEqual({
      name: 'trial',
      resourceLabels: { 'seatrial-run': '1' },
      releaseChannel: { channel: 'REGULAR' },
      ipAllocationPolicy: { useIpAliases: true },
      workloadIdentityConfig: { workloadPool: 'p.svc.id.goog' },
      nodePools: [
        {
          name: 'default',
          initialNodeCount: 1,
          management: { autoRepair: true, autoUpgrade: true },
          config: {
            machineType: 'e2-standard-4',
            diskSizeGb: 50,
            diskType: 'pd-balanced',
            imageType: 'COS_CONTAINERD',
            oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
            resourceLabels: { 'seatrial-run': '1' },
            shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
            workloadMetadataConfig: { mode: 'GKE_METADATA' },
          },
        },
      ],
    });
  });

  it('gives accelerators a pool of their own, with drivers', () => {
    const { nodePools } = buildCluster({ ...base, accelerators: [{ type: 'nvidia-l4', count: 2 }] });
    expect(nodePools?.[1]).toMatchObject({
      name: 'gpu',
      config: {
        machineType: 'g2-standard-8',
        accelerators: [
          {
            acceleratorCount: '2',
            acceleratorType: 'nvidia-l4',
            gpuDriverInstallationConfig: { gpuDriverVersion: 'LATEST' },
          },
        ],
      },
    });
  });

  it('names no pools with autopilot', () => {
    const body = buildCluster({ ...base, autopilot: true });
    expect(body.autopilot).toEqual({ enabled: true });
    expect(body).not.toHaveProperty('nodePools');
  });

  it('passes node fields through', () => {
    const body = buildCluster({
      ...base,
      spot: true,
      serviceAccount: 'n@p.iam.gserviceaccount.com',
      maxRunDurationSeconds: 14_400,
      version: '1.33',
      privateNodes: true,
      maintenanceExclusion: { startMs: 1_000, endMs: 61_000 },
    });
    expect(body).toMatchObject({
      initialClusterVersion: '1.33',
      networkConfig: { defaultEnablePrivateNodes: true },
      maintenancePolicy: {
        window: { maintenanceExclusions: { seatrial: { startTime: { seconds: 1 }, endTime: { seconds: 61 } } } },
      },
      nodePools: [
        { config: { spot: true, serviceAccount: 'n@p.iam.gserviceaccount.com', maxRunDuration: { seconds: 14_400 } } },
      ],
    });
  });

  it('merges overrides over the rest and leaves the request as it is', () => {
    const overrides = { releaseChannel: { channel: 'RAPID' }, ipAllocationPolicy: null, loggingService: 'none' };
    const request = { ...base, overrides };
    const before = structuredClone(request);
    expect(buildCluster(request)).toMatchObject({ releaseChannel: { channel: 'RAPID' }, loggingService: 'none' });
    expect(buildCluster(request)).not.toHaveProperty('ipAllocationPolicy');
    expect(request).toEqual(before);
  });

  it('names every wrong field at once', () => {
    const wrong = { ...base, name: 'Trial', location: 'mars', nodeCount: 0, labels: { UP: 'a b' } };
    expect(() => buildCluster(wrong)).toThrow(
      expect.objectContaining({
        code: 'INVALID',
        message: expect.stringMatching(/name "Trial".*location "mars".*label key "UP".*value of label UP.*nodeCount/),
      }),
    );
  });

  it.each([
    ['40 characters', 'a'.repeat(40), true],
    ['41 characters', 'a'.repeat(41), false],
    ['a dash at the end', 'trial-', false],
  ])('judges a name of %s', (_what, name, accepted) => {
    const build = (): unknown => buildCluster({ ...base, name });
    if (accepted) expect(build()).toMatchObject({ name });
    else expect(build).toThrow('cannot request cluster');
  });
});

describe(mergeFields, () => {
  it('does not reach the prototype', () => {
    const merged = mergeFields({}, JSON.parse('{"__proto__": {"polluted": 1}}')) as Record<string, unknown>;
    expect(merged['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
