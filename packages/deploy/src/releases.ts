/** A test hook of a chart, as helm reports it. */
export interface HookTest {
  readonly name: string;
  /** `Succeeded`, `Failed`, `Running`, `Unknown`. */
  readonly phase: string;
  readonly startedMs?: number | undefined;
  readonly completedMs?: number | undefined;
  readonly log?: string | undefined;
}

/** What this package asks of helm; `Helm` of `@seatrial/helm` is one. */
export interface HelmReleases {
  install(request: {
    readonly release: string;
    readonly chart: string;
    readonly namespace: string;
    readonly createNamespace?: boolean;
    readonly upgradeIfExists?: boolean;
    readonly values?: readonly string[];
    readonly set?: Record<string, string>;
    readonly setString?: Record<string, string>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly wait?: boolean;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly revision?: number }>;
  /** Releases in every state; with `labels`, those that have all of them. */
  list?(options: {
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  }): Promise<readonly { readonly name: string }[]>;
  /** Frees a release whose operation was killed half way, if it has all of these labels. */
  recover?(request: {
    readonly release: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<unknown>;
  test(request: {
    readonly release: string;
    readonly namespace: string;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<readonly HookTest[]>;
  uninstall(request: {
    readonly release: string;
    readonly namespace: string;
    readonly timeoutMs: number;
    readonly wait?: boolean;
    readonly signal?: AbortSignal;
  }): Promise<unknown>;
  /** Goes back to a revision, or to the one before. */
  rollback?(request: {
    readonly release: string;
    readonly namespace: string;
    readonly revision?: number;
    readonly wait?: boolean;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<unknown>;
}
