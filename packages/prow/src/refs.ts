import { z } from 'zod';

/**
 * What to check out, with Prow's own field names. Fields not listed here are kept.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/apis/prowjobs/v1/types.go
 */
export interface Refs {
  readonly org: string;
  readonly repo: string;
  readonly repo_link?: string | undefined;
  readonly base_ref?: string | undefined;
  readonly base_sha?: string | undefined;
  readonly base_link?: string | undefined;
  readonly pulls?: readonly Pull[] | undefined;
  readonly path_alias?: string | undefined;
  readonly clone_uri?: string | undefined;
  readonly workdir?: boolean | undefined;
  /** Checked out beside what is tested; says nothing about the revision. */
  readonly auxiliary?: boolean | undefined;
  readonly [field: string]: unknown;
}

/** A pull request, with Prow's own field names. Fields not listed here are kept. */
export interface Pull {
  readonly number: number;
  readonly author?: string | undefined;
  readonly sha: string;
  readonly title?: string | undefined;
  /** What to fetch, where it is not `pull/<number>/head`. */
  readonly ref?: string | undefined;
  readonly head_ref?: string | undefined;
  readonly link?: string | undefined;
  readonly [field: string]: unknown;
}

const text = z.string().optional();
const flag = z.boolean().optional();

export const pullSchema = z.looseObject({
  number: z.int(),
  author: text,
  sha: z.string().default(''),
  title: text,
  ref: text,
  head_ref: text,
  link: text,
  commit_link: text,
  author_link: text,
});

export const refsSchema = z.looseObject({
  org: z.string().default(''),
  repo: z.string().default(''),
  repo_link: text,
  base_ref: text,
  base_sha: text,
  base_link: text,
  pulls: z.array(pullSchema).optional(),
  path_alias: text,
  clone_uri: text,
  workdir: flag,
  auxiliary: flag,
  skip_submodules: flag,
  skip_fetch_head: flag,
  blobless_fetch: flag,
  clone_depth: z.int().optional(),
  sparse_checkout_files: z.array(z.string()).optional(),
});
