import { ProwError } from '../errors.js';

/**
 * How a step ended: `done` now, `already` before, `planned` in a dry run, `pending` until somebody else acts, `skipped` for want
 * of a flag, `failed`.
 */
export type StepState = 'done' | 'already' | 'planned' | 'pending' | 'skipped' | 'failed';

/** One step of bringing a repository on board. */
export interface Step {
  readonly step: string;
  readonly state: StepState;
  /** What was found or done, in a line. Never holds a secret. */
  readonly detail: string;
  /** What is left to do and by whom, as an imperative sentence. */
  readonly todo?: string | undefined;
  /** Of a failed step: whether a service got in the way. */
  readonly infrastructure?: boolean;
}

/** Takes a step and turns GitHub's refusal into its failure, so that the steps after it are still taken. */
export async function takeStep(step: string, take: () => Promise<Omit<Step, 'step'>>): Promise<Step> {
  try {
    return { step, ...(await take()) };
  } catch (error) {
    if (!(error instanceof ProwError) || error.code !== 'GITHUB') throw error;
    const { message, hint, infrastructure } = error;
    return { step, state: 'failed', detail: message, todo: hint, infrastructure };
  }
}
