import type { BuildRequest, EngineIo } from './build-image.js';

/** What a builder made. */
export interface BuiltImage {
  /** Digest in the registry. Only when pushed. */
  readonly digest?: string | undefined;
  /** Whether a layer or manifest went to the registry: not when the same image was there already. */
  readonly moved: boolean;
}

/** Something that makes images of Dockerfiles. */
export interface ImageBuilder {
  /** What provenance names it by. */
  readonly name: 'docker' | 'buildkit' | 'cloudbuild';
  /**
   * Builds for one platform and puts the image into its registry when asked to.
   *
   * @throws {ReleaseError} `BUILD_FAILED` with the last lines of output as `detail`, and others
   */
  build(request: BuildRequest & { readonly push: boolean }, io?: EngineIo): Promise<BuiltImage>;
  /** Gives a pushed image another tag, where it can. */
  move?(from: string, to: string, io?: EngineIo): Promise<void>;
}
