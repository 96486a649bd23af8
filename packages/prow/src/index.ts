/**
 * Prow interoperability: what job this is, where its results belong, and the files that Prow, Deck, Gubernator and TestGrid
 * read there.
 *
 * @example
 * ```ts
 * import { createFinished, createStarted, parseJobEnvironment, writeFinished, writeStarted } from '@seatrial/prow';
 * import { createObjectStore } from '@seatrial/storage';
 *
 * const store = createObjectStore();
 * const job = parseJobEnvironment(process.env);
 * const started = createStarted(job, { timestampMs: Date.now() });
 * const { runUri } = await writeStarted(store, 'gs://ci-logs', job, started);
 * // … the tests, with their artifacts under `${runUri}/artifacts/` …
 * const finished = createFinished(job, { timestampMs: Date.now(), passed: true, result: 'SUCCESS' });
 * await writeFinished(store, runUri, finished);
 * ```
 *
 * @module
 */
export { ProwError } from './errors.js';
export type { ProwErrorCode } from './errors.js';
export { jobTypes, revisionOf } from './job.js';
export type { JobType, ProwJobInfo } from './job.js';
export type { Pull, Refs } from './refs.js';
export { formatPullRefs, parsePullRefs } from './pull-refs.js';
export type { PullRefs } from './pull-refs.js';
export { isProwEnvironment, parseJobEnvironment } from './job-environment.js';
export type { Env } from './job-environment.js';
export { formatJobEnvironment } from './environment-variables.js';
export { newBuildId } from './build-id.js';
export { resultPaths } from './result-paths.js';
export type { PathOptions, PathStrategy, ResultPaths } from './result-paths.js';
export { createStarted, parseStarted } from './started.js';
export type { Started } from './started.js';
export { createFinished, parseFinished } from './finished.js';
export type { Finished, FinishedResult } from './finished.js';
export type { Metadata, MetadataValue } from './metadata.js';
export { shouldWriteResults, writeFinished, writeStarted } from './results.js';
export type { ResultDuties, ResultWriter } from './results.js';
export { latestGreenUri, moveLatestGreen, readLatestGreen } from './latest-green.js';
export type { GreenStore, LatestGreen } from './latest-green.js';
export { createGithubClient } from './github/github-client.js';
export type { GithubClient } from './github/github-client.js';
export type { GithubConnection } from './github/github-call.js';
export type { GithubPull, GithubRepository, RepositoryName } from './github/repositories.js';
export type { GithubDelivery, GithubHook, GithubHookSettings } from './github/hooks.js';
export type { GithubInvitation, GithubPermission } from './github/collaborators.js';
export type { GithubStatus } from './github/statuses.js';
export { onboard } from './onboard/onboard.js';
export type { OnboardDeps, OnboardReport, OnboardSettings } from './onboard/onboard.js';
export { findConfigPlaces } from './onboard/config-places.js';
export type { ConfigPaths, ConfigPlace, ConfigPlaces } from './onboard/config-places.js';
export type { Step, StepState } from './onboard/step.js';
export { branchesOverlap, runsOnBranch } from './config/branches.js';
export type { BranchFilter } from './config/branches.js';
export { checkProwConfig } from './config/check-config.js';
export type { CheckConfigOptions, ConfigCheck } from './config/check-config.js';
export { needsExplicitTrigger, presubmitsOfComment } from './config/comment-commands.js';
export type { CommentQuestion } from './config/comment-commands.js';
export type {
  BranchJob,
  ConfiguredJob,
  Container,
  DecorationConfig,
  JobBase,
  Periodic,
  PodSpec,
  Position,
  Postsubmit,
  Presubmit,
  ProwConfig,
} from './config/job-config.js';
export { ConfigError, loadProwConfig } from './config/load-config.js';
export { formatFinding, problemCodes, warningNames } from './config/problem.js';
export type { ConfigProblem, ConfigWarning, ProblemCode, WarningName } from './config/problem.js';
export { compileRe2, differencesFromJavaScript } from './config/re2.js';
export type { Re2 } from './config/re2.js';
export { postsubmitRuns, presubmitRuns } from './config/should-run.js';
export type { ChangedFiles, PresubmitQuestion } from './config/should-run.js';
export { createProwJob } from './prowjob/create-prow-job.js';
export type { NewProwJobOptions } from './prowjob/create-prow-job.js';
export { connectCluster } from './prowjob/cluster.js';
export type { ProwJobCluster } from './prowjob/cluster.js';
export { prowJobDefinition } from './prowjob/definition.js';
export { findJob } from './prowjob/find-job.js';
export { formatYaml } from './prowjob/format-prow-job.js';
export { isEndState, parseProwJob, prowJobStates } from './prowjob/prow-job.js';
export type { ProwJob, ProwJobSpec, ProwJobState, ProwJobStatus } from './prowjob/prow-job.js';
export { completeRefs } from './prowjob/refs-under-test.js';
export type { Ask, KnownRefs, RefSource } from './prowjob/refs-under-test.js';
export { rerunLatest, rerunProwJob } from './prowjob/rerun.js';
export { runProwJob } from './prowjob/run-prow-job.js';
export type { RunOptions } from './prowjob/run-prow-job.js';
export { resultLinks } from './result-links.js';
export type { LinkOptions, ResultLinks } from './result-links.js';
export { runVerdict } from './readers/run-verdict.js';
export type { ListedFileTest, RunVerdict } from './readers/run-verdict.js';
export type { RunStore } from './readers/read-run.js';
export { parseJunitDocument } from './readers/junit-document.js';
export type { DocumentCase, DocumentNote, DocumentSuite } from './readers/junit-document.js';
export { isSpyglassJunitFile, parseJunitFileName } from './readers/junit-file-name.js';
export type { JunitFileName } from './readers/junit-file-name.js';
export type { Cell, CellResult } from './readers/cell.js';
export { testgridCell, testgridRows } from './readers/testgrid-rows.js';
export { explainOverall, testgridOverall } from './readers/testgrid-overall.js';
export type { ReadFinished, ReadStarted, RunFiles } from './readers/testgrid-overall.js';
export { testgridColumn, testgridHeader, testgridVersion } from './readers/testgrid-column.js';
export type { ColumnState } from './readers/testgrid-column.js';
export { deckRun } from './readers/deck.js';
export type { DeckRun } from './readers/deck.js';
export { spyglassPassed, spyglassTests } from './readers/spyglass.js';
export type { ListedTest } from './readers/spyglass.js';
export { gubernatorPassed, gubernatorTests } from './readers/gubernator.js';
export { describeArtifact } from './upload/artifact-types.js';
export type { ArtifactObject, ArtifactTypeOptions } from './upload/artifact-types.js';
export { uploadArtifacts } from './upload/upload-artifacts.js';
export type { ArtifactStore, UploadArtifactsOptions, UploadedFile } from './upload/upload-artifacts.js';
export { uploadRun } from './upload/upload-run.js';
export type { RunUploadStore } from './upload/upload-run.js';
export { jobMetadata } from './upload/job-metadata.js';
export { addJobs } from './testgrid/add-jobs.js';
export type { AnnotationProblem } from './testgrid/add-jobs.js';
export { readTestgridConfig, readTestgridDefaults } from './testgrid/read-config.js';
export type { ReadTestgridConfig } from './testgrid/read-config.js';
export type {
  AlertOptions,
  Dashboard,
  DashboardGroup,
  DashboardTab,
  TestGroup,
  TestgridConfig,
  TestgridDefaults,
} from './testgrid/testgrid-config.js';
export { validateTestgridConfig } from './testgrid/validate-config.js';
export type { TestgridProblem } from './testgrid/validate-config.js';
export { parseHmacTokens, tokensFor } from './webhook/hmac-tokens.js';
export type { HmacTokens } from './webhook/hmac-tokens.js';
export { isSignedBy, signBody } from './webhook/signature.js';
export type { SignatureHash } from './webhook/signature.js';
export { verifyWebhook } from './webhook/verify-request.js';
export type { WebhookRequest, WebhookVerdict } from './webhook/verify-request.js';
export { readWebhookEvent } from './webhook/webhook-event.js';
export type { WebhookEffect } from './webhook/webhook-event.js';
export { baseShaOf, commitState, commitStatus, statusDescription } from './status/commit-status.js';
export type { CommitStatus, ReportedJob } from './status/commit-status.js';
