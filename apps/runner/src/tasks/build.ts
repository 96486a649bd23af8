import { join } from 'node:path';
import { defineTask } from '@seatrial/pipeline';
import { imagesOf } from '../config/schema.js';
import { sourceDir, type Trial } from '../trial.js';
import type { cloneTask } from './clone.js';
import { reported } from './reported.js';

/** Output of `build`: what was built, and where it went. */
export interface BuildOutput extends Record<string, string | undefined> {
  /** Image by digest: what is deployed. */
  readonly image: string;
  /** Image by tag: what people read. */
  readonly imageTag: string;
  /** Packaged chart on this machine. */
  readonly chart: string;
  /** Packaged chart where it was published. */
  readonly chartUri?: string;
  readonly chartVersion: string;
}

export function buildTask(trial: Trial, clone: ReturnType<typeof cloneTask>) {
  const { chart } = trial.config;
  const images = imagesOf(trial.config);
  return defineTask({
    name: 'build',
    summary: 'build and push the image, package and publish the chart',
    needs: { clone },
    describe: () => [
      ...images.map(
        ({ context, dockerfile, name }) =>
          `docker build ${context} -f ${dockerfile}, push as ${trial.registry ?? '<registry>'}/${name}`,
      ),
      `helm package ${chart.path}, publish below ${trial.releasesUri ?? '<releases>'}`,
      ...(chart.registry === undefined ? [] : [`push the chart to ${chart.registry}`]),
    ],
    run: (context) =>
      reported<BuildOutput>(trial, context, async () => {
        const { buildRelease, imageTag, readSourceFacts } = await import('@seatrial/release');
        const { services, clock } = trial;
        const releasesUri = await services.releasesUri();
        const registries = await services.registries(context.signal);
        const { shortSha, diffHash, sha, dir } = context.inputs.clone;
        const built = await buildRelease({
          sourceDir: sourceDir(trial, dir),
          commit: sha,
          images,
          source: await readSourceFacts(dir, { signal: context.signal }),
          chart: { path: chart.path, imageValue: chart.imageValue },
          chartRegistry: chart.registry,
          registry: await services.registry(),
          releasesUri,
          tag: imageTag({ dateMs: clock.now(), shortSha, diffHash }),
          outDir: join(trial.workDir, 'release'),
          latest: false, // nothing has been tested yet
          ifPublished: 'keep', // a job that is run again builds the same commit
          builder: await services.builder(trial.builder ?? 'auto', registries),
          registries,
          attest: trial.attest ?? true,
          env: await services.env(),
          store: await services.store(),
          signal: context.signal,
          onLine: context.log,
          createFilter: () => trial.redact.stream(),
        });
        await trial.results.addFolder('release', join(trial.workDir, 'release'));
        return {
          output: {
            image: built.imageByDigest ?? built.image,
            imageTag: built.image,
            chart: built.chart.path,
            chartUri: built.chart.uri,
            chartVersion: built.chart.version,
          },
        };
      }),
    verify: async () => trial.provider !== 'sandbox', // its registry was gone with the run
  });
}
