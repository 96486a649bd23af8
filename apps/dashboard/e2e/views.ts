import { JOB, RUNS } from '../src/testing/fixtures.js';

/** Each view, and what is there once it has been read. */
export const VIEWS: readonly (readonly [name: string, path: string, ready: string])[] = [
  ['jobs', '', '.jobs .rate'],
  ['pulls', 'pulls', '.pull-job'],
  ['grid', `grid/${JOB}`, '.grid-body .cell'],
  ['run', `run/${RUNS.failedDeploy}`, '.line-text'],
  ['tests', `run/${RUNS.failedTest}?tab=tests`, '.history'],
  ['artifacts', `run/${RUNS.failedDeploy}?tab=artifacts&file=artifacts/junit_deploy.xml`, '.line-text'],
  ['facts', `run/${RUNS.passedWithLargerNodes}?tab=facts`, '.facts pre'],
  ['in progress', `run/${RUNS.inProgress}`, '.following-live'],
  ['compare', `compare?a=${RUNS.failedTest}&b=${RUNS.passedWithLargerNodes}`, '.durations'],
];
