import type { Periodic, Postsubmit, Presubmit } from '../config/job-config.js';
import type { RepositoryName } from '../github/repositories.js';

/** What the jobs of a repository are made of. */
export interface JobSettings extends RepositoryName {
  /** Stands for the repository in names of jobs and tabs. */
  readonly name: string;
  /** Has `seatrial`, git and helm in it. */
  readonly image: string;
  /** Follow `seatrial e2e`. */
  readonly args: readonly string[];
  /** Branch of postsubmit and periodic. */
  readonly branch: string;
  /** Build cluster. @default Prow's default one */
  readonly cluster: string | undefined;
  /** Five fields, UTC. */
  readonly cron: string;
  /** Dashboard that each job gets a tab on. */
  readonly dashboard: string;
}

/** A job to add and where in a job config it belongs. */
export type NewJob =
  | { readonly type: 'presubmit'; readonly path: readonly ['presubmits', string]; readonly job: Presubmit }
  | { readonly type: 'postsubmit'; readonly path: readonly ['postsubmits', string]; readonly job: Postsubmit }
  | { readonly type: 'periodic'; readonly path: readonly ['periodics']; readonly job: Periodic };

/** The three jobs of a repository: pull requests, the branch after each merge, and the branch every night. */
export function createJobConfigs(settings: JobSettings): readonly [NewJob, NewJob, NewJob] {
  const { org, repo, name, branch, cron } = settings;
  const key = `${org}/${repo}`;
  const branches = [`^${escapeRegExp(branch)}$`];
  const pull = `pull-${name}-e2e`;
  const post = `ci-${name}-e2e`;
  const nightly = `ci-${name}-e2e-nightly`;
  return [
    {
      type: 'presubmit',
      path: ['presubmits', key],
      job: { name: pull, always_run: true, ...common(settings, `End-to-end trial of ${key}'s pull requests.`, pull) },
    },
    {
      type: 'postsubmit',
      path: ['postsubmits', key],
      job: { name: post, branches, ...common(settings, `End-to-end trial of ${key} after each merge.`, post) },
    },
    {
      type: 'periodic',
      path: ['periodics'],
      job: {
        name: nightly,
        cron,
        extra_refs: [{ org, repo, base_ref: branch }],
        ...common(settings, `End-to-end trial of ${key} every night.`, nightly),
      },
    },
  ];
}

function common({ image, args, cluster, dashboard }: JobSettings, description: string, name: string) {
  return {
    ...(cluster === undefined ? {} : { cluster }),
    decorate: true,
    // After the timeout a trial still has its cluster to delete.
    decoration_config: { timeout: '2h', grace_period: '15m' },
    // Two trials at once would be two clusters of one repository.
    max_concurrency: name.startsWith('pull-') ? 5 : 1,
    annotations: { 'testgrid-dashboards': dashboard, 'testgrid-tab-name': name, description },
    spec: { containers: [{ image, command: ['seatrial', 'e2e'], ...(args.length === 0 ? {} : { args: [...args] }) }] },
  };
}

/** For RE2. */
function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
