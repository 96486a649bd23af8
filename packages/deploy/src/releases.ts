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
    readonly wait?: boolean;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal;
  }): Promise<{ readonly revision?: number }>;
  /** Frees a release whose operation was killed half way. */
  recover?(request: {
    readonly release: string;
    readonly namespace: string;
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
}
