import { describe, expect, it } from 'vitest';
import type { ClusterRequest } from './request.js';
import { mergeFields } from './merge-fields.js';
import { buildCluster } from './request.js';

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
        machineType: 'g2-standard-24',
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

  it('takes the machine type that has so many GPUs', () => {
    const machineOf = (type: string, count: number) =>
      buildCluster({ ...base, accelerators: [{ type, count }] }).nodePools?.[1]?.config?.machineType;
    expect([machineOf('nvidia-l4', 1), machineOf('nvidia-l4', 8)]).toEqual(['g2-standard-8', 'g2-standard-96']);
    expect([machineOf('nvidia-tesla-t4', 2), machineOf('nvidia-h200-141gb', 8)]).toEqual([
      'n1-standard-8',
      'a3-ultragpu-8g',
    ]);
    // A type that came later than this table.
    expect(machineOf('nvidia-z9', 3)).toBe('n1-standard-8');
  });

  it('makes the pools that are named, each with the fields of the cluster unless it has its own', () => {
    const { nodePools } = buildCluster({
      ...base,
      machineType: 'n2-standard-8',
      spot: true,
      nodeCount: 2,
      nodePools: [
        { name: 'main' },
        {
          name: 'gpu',
          nodeCount: 1,
          spot: false,
          accelerator: { type: 'nvidia-l4', count: 1, driver: 'DEFAULT' },
          nodeLabels: { role: 'train' },
          taints: [{ key: 'gpu', value: 'yes', effect: 'NO_SCHEDULE' }],
          overrides: { autoscaling: { enabled: true, maxNodeCount: 3 }, config: { minCpuPlatform: 'Intel Ice Lake' } },
        },
      ],
    });
    expect(nodePools).toMatchObject([
      { name: 'main', initialNodeCount: 2, config: { machineType: 'n2-standard-8', spot: true } },
      {
        name: 'gpu',
        initialNodeCount: 1,
        autoscaling: { enabled: true, maxNodeCount: 3 },
        config: {
          machineType: 'g2-standard-8',
          minCpuPlatform: 'Intel Ice Lake',
          labels: { role: 'train' },
          taints: [{ key: 'gpu', value: 'yes', effect: 'NO_SCHEDULE' }],
          accelerators: [{ gpuDriverInstallationConfig: { gpuDriverVersion: 'DEFAULT' } }],
        },
      },
    ]);
    expect(nodePools?.[1]?.config).not.toHaveProperty('spot');
  });

  it('gives account and scopes to the nodes that autopilot makes', () => {
    const account = { serviceAccount: 'n@p.iam.gserviceaccount.com', oauthScopes: ['s'] };
    const body = buildCluster({ ...base, location: 'us-east1', autopilot: true, ...account });
    expect(body.autoscaling).toEqual({ autoprovisioningNodePoolDefaults: account });
  });

  it('names no pools with autopilot', () => {
    const body = buildCluster({ ...base, location: 'us-east1', autopilot: true });
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
    const overrides = {
      releaseChannel: { channel: 'RAPID' },
      ipAllocationPolicy: null,
      loggingService: 'none',
    } as const;
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
        message:
          'cannot request cluster: name "Trial": not a name; location "mars": neither a zone nor a region; ' +
          'labels "UP": not a key; labels.UP "a b": not a value; nodeCount 0: not a whole number of 1 or more',
        hint: expect.stringContaining('location: give a zone such as us-east1-b or a region such as us-east1'),
        exitCode: 2,
      }),
    );
  });

  const regional = { ...base, location: 'us-east1', autopilot: true };
  it.each([
    ['autopilot in a zone', { ...base, autopilot: true }, 'location "us-east1-b"', 'give the region us-east1'],
    [
      'autopilot with pools',
      { ...regional, nodePools: [{ name: 'a' }] },
      'nodePools ["a"]',
      'leave it or autopilot out',
    ],
    [
      'autopilot with accelerators',
      { ...regional, accelerators: [{ type: 'nvidia-l4', count: 1 }] },
      'accelerators ["nvidia-l4"]',
      'let pods ask for GPUs',
    ],
    [
      'autopilot with a machine type',
      { ...regional, machineType: 'e2-small' },
      'machineType "e2-small"',
      'autopilot out',
    ],
    ['autopilot with spot', { ...regional, spot: true }, 'spot true', 'autopilot out'],
    ['autopilot without a channel', { ...regional, releaseChannel: 'UNSPECIFIED' }, 'releaseChannel', 'take RAPID'],
    [
      'autopilot without workload identity',
      { ...regional, workloadIdentity: false },
      'workloadIdentity false',
      'leave it',
    ],
    ['no pools', { ...base, nodePools: [] }, 'nodePools []', 'name at least one'],
    ['two pools of a name', { ...base, nodePools: [{ name: 'a' }, { name: 'a' }] }, 'nodePools[1].name "a"', 'another'],
    ['a pool without a good name', { ...base, nodePools: [{ name: 'A' }] }, 'nodePools[0].name "A"', '1 to 40'],
    ['a small disk', { ...base, nodePools: [{ name: 'a', diskSizeGb: 5 }] }, 'nodePools[0].diskSizeGb 5', '10 or more'],
    [
      'an accelerator without a count',
      { ...base, accelerators: [{ type: 'nvidia-l4', count: Number.NaN }] },
      'accelerators[0].count NaN: not a number of nvidia-l4',
      'say how many GPUs',
    ],
    [
      'an accelerator without a type',
      { ...base, nodePools: [{ name: 'a', accelerator: { type: '', count: 1 } }] },
      'nodePools[0].accelerator.type ""',
      'give a type',
    ],
    [
      'more GPUs than a machine has',
      { ...base, accelerators: [{ type: 'nvidia-l4', count: 3 }] },
      'accelerators[0].count 3',
      'take 1, 2, 4, 8',
    ],
    [
      'GPUs on a machine without',
      { ...base, accelerators: [{ type: 'nvidia-l4', count: 1, machineType: 'e2-standard-4' }] },
      'accelerators[0].machineType "e2-standard-4": it has no nvidia-l4',
      'leave it out or take g2-standard-8',
    ],
    [
      'unknown GPUs on a family without',
      { ...base, nodePools: [{ name: 'a', machineType: 'e2-small', accelerator: { type: 'nvidia-z9', count: 1 } }] },
      'nodePools[0].machineType "e2-small"',
      'leave the machine type out',
    ],
    [
      'an exclusion of 31 days',
      { ...base, maintenanceExclusion: { startMs: 0, endMs: 31 * 86_400_000 } },
      'maintenanceExclusion',
      'at most 30 days',
    ],
    ['no time for nodes', { ...base, maxRunDurationSeconds: 0 }, 'maxRunDurationSeconds 0', '1 or more'],
  ] satisfies [string, ClusterRequest, string, string][])(
    'refuses %s, with the remedy',
    (_what, request, message, hint) => {
      expect(() => buildCluster(request)).toThrow(
        expect.objectContaining({
          code: 'INVALID',
          message: expect.stringContaining(message),
          hint: expect.stringContaining(hint),
        }),
      );
    },
  );

  it.each([
    ['GPUs on their machine', { accelerators: [{ type: 'nvidia-l4', count: 1, machineType: 'g2-standard-4' }] }],
    ['an exclusion of 30 days', { maintenanceExclusion: { startMs: 0, endMs: 30 * 86_400_000 } }],
    ['a disk of 10 GB', { diskSizeGb: 10 }],
    ['autopilot in a region', { location: 'us-east1', autopilot: true, spot: false }],
  ])('takes %s', (_what, fields) => {
    expect(buildCluster({ ...base, ...fields })).toMatchObject({ name: 'trial' });
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
