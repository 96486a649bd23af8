import { join } from 'node:path';
import { createHelm, findHelm, findWorkspaceHelm, type Helm } from '@seatrial/helm';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { watchFlags } from './commands/flags.js';
import { tempFolder } from './testing/temp-folder.js';

const CHART = join(import.meta.dirname, '../deploy/chart/seatrial-releaser');
const needed = {
  repo: 'owner/name',
  latestGreen: 'gs://results/latest_green.json',
  registry: 'registry.example.com/team',
  releases: 'gs://releases',
};
const secrets = {
  'secrets.githubToken.name': 'github',
  'secrets.dockerConfig.name': 'registry',
  'secrets.googleCredentials.name': 'google',
};

interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumes: readonly { readonly secret?: { readonly secretName: string } }[];
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
    readonly securityContext: Readonly<Record<string, unknown>>;
  }[];
}
interface Rendered {
  readonly kind: string;
  readonly spec?: { readonly replicas: number; readonly template: { readonly spec: Pod } };
}

async function openHelm(): Promise<Helm> {
  const env = { PATH: process.env['PATH'] };
  const binary = await findHelm({ env, workspaceCopy: findWorkspaceHelm });
  return createHelm({ binary, home: join(await tempFolder(), 'home'), env });
}

async function render(set: Readonly<Record<string, string>> = {}) {
  const text = await (await openHelm()).template(CHART, { set: { ...needed, ...set } });
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Rendered);
  const pod = objects.find(({ kind }) => kind === 'Deployment')?.spec?.template.spec;
  const [container] = pod?.containers ?? [];
  if (pod === undefined || container === undefined) throw new Error(`no Deployment in:\n${text}`);
  return { kinds: objects.map(({ kind }) => kind).sort(), pod, container };
}

describe('the chart seatrial-releaser', () => {
  it.each([
    ['with the least', {}],
    ['with everything', { ...secrets, project: 'p', dockerHost: 'tcp://engine:2375', builder: 'cloudbuild' }],
  ])('passes helm lint --strict %s', async (_what, set) => {
    const report = await (await openHelm()).lint(CHART, { strict: true, set: { ...needed, ...set } });
    expect(report).toMatchObject({ passed: true });
  });

  it('starts watch with flags that it has', async () => {
    const { container } = await render({ project: 'p' });
    const [name, ...flags] = container.args;
    expect(name).toBe('watch');
    const known = new Set([...Object.keys(watchFlags), 'log-level', 'log-format']);
    for (const flag of flags) expect(known).toContain(/^--([a-z-]+)=/.exec(flag)?.[1]);
    expect(flags).toContain('--latest-green=gs://results/latest_green.json');
  });

  it('has no role and no token, and runs as nobody special', async () => {
    const { kinds, pod, container } = await render();
    expect(kinds).toEqual(['Deployment', 'ServiceAccount']);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('takes secrets by reference only', async () => {
    const { pod, container } = await render(secrets);
    expect(container.env.find(({ name }) => name === 'GITHUB_TOKEN')).toEqual({
      name: 'GITHUB_TOKEN',
      valueFrom: { secretKeyRef: { name: 'github', key: 'token' } },
    });
    expect(pod.volumes.flatMap(({ secret }) => secret?.secretName ?? [])).toEqual(['registry', 'google']);
  });

  it.each([
    ['repo', { repo: '' }, 'repo is needed'],
    ['a place for releases that is none', { releases: 's3://b' }, 'releases'],
    ['a jitter above 1', { jitter: '1.5' }, 'jitter'],
    ['an unknown builder', { builder: 'kaniko' }, 'builder'],
  ])('rejects values without or with a wrong %s', async (_what, set, message) => {
    await expect(render(set)).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_RENDERED', message: expect.stringContaining(message) as string }) as Error,
    );
  });
});
