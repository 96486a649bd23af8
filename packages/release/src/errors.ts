/** What went wrong, for programs. */
export type ReleaseErrorCode =
  /** No git to run. */
  | 'GIT_MISSING'
  /** git ended with an error of no known kind. */
  | 'GIT_FAILED'
  /** No repository at this path or URL. */
  | 'REPOSITORY_NOT_FOUND'
  /** The repository has no such commit, branch, tag or pull request. */
  | 'COMMIT_NOT_FOUND'
  /** The repository or registry does not let us. */
  | 'DENIED'
  /** The repository or registry does not answer. */
  | 'UNAVAILABLE'
  /** A pull request does not merge into its base. */
  | 'MERGE_CONFLICT'
  /** A work tree has changes where none are wanted. */
  | 'DIRTY_TREE'
  /** The folder to check out into holds something that is not ours. */
  | 'FOLDER_TAKEN'
  /** The build context is not a folder. */
  | 'CONTEXT_MISSING'
  | 'DOCKERFILE_MISSING'
  /** The Docker Engine does not answer. */
  | 'ENGINE_UNREACHABLE'
  /** The Docker Engine refused a request, or broke off. */
  | 'ENGINE_FAILED'
  /** A step of the Dockerfile failed. */
  | 'BUILD_FAILED'
  | 'PUSH_FAILED'
  /** The registry refused a request, or answered with something that cannot be. */
  | 'REGISTRY_FAILED'
  /** A command that prepares a build failed. */
  | 'PREBUILD_FAILED'
  /** The build service refused or lost a build, for no fault of the Dockerfile. */
  | 'CLOUD_BUILD_FAILED'
  /** A record in storage that cannot be read. */
  | 'INVALID_RECORD'
  /** The releases cannot be published: their bucket is not there. */
  | 'BUCKET_MISSING'
  /** Nothing has been recorded as passing yet. */
  | 'NO_GREEN_COMMIT'
  /** An option that cannot be used as it stands. */
  | 'INVALID_OPTION';

const infrastructureCodes: ReadonlySet<ReleaseErrorCode> = new Set([
  'GIT_MISSING',
  'DENIED',
  'UNAVAILABLE',
  'ENGINE_UNREACHABLE',
  'ENGINE_FAILED',
  'PUSH_FAILED',
  'REGISTRY_FAILED',
  'CLOUD_BUILD_FAILED',
]);

const usageCodes: ReadonlySet<ReleaseErrorCode> = new Set(['INVALID_OPTION', 'DIRTY_TREE', 'BUCKET_MISSING']);

/** Facts of a failure beside its message. */
export interface ReleaseErrorFacts extends ErrorOptions {
  readonly hint?: string | undefined;
  readonly detail?: string | undefined;
  readonly childExitCode?: number | undefined;
  readonly httpStatus?: number | undefined;
}

/** Everything this package throws. Match on `code`; `cause` keeps the original. */
export class ReleaseError extends Error {
  static {
    this.prototype.name = 'ReleaseError'; // on the prototype: not printed as a field
  }
  readonly code: ReleaseErrorCode;
  /** One imperative sentence: what the reader can do about it. */
  readonly hint: string | undefined;
  /** Last lines of output of git or of the build, for reports. Without secrets. */
  readonly detail: string | undefined;
  /** What git, or the step of the Dockerfile, ended with. */
  readonly childExitCode: number | undefined;
  /** What a command line ends with because of this: 2 for wrong usage; undefined leaves it to the caller. */
  readonly exitCode: 2 | undefined;
  /** What the Docker Engine answered with. */
  readonly httpStatus: number | undefined;
  /** True when this says nothing about the code: a service is missing, out of reach or refuses. */
  readonly infrastructure: boolean;

  constructor(code: ReleaseErrorCode, message: string, facts: ReleaseErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.hint = facts.hint;
    this.detail = facts.detail;
    this.childExitCode = facts.childExitCode;
    this.exitCode = usageCodes.has(code) ? 2 : undefined;
    this.httpStatus = facts.httpStatus;
    this.infrastructure = infrastructureCodes.has(code);
  }
}
