import type { Metadata, MetadataValue } from '@seatrial/prow';
import type { RunFacts } from '../api.js';
import type { RunJournal } from './journal-reader.js';
import type { RunFiles } from './run-heads.js';

/** What is known of a run besides its tasks and tests. Every part may be missing. */
export function factsOf({ head, started, finished }: RunFiles, journal: RunJournal, nowMs: number): RunFacts {
  const settings = child(journal.run?.meta, 'settings');
  const build = journal.tasks.get('build')?.output;
  const refs = child(child(settings, 'job'), 'refs');
  const repoUrl = repoUrlOf(text(refs, 'repo_link'), head.repo);
  const facts: Record<string, unknown> = {
    commitUrl: repoUrl !== undefined && head.commit !== undefined ? `${repoUrl}/commit/${head.commit}` : undefined,
    pullUrl: repoUrl !== undefined && head.pull !== undefined ? `${repoUrl}/pull/${head.pull}` : undefined,
    image: text(build, 'image'),
    imageTag: text(build, 'imageTag') ?? metadataText(finished?.metadata, 'image'),
    chart: text(build, 'chartVersion') ?? metadataText(finished?.metadata, 'chart'),
    chartUri: text(build, 'chartUri'),
    cluster: clusterOf(journal),
    nodeHours: nodeHoursOf(journal, settings, nowMs),
    provider: text(settings, 'provider'),
    host: started?.node,
    config: child(settings, 'config'),
  };
  return {
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    metadata: { ...flatten(started?.metadata), ...flatten(finished?.metadata) },
  };
}

/** Only https pages are linked to: a link is the one thing on the page that leads away. */
function repoUrlOf(link: string | undefined, repo: string | undefined): string | undefined {
  if (link !== undefined && URL.canParse(link) && new URL(link).protocol === 'https:') return link.replace(/\/+$/, '');
  return repo !== undefined && /^[\w.-]+\/[\w.-]+$/.test(repo) ? `https://github.com/${repo}` : undefined;
}

function clusterOf({ tasks }: RunJournal): RunFacts['cluster'] {
  const task = tasks.get('create-cluster');
  const handle = child(task?.output, 'handle') ?? task?.checkpoint;
  const name = text(handle, 'name');
  if (name === undefined) return undefined;
  const rest = ['project', 'location', 'version'].map((key) => [key, text(handle, key)] as const);
  return { name, ...Object.fromEntries(rest.filter(([, value]) => value !== undefined)) };
}

/** From when the cluster was asked for until it was deleted. Nothing is known of clusters the run did not make. */
function nodeHoursOf({ tasks, run }: RunJournal, settings: unknown, nowMs: number): number | undefined {
  const nodes = child(child(child(settings, 'config'), 'cluster'), 'nodes');
  const startedMs = tasks.get('create-cluster')?.startedMs;
  if (typeof nodes !== 'number' || startedMs === undefined || text(settings, 'provider') === 'kubeconfig') {
    return undefined;
  }
  const teardown = tasks.get('teardown');
  const endedMs = (teardown?.state === 'succeeded' ? teardown.endedMs : undefined) ?? run?.endedMs ?? nowMs;
  return (nodes * Math.max(0, endedMs - startedMs)) / 3_600_000;
}

function flatten(metadata: Metadata | undefined): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  const visit = (value: MetadataValue | unknown, path: string, depth: number): void => {
    if (typeof value !== 'object' || value === null) flat[path] = String(value);
    else if (Array.isArray(value)) flat[path] = value.join(', ');
    else if (depth < 5) for (const [key, one] of Object.entries(value)) visit(one, `${path}.${key}`, depth + 1);
  };
  for (const [key, value] of Object.entries(metadata ?? {})) visit(value, key, 0);
  return flat;
}

function metadataText(metadata: Metadata | undefined, key: string): string | undefined {
  const value = metadata?.[key];
  return typeof value === 'string' ? value : undefined;
}

/** A field of a value that may be anything. */
function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function text(value: unknown, key: string): string | undefined {
  const field = child(value, key);
  return typeof field === 'string' && field !== '' ? field : undefined;
}
