/** What a client asks for. As protobufjs hands it over: what was left out is empty. */
export interface BuildRequest {
  readonly source?: {
    readonly storageSource?: { readonly bucket: string; readonly object: string } | null;
  } | null;
  readonly steps: readonly { readonly name: string; readonly args: readonly string[] }[];
  readonly images: readonly string[];
  readonly logsBucket: string;
  readonly tags: readonly string[];
}

export type BuildStatus = 'QUEUED' | 'WORKING' | 'SUCCESS' | 'FAILURE' | 'CANCELLED';

/** A build and what has become of it. */
export interface BuildRecord {
  readonly id: string;
  readonly project: string;
  readonly location: string;
  readonly request: BuildRequest;
  readonly createMs: number;
  status: BuildStatus;
  startMs?: number;
  finishMs?: number;
  failure?: { readonly type: 'FETCH_SOURCE_FAILED' | 'USER_BUILD_STEP' | 'PUSH_FAILED'; readonly detail: string };
  /** Pushed images with their digests. */
  pushed: readonly { readonly name: string; readonly digest: string }[];
  readonly cancel: AbortController;
}

/** `google.devtools.cloudbuild.v1.Build`. */
export function formatBuild(record: BuildRecord): Record<string, unknown> {
  const { id, project, location, request, status, failure, createMs, startMs, finishMs, pushed } = record;
  return {
    ...request,
    name: `projects/${project}/locations/${location}/builds/${id}`,
    id,
    projectId: project,
    status,
    createTime: timestamp(createMs),
    ...(startMs === undefined ? {} : { startTime: timestamp(startMs) }),
    ...(finishMs === undefined ? {} : { finishTime: timestamp(finishMs) }),
    ...(failure === undefined ? {} : { failureInfo: failure, statusDetail: failure.detail }),
    ...(status === 'SUCCESS' ? { results: { images: pushed } } : {}),
  };
}

function timestamp(ms: number): { readonly seconds: number; readonly nanos: number } {
  return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
}
