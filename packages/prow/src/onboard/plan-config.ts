import { ProwError } from '../errors.js';
import type { ConfigPlace } from './config-places.js';
import { addDashboard } from './dashboard-entry.js';
import type { FileChange } from './file-change.js';
import { createJobConfigs } from './job-configs.js';
import { addJobs } from './job-file.js';
import type { OnboardSettings } from './onboard.js';
import { addTriggerPlugin } from './plugin-entry.js';
import type { Step } from './step.js';

/** Files of the config and the steps that they are. */
export interface ConfigPlan {
  readonly files: readonly FileChange[];
  readonly steps: readonly Step[];
}

/** Works out what to add to the config's files. Nothing is written. @throws {ProwError} `INVALID_CONFIG`, `INVALID_FLAG` */
export function planConfig(
  settings: OnboardSettings & { readonly branch: string; readonly dashboard: string },
): ConfigPlan {
  const { places } = settings;
  const plans = [
    places.jobs === undefined ? noPlace('jobs', '--job-config-path') : planJobs(settings, places.jobs),
    places.plugins === undefined ? noPlace('plugin', '--plugins-path') : planPlugin(settings, places.plugins),
    places.testgrid === undefined ? noPlace('dashboard', '--testgrid-path') : planDashboard(settings, places.testgrid),
  ];
  return { files: plans.flatMap(({ files }) => files), steps: plans.flatMap(({ steps }) => steps) };
}

function noPlace(step: string, flag: string): ConfigPlan {
  return { files: [], steps: [{ step, state: 'skipped', detail: `neither ${flag} nor --config-repo-dir was given` }] };
}

function change({ target, files }: ConfigPlace, after: string): FileChange {
  const before = files.find(({ path }) => path === target)?.text;
  return { path: target, before, after, isSecret: false };
}

function planJobs(settings: Parameters<typeof planConfig>[0], place: ConfigPlace): ConfigPlan {
  const { org, repo, name = repo, image, args = [], branch, cluster, cron = '0 3 * * *', dashboard } = settings;
  if (image === undefined) {
    throw new ProwError('INVALID_FLAG', '--image is missing: the jobs must run something', {
      hint: 'Give an image that has seatrial, git and helm in it.',
    });
  }
  const jobs = createJobConfigs({ org, repo, name, image, args, branch, cluster, cron, dashboard });
  const long = jobs.find(({ job }) => job.name.length > 63);
  if (long !== undefined) {
    throw new ProwError('INVALID_FLAG', `${long.job.name} is too long for a job: ${long.job.name.length} characters`, {
      hint: 'Give a shorter name with --name, so that jobs have 63 characters at most.',
    });
  }
  const { text, added } = addJobs(jobs, place.files, place.target);
  const details = {
    added: place.target,
    already: 'as it is to be',
    kept: 'left as it is, which is not as it would be written',
  } as const;
  const steps = added.map(({ name: job, state, place: where }): Step => {
    const detail = where === undefined ? details[state] : `${where}, ${details[state]}`;
    return { step: `job ${job}`, state: state === 'added' ? 'done' : 'already', detail };
  });
  return { files: unlessNothing(change(place, text)), steps };
}

function planPlugin({ org, repo }: OnboardSettings, place: ConfigPlace): ConfigPlan {
  const text = place.files.find(({ path }) => path === place.target)?.text ?? '';
  const { text: after, enabledFor } = addTriggerPlugin({ org, repo }, { path: place.target, text });
  const step: Step =
    enabledFor === undefined
      ? { step: 'plugin', state: 'done', detail: `trigger in ${place.target}` }
      : { step: 'plugin', state: 'already', detail: `trigger is enabled for ${enabledFor} in ${place.target}` };
  return { files: unlessNothing(change(place, after)), steps: [step] };
}

function planDashboard({ dashboard }: { readonly dashboard: string }, place: ConfigPlace): ConfigPlan {
  const { text, place: where } = addDashboard(dashboard, place.files, place.target);
  const step: Step =
    where === undefined
      ? { step: 'dashboard', state: 'done', detail: `${dashboard} in ${place.target}` }
      : { step: 'dashboard', state: 'already', detail: `${dashboard} in ${where}` };
  return { files: unlessNothing(change(place, text)), steps: [step] };
}

/** A file that is not there and gets nothing is none. */
function unlessNothing(file: FileChange): readonly FileChange[] {
  return file.before === undefined && file.after === '' ? [] : [file];
}
