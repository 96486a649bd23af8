import { formatGraph, needsOf } from '@seatrial/pipeline';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config/schema.js';
import { describePlan, planSettings, withNeeds } from './plan.js';
import type { TrialSettings } from './trial.js';

const settings: TrialSettings = {
  config: configSchema.parse({
    version: 1,
    name: 'widgets',
    image: { name: 'widgets' },
    chart: { path: 'chart' },
    checks: [{ name: 'lint', command: ['npm', 'run', 'lint'] }],
    tests: [{ name: 'helm-test', type: 'helm' }],
  }),
  job: { type: 'periodic', job: 'widgets-e2e', buildId: '17', decorated: false, warnings: [] },
  source: { repo: '/src/widgets', revision: 'a'.repeat(40), configFolder: '' },
  provider: 'gke',
  resultsUri: 'file:///results',
  runUri: 'file:///results/logs/widgets-e2e/17',
  registry: 'registry.example.com/acme',
  keepCluster: false,
};

const selected = (options: Parameters<typeof planSettings>[1]): string[] =>
  [...planSettings(settings, options).selection.names].sort();

describe('a matrix of clusters', () => {
  const { config } = settings;
  const cluster = { nodes: 1 };
  const clusters = configSchema.parse({
    ...config,
    clusters: [
      { name: 'old', version: '1.33', ...cluster },
      { name: 'gpu', location: 'us-west1-b', accelerators: [{ type: 'nvidia-l4', count: 1 }], ...cluster },
    ],
  }).clusters;
  const matrix = { ...settings, config: { ...config, clusters } };

  it('has a track of tasks for each, side by side from the build on', () => {
    const { graph } = planSettings(matrix);
    const needs = Object.fromEntries(
      graph.tasks.map((task) => [task.name, [...needsOf(task), ...task.after].map(({ name }) => name).sort()]),
    );
    expect(needs).toMatchObject({
      'create-cluster-old': ['clone'],
      'create-cluster-gpu': ['clone'],
      'deploy-gpu': ['build', 'clone', 'create-cluster-gpu', 'lint'],
      'helm-test-gpu': ['build', 'clone', 'create-cluster-gpu', 'deploy-gpu'],
      'teardown-old': ['collect-old', 'create-cluster-old', 'deploy-old', 'helm-test-old'],
    });
    expect(needs['finalize']).toEqual(expect.arrayContaining(['teardown-old', 'teardown-gpu']));
    expect(Object.keys(needs)).not.toContain('deploy');
  });

  it('says of each cluster where it is', () => {
    const text = describePlan(planSettings(matrix));
    expect(text).toContain('create-cluster-gpu: bring a cluster up\n    create a GKE cluster in us-west1-b');
    expect(text).toContain('create a GKE cluster in us-east1-d');
  });

  it('cleans up only where something may be', () => {
    const { selection } = planSettings(matrix, { only: ['create-cluster-gpu'] });
    expect([...selection.names].sort()).toEqual(['collect-gpu', 'create-cluster-gpu', 'finalize', 'teardown-gpu']);
  });

  it('gives two trials on one cluster a namespace each', () => {
    const text = describePlan(planSettings({ ...matrix, provider: 'kubeconfig' }));
    expect(text).toContain('delete namespace widgets-old-17');
    expect(text).toContain('delete namespace widgets-gpu-17');
  });

  it('refuses a name that is there twice', () => {
    const twice = { ...config, clusters: [{ name: 'a' }, { name: 'a' }] };
    expect(configSchema.safeParse(twice).error?.issues).toMatchObject([{ path: ['clusters', 1, 'name'] }]);
  });
});

describe(planSettings, () => {
  it('lays the tasks out as the design has them', () => {
    const { graph } = planSettings(settings);
    const needs = Object.fromEntries(
      graph.tasks.map((task) => [task.name, [...needsOf(task), ...task.after].map(({ name }) => name).sort()]),
    );
    expect(needs).toMatchObject({
      clone: [],
      build: ['clone'],
      lint: ['clone'],
      'create-cluster': ['clone'],
      deploy: ['build', 'clone', 'create-cluster', 'lint'],
      'helm-test': ['build', 'clone', 'create-cluster', 'deploy'],
      teardown: ['collect', 'create-cluster', 'deploy', 'helm-test'],
    });
    expect(graph.tasks.filter(({ cleanup }) => cleanup).map(({ name }) => name)).toEqual([
      'collect',
      'teardown',
      'finalize',
    ]);
  });

  it('leaves out what needs a cluster when none is asked for', () => {
    expect(selected({ only: ['clone', 'build'], fresh: true })).toEqual(['build', 'clone', 'finalize']);
  });

  it('goes on from a task: it and what follows are done again, what they need is taken over', () => {
    const { selection, redo } = planSettings(settings, { from: ['deploy'] });
    expect([...redo].sort()).toEqual(['collect', 'deploy', 'finalize', 'helm-test', 'teardown']);
    expect([...selection.names].sort()).toEqual([
      'build',
      'clone',
      'collect',
      'create-cluster',
      'deploy',
      'finalize',
      'helm-test',
      'teardown',
    ]);
  });

  it('refuses to begin in the middle of a run that there is not yet', () => {
    expect(() => planSettings(settings, { from: ['deploy'], fresh: true })).toThrow(
      'deploy needs clone, which was left out',
    );
  });

  it('knows what a task needs', () => {
    const plan = planSettings(settings);
    expect([...withNeeds(plan, 'lint')].sort()).toEqual(['clone', 'lint']);
    expect([...withNeeds(plan, 'deploy')].sort()).toEqual(['build', 'clone', 'create-cluster', 'deploy']);
    expect(() => withNeeds(plan, 'dploy')).toThrow('there is no task "dploy"');
  });

  it('keeps the cleanup of a cluster that is asked for', () => {
    expect(selected({ only: ['clone', 'create-cluster'], fresh: true })).toEqual([
      'clone',
      'collect',
      'create-cluster',
      'finalize',
      'teardown',
    ]);
  });

  it('refuses a task whose need is left out, unless an earlier run has it', () => {
    const only = ['clone', 'create-cluster', 'deploy'];
    expect(() => planSettings(settings, { only, fresh: true })).toThrow(
      expect.objectContaining({ code: 'SETTING_MISSING', message: 'deploy needs build, which was left out' }),
    );
    expect(selected({ only })).toContain('deploy');
  });

  it('refuses a task that is not there and suggests one that is', () => {
    expect(() => planSettings(settings, { skip: ['helm-tset'] })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TASK', hint: expect.stringContaining('helm-test') }),
    );
  });
});

describe(describePlan, () => {
  it('says of each task what it would do', () => {
    const text = describePlan(planSettings(settings, { only: ['clone', 'build'] }));
    expect(text).toContain('git clone /src/widgets');
    expect(text).toContain('push as registry.example.com/acme/widgets');
    expect(text).not.toContain('helm install');
  });
});

describe(formatGraph, () => {
  it('draws the plan for Mermaid', () => {
    const { graph, selection } = planSettings(settings);
    expect(formatGraph(graph, 'mermaid', selection)).toMatch(/^(?:flowchart|graph) /);
  });
});
