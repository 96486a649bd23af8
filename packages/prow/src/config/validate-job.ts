import { findCloneUriFault } from './clone-uri.js';
import { isDecorated } from './defaults.js';
import type { ConfiguredJob, JobBase } from './job-config.js';
import { isLabelValue, isQualifiedName } from './labels.js';
import type { ConfigProblem } from './problem.js';
import type { Plank } from './raw-config.js';
import { findDecorationFault, findWrittenFault } from './validate-decoration.js';
import { findPodFaults } from './validate-pod.js';
import type { Path } from './yaml-file.js';

/** A problem before it is known where its job was written: the path is below the job. */
export type Fault = Pick<ConfigProblem, 'code' | 'message' | 'hint'> & { readonly path: Path };

/** What a job is judged against. */
export interface JobSurroundings {
  readonly podNamespace: string;
  readonly plank: Plank;
  /** Whether Prow's main config was read; without it, what depends on it cannot be judged. */
  readonly hasMainConfig: boolean;
}

const NAME = /^[A-Za-z0-9-._]+$/;
// Jenkins has folders.
const JENKINS_NAME = /^[A-Za-z0-9-._]([A-Za-z0-9-._/]*[A-Za-z0-9-_])?$/;
/** What Prow knows how to check; of jobs for others it checks less. */
export const knownAgents: readonly string[] = ['kubernetes', 'jenkins', 'tekton-pipeline'];
const RESERVED_LABELS = ['prow.k8s.io/type', 'created-by-prow', 'prow.k8s.io/id'];

type Check = (configured: ConfiguredJob, surroundings: JobSurroundings) => readonly Fault[];

/**
 * What is wrong with a job by itself: the findings of the first check that has any, in Prow's order.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/config/config.go
 */
export function findJobFaults(configured: ConfiguredJob, surroundings: JobSurroundings): readonly Fault[] {
  const checks: readonly Check[] = [
    checkName,
    checkConcurrency,
    checkAgent,
    ({ type, job }) => (job.spec === undefined ? [] : findPodFaults(type, job, job.spec)),
    checkLabels,
    checkAnnotations,
    checkQueue,
    // Nor are these looked at in a job without a pod.
    ...(configured.job.spec === undefined ? [] : [checkRerunAuth, checkCloneUri, checkDecoration]),
  ];
  for (const check of checks) {
    const faults = check(configured, surroundings);
    if (faults.length > 0) return faults;
  }
  return [];
}

const checkName: Check = ({ job: { name, agent } }) => {
  if ((agent === 'jenkins' ? JENKINS_NAME : NAME).test(name ?? '')) return [];
  return [
    {
      code: 'NAME',
      message: name ? `not a job name: ${JSON.stringify(name)}` : 'the job has no name',
      hint: 'Use letters, digits, hyphens, dots and underscores.',
      path: ['name'],
    },
  ];
};

const checkConcurrency: Check = ({ job: { max_concurrency = 0 } }) =>
  max_concurrency >= 0
    ? []
    : [{ code: 'CONCURRENCY', message: `max_concurrency is ${max_concurrency}, below 0`, path: ['max_concurrency'] }];

const checkAgent: Check = ({ job }, { podNamespace, hasMainConfig }) => {
  const why = findAgentFault(job, hasMainConfig ? podNamespace : undefined);
  return why === undefined ? [] : [{ code: 'AGENT', ...why }];
};

function findAgentFault(
  job: JobBase,
  podNamespace: string | undefined,
): { readonly message: string; readonly path: Path } | undefined {
  const { agent = 'kubernetes', namespace, error_on_eviction } = job;
  if (!knownAgents.includes(agent)) return undefined;
  const isKubernetes = agent === 'kubernetes';
  const isTekton = agent === 'tekton-pipeline';
  const pipeline = ['pipeline_run_spec', 'tekton_pipeline_run_spec'].find((field) => job[field] !== undefined);
  if (job.spec !== undefined && !isKubernetes)
    return { message: `a pod spec, but the agent is ${agent}`, path: ['spec'] };
  if (job.spec === undefined && isKubernetes)
    return { message: 'no pod spec (spec), which the agent kubernetes needs', path: [] };
  if (pipeline !== undefined && !isTekton)
    return { message: `${pipeline}, but the agent is ${agent}`, path: [pipeline] };
  if (pipeline === undefined && isTekton)
    return { message: 'no pipeline run spec, which the agent tekton-pipeline needs', path: [] };
  if (isDecorated(job) && !isKubernetes) return { message: `decorated, but the agent is ${agent}`, path: ['decorate'] };
  if (error_on_eviction === true && !isKubernetes)
    return { message: `error_on_eviction, but the agent is ${agent}`, path: ['error_on_eviction'] };
  if (podNamespace !== undefined && !isTekton && namespace !== podNamespace) {
    return {
      message: `the namespace is ${JSON.stringify(namespace)}, but pods run in ${JSON.stringify(podNamespace)}`,
      path: ['namespace'],
    };
  }
  return undefined;
}

const checkLabels: Check = ({ job: { labels = {} } }) =>
  Object.entries(labels).flatMap(([key, value]): readonly Fault[] => {
    const why = RESERVED_LABELS.includes(key)
      ? `the label ${key} is Prow's own`
      : !isQualifiedName(key)
        ? `not a label's key: ${JSON.stringify(key)}`
        : !isLabelValue(value)
          ? `not a label's value: ${JSON.stringify(value)} of ${key}`
          : undefined;
    return why === undefined ? [] : [{ code: 'LABEL', message: why, path: ['labels', key] }];
  });

const checkAnnotations: Check = ({ job: { annotations = {} } }) =>
  Object.keys(annotations)
    .filter((key) => !isQualifiedName(key))
    .map((key) => ({
      code: 'ANNOTATION',
      message: `not an annotation's key: ${JSON.stringify(key)}`,
      path: ['annotations', key],
    }));

const checkQueue: Check = ({ job: { job_queue_name: queue } }, { plank, hasMainConfig }) =>
  !queue || !hasMainConfig || Object.hasOwn(plank.job_queue_capacities ?? {}, queue)
    ? []
    : [{ code: 'QUEUE', message: `the queue ${queue} is not in plank.job_queue_capacities`, path: ['job_queue_name'] }];

const checkRerunAuth: Check = ({ job: { rerun_auth_config: auth = {} } }) => {
  const lists = Object.entries(auth).filter(([, value]) => Array.isArray(value) && value.length > 0);
  return auth['allow_anyone'] === true && lists.length > 0
    ? [
        {
          code: 'RERUN-AUTH',
          message: `allow_anyone together with ${lists.map(([name]) => name).join(', ')}`,
          hint: 'Leave one of them.',
          path: ['rerun_auth_config'],
        },
      ]
    : [];
};

const checkCloneUri: Check = ({ job: { clone_uri, extra_refs = [], decoration_config: decoration } }) => {
  // Those of the extra refs are only looked at where the job has one itself.
  if (!clone_uri) return [];
  const overHttp = decoration?.['oauth_token_secret'] !== undefined;
  const all = [
    { uri: clone_uri, path: ['clone_uri'] },
    ...extra_refs.map(({ clone_uri: uri = '' }, at) => ({ uri, path: ['extra_refs', at, 'clone_uri'] })),
  ];
  for (const { uri, path } of all) {
    const message = findCloneUriFault(uri, overHttp);
    if (message !== undefined) return [{ code: 'CLONE-URI', message, path }];
  }
  return [];
};

const checkDecoration: Check = ({ job }, { hasMainConfig }) => {
  if (!isDecorated(job)) return [];
  // The defaults that complete a decoration are in the main config.
  const fault = hasMainConfig ? findDecorationFault(job.decoration_config) : findWrittenFault(job.decoration_config);
  if (fault !== undefined) {
    return [{ code: 'DECORATION', message: fault.message, path: ['decoration_config', fault.field] }];
  }
  const bare = (job.spec?.containers ?? []).findIndex(({ command = [], args = [] }) => ![...command, ...args][0]);
  return bare < 0
    ? []
    : [
        {
          code: 'DECORATION',
          message: `container ${bare} has neither command nor args, which a decorated one needs`,
          path: ['spec', 'containers', bare],
        },
      ];
};
