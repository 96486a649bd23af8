import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../api-error.js';
import { resources } from '../controllers/resources.js';
import type { Fields, KubeApi } from '../kube-api.js';
import { createTestApi, ManualClock } from '../nodes/testing.js';

let api: KubeApi;

beforeEach(() => {
  api = createTestApi(new ManualClock());
});

function createJob(spec: Fields): void {
  const { template = {}, labels, ...rest } = spec;
  const containers = [{ name: 'main', image: 'app:1' }];
  const pod = { metadata: { labels }, spec: { containers, restartPolicy: 'Never', ...template } };
  const metadata = { name: 'job', namespace: 'test' };
  api.create(resources.jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { template: pod, ...rest } });
}

/** What a write is refused for, each as `field: message`; nothing when it is carried out. */
function faultsOf(write: () => void): string[] {
  try {
    write();
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return (error.status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
  }
}

const faultsOfNew = (spec: Fields): string[] => faultsOf(() => createJob(spec));

function faultsOfChange(change: (spec: Fields) => void): string[] {
  return faultsOf(() => void api.modify(resources.jobs, 'test', 'job', ({ spec }) => change(spec ?? {})));
}

const exits = (onExitCodes: Fields): Fields => ({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes }] } });
const conditions = (onPodConditions: Fields[]): Fields => ({
  podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions }] },
});
const RULE = 'spec.podFailurePolicy.rules[0]';

describe('the failure policy of a Job', () => {
  it.each<[string, Fields, string[]]>([
    [
      'an operator',
      exits({ operator: 'Below', values: [1] }),
      [`${RULE}.onExitCodes.operator: Unsupported value: "Below": supported values: "In", "NotIn"`],
    ],
    [
      'no operator',
      exits({ values: [1] }),
      [`${RULE}.onExitCodes.operator: Required value: valid values: ["In" "NotIn"]`],
    ],
    [
      'a container that is not there',
      exits({ operator: 'In', values: [1], containerName: 'other' }),
      [
        `${RULE}.onExitCodes.containerName: Invalid value: "other": must be one of the container or initContainer names in the pod template`,
      ],
    ],
    [
      'no exit codes',
      exits({ operator: 'In', values: [] }),
      [`${RULE}.onExitCodes.values: Invalid value: []: at least one value is required`],
    ],
    [
      'more exit codes than there are failures',
      exits({ operator: 'In', values: Array.from({ length: 256 }, (_, index) => index + 1) }),
      [`${RULE}.onExitCodes.values: Too many: 256: must have at most 255 items`],
    ],
    [
      'success among the failures',
      exits({ operator: 'In', values: [0, 1] }),
      [`${RULE}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator`],
    ],
    [
      'codes out of order and twice',
      exits({ operator: 'NotIn', values: [2, 1, 1] }),
      [
        `${RULE}.onExitCodes.values[2]: Duplicate value: 1`,
        `${RULE}.onExitCodes.values: Invalid value: [2,1,1]: must be ordered`,
      ],
    ],
    [
      'a condition that is no name, with no such status',
      conditions([{ type: 'not ok', status: 'Maybe' }]),
      [
        expect.stringMatching(
          /^spec\.podFailurePolicy\.rules\[0\]\.onPodConditions\[0\]\.type: Invalid value: "not ok": /,
        ),
        `${RULE}.onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"`,
      ] as string[],
    ],
    [
      'too many conditions',
      conditions(Array.from({ length: 21 }, () => ({ type: 'Ready' }))),
      [`${RULE}.onPodConditions: Too many: 21: must have at most 20 items`],
    ],
    [
      'neither',
      { podFailurePolicy: { rules: [{ action: 'Ignore' }] } },
      [`${RULE}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`],
    ],
    [
      'both',
      {
        podFailurePolicy: {
          rules: [
            { action: 'Ignore', onExitCodes: { operator: 'In', values: [1] }, onPodConditions: [{ type: 'Ready' }] },
          ],
        },
      },
      [`${RULE}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`],
    ],
    [
      'another action',
      { podFailurePolicy: { rules: [{ action: 'Retry', onPodConditions: [{ type: 'Ready' }] }] } },
      [`${RULE}.action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore"`],
    ],
    [
      'an action for indexes',
      { podFailurePolicy: { rules: [{ action: 'FailIndex', onPodConditions: [{ type: 'Ready' }] }] } },
      [`${RULE}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`],
    ],
    [
      'too many rules',
      {
        podFailurePolicy: {
          rules: Array.from({ length: 21 }, () => ({ action: 'Ignore', onPodConditions: [{ type: 'Ready' }] })),
        },
      },
      ['spec.podFailurePolicy.rules: Too many: 21: must have at most 20 items'],
    ],
    [
      'pods that restart in place',
      { ...exits({ operator: 'In', values: [1] }), template: { restartPolicy: 'OnFailure' } },
      [
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
    ],
    [
      'pods that are replaced while they end',
      { ...exits({ operator: 'In', values: [1] }), podReplacementPolicy: 'TerminatingOrFailed' },
      ['spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"'],
    ],
  ])('is refused with %s', (_, spec, faults) => {
    expect(faultsOfNew(spec)).toEqual(faults);
  });

  it('may name 255 exit codes, of an init container too, and 20 conditions', () => {
    const values = Array.from({ length: 255 }, (_, index) => index + 1);
    const { podFailurePolicy } = exits({ operator: 'In', values, containerName: 'init' });
    const many = { action: 'Count', onPodConditions: Array.from({ length: 20 }, () => ({ type: 'Ready' })) };
    const template = { initContainers: [{ name: 'init', image: 'app:1' }] };
    expect(faultsOfNew({ podFailurePolicy: { rules: [...podFailurePolicy.rules, many] }, template })).toEqual([]);
  });
});

const indexed = { completionMode: 'Indexed', completions: 5, parallelism: 1 };
const succeeds = (...rules: Fields[]): Fields => ({ ...indexed, successPolicy: { rules } });

describe('the success policy of a Job', () => {
  it.each<[string, Fields, string]>([
    ['nothing to go by', {}, ': Required value: at least one of succeededCount or succeededIndexes must be specified'],
    [
      'an index it does not have',
      { succeededIndexes: '0-5' },
      '.succeededIndexes: Invalid value: "0-5": error parsing succeededIndexes: too large index: "5"',
    ],
    [
      'no numbers',
      { succeededIndexes: '0,x' },
      '.succeededIndexes: Invalid value: "0,x": error parsing succeededIndexes: cannot convert string to integer for index: "x"',
    ],
    [
      'an interval of three',
      { succeededIndexes: '0-1-2' },
      `.succeededIndexes: Invalid value: "0-1-2": error parsing succeededIndexes: the fragment "0-1-2" violates the requirement that an index interval can have at most two parts separated by '-'`,
    ],
    [
      'indexes out of order',
      { succeededIndexes: '2,1' },
      '.succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1',
    ],
    [
      'more than complete it',
      { succeededCount: 6 },
      '.succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)',
    ],
    [
      'more than it names',
      { succeededCount: 3, succeededIndexes: '0,2' },
      '.succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
    ],
  ])('is refused with %s', (_, rule, fault) => {
    expect(faultsOfNew(succeeds(rule))).toEqual([`spec.successPolicy.rules[0]${fault}`]);
  });

  it('may name any of the indexes in order, and at most so many', () => {
    const sets = fc.uniqueArray(fc.nat({ max: 4 }), { minLength: 1 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(sets, (indexes) => {
        const rule = { succeededIndexes: indexes.join(','), succeededCount: indexes.length };
        expect(faultsOfNew(succeeds(rule))).toEqual([]);
        api.delete(resources.jobs, 'test', 'job', { propagationPolicy: 'Background' });
      }),
      { numRuns: 20 },
    );
  });
});

describe('a Job', () => {
  it.each<[Fields, string]>([
    [
      { completionMode: 'Sorted' },
      'spec.completionMode: Unsupported value: "Sorted": supported values: "NonIndexed", "Indexed"',
    ],
    [
      { ...indexed, parallelism: 100_001 },
      'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
    [
      { ...indexed, backoffLimitPerIndex: 1, maxFailedIndexes: 6 },
      'spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions',
    ],
    [
      { ...indexed, completions: 100_001, backoffLimitPerIndex: 1 },
      'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
    ],
    [
      { managedBy: 'me' },
      'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
    [
      { template: { restartPolicy: 'Always' } },
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
  ])('of %j is refused', (spec, fault) => {
    expect(faultsOfNew(spec)).toEqual([fault]);
  });

  it.each<[string, Fields, (spec: Fields) => void, string]>([
    ['completions', {}, (spec) => (spec['completions'] = 2), '.completions: Invalid value: 2: field is immutable'],
    [
      'completions without as many pods at a time',
      indexed,
      (spec) => (spec['completions'] = 6),
      '.completions: Invalid value: 6: can only be modified in tandem with spec.parallelism',
    ],
    [
      'failure policy',
      exits({ operator: 'In', values: [1] }),
      (spec) => delete spec['podFailurePolicy'],
      '.podFailurePolicy: Invalid value: "null": field is immutable',
    ],
    [
      'limit per index',
      { ...indexed, backoffLimitPerIndex: 1 },
      (spec) => (spec['backoffLimitPerIndex'] = 2),
      '.backoffLimitPerIndex: Invalid value: 2: field is immutable',
    ],
    [
      'success policy',
      succeeds({ succeededCount: 1 }),
      (spec) => (spec['successPolicy'].rules[0].succeededCount = 2),
      '.successPolicy: Invalid value: {"rules":[{"succeededCount":2}]}: field is immutable',
    ],
  ])('keeps its %s', (_, spec, change, fault) => {
    createJob(spec);
    expect(faultsOfChange(change)).toEqual([`spec${fault}`]);
  });

  it('keeps its selector', () => {
    createJob({});
    const [fault, ...rest] = faultsOfChange((spec) => (spec['selector'].matchLabels['more'] = 'x'));
    expect(fault).toMatch(/^spec\.template\.metadata\.labels: .*does not match template/);
    expect(rest).toEqual([expect.stringMatching(/^spec\.selector: Invalid value: .*: field is immutable$/)]);
  });

  it('of indexes grows and shrinks with its pods', () => {
    createJob(indexed);
    expect(faultsOfChange((spec) => Object.assign(spec, { completions: 7, parallelism: 7 }))).toEqual([]);
  });

  it('may be sent elsewhere until it has begun, and nothing else of its pods may change', () => {
    createJob({ suspend: true });
    const move = (spec: Fields): void => void (spec['template'].spec.nodeSelector = { zone: 'a' });
    expect(faultsOfChange(move)).toEqual([]);
    const immutable = [expect.stringMatching(/^spec\.template: Invalid value: .*: field is immutable$/)];
    expect(faultsOfChange((spec) => (spec['template'].spec.containers[0].image = 'b'))).toEqual(immutable);
    expect(faultsOfChange((spec) => (spec['suspend'] = false))).toEqual([]);
    expect(faultsOfChange((spec) => (spec['template'].spec.nodeSelector = { zone: 'b' }))).toEqual(immutable);
  });
});

describe('what selects the pods of a Job', () => {
  const uid = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
  const job = (): Fields => api.get(resources.jobs, 'test', 'job')?.spec ?? {};

  it('is generated, beside the labels of the template', () => {
    createJob({ labels: { app: 'mine' }, suspend: true });
    expect(job()['selector']).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
    expect(job()['template'].metadata.labels).toEqual({
      app: 'mine',
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': 'job',
      'controller-uid': uid,
      'job-name': 'job',
    });
  });

  it('is refused when it is of another Job', () => {
    expect(faultsOfNew({ selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'other' } } })).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"batch.kubernetes.io/controller-uid":"other"}}: `selector` not auto-generated',
      expect.stringMatching(/^spec\.template\.metadata\.labels: .*`selector` does not match template `labels`$/),
    ]);
  });

  it('is refused with labels of another Job', () => {
    expect(faultsOfNew({ labels: { 'job-name': 'other' } })).toEqual([
      expect.stringMatching(
        /^spec\.template\.metadata\.labels\[job-name\]: Invalid value: map\[string\]string\{.*\}: must be 'job'$/,
      ),
    ]);
  });

  it('is refused when it is by hand and does not say so', () => {
    const selector = { matchLabels: { app: 'mine' } };
    expect(faultsOfNew({ selector })[0]).toMatch(/^spec\.selector: .*: `selector` not auto-generated$/);
  });
});
