import { z } from 'zod';
import { parseDuration } from './duration.js';

/** Tasks that every trial has; a check or a test may not take their names. */
export const reservedTaskNames = [
  'clone',
  'build',
  'create-cluster',
  'deploy',
  'collect',
  'teardown',
  'finalize',
] as const;

// A task's name becomes a file name, a junit context and a flag's value.
const taskName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'expected lower-case letters, digits and "-", at most 40')
  .refine((name) => !(reservedTaskNames as readonly string[]).includes(name), {
    error: `is the name of a task that every trial has (${reservedTaskNames.join(', ')})`,
  });
const dnsLabel = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a DNS label: lower-case letters, digits and "-"');
const duration = z.string().refine((text) => parseDuration(text) !== undefined, {
  error: 'expected a duration such as 90s, 5m or 1h30m',
});
const relativePath = z
  .string()
  .min(1, 'expected a path')
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
    error: 'expected a path inside the folder of this file, without ".."',
  });
const command = z.array(z.string()).min(1, 'expected a program and its arguments, for example [npm, test]');
const stringMap = z.record(z.string(), z.string());
const scalarMap = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const variant = z.strictObject({
  name: z.string().min(1),
  buildArgs: stringMap.default({}).describe('Over those of the image.'),
  tagSuffix: z
    .string()
    .regex(/^[\w.-]*$/, 'expected letters, digits and . _ -')
    .optional()
    .describe("Appended to the image's tag; - and the name when left out."),
});

const image = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/, 'expected a repository name: lower-case letters, digits and . _ - /')
    .describe('Repository of the image below the registry.'),
  context: relativePath.default('.').describe('Build context, relative to this file.'),
  dockerfile: relativePath.default('Dockerfile').describe('Dockerfile, relative to the context.'),
  target: z.string().optional().describe('Stage to build; the last one when left out.'),
  buildArgs: stringMap.default({}).describe('Values of ARG instructions.'),
  labels: stringMap.default({}).describe('Labels besides those that tell commit, version, source and time.'),
  prebuild: z
    .array(command)
    .default([])
    .describe('Programs and arguments, run in the folder of this file before the context is read, without a shell.'),
  files: z
    .array(z.union([relativePath, z.strictObject({ from: relativePath, to: relativePath })]))
    .optional()
    .describe('What the context consists of besides the Dockerfile; all of it when left out.'),
  platforms: z
    .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/, 'expected os/architecture, as linux/arm64'))
    .optional()
    .describe("Several make an index; the builder's own when left out."),
  variants: z
    .array(variant)
    .optional()
    .describe('Ways to build the image, each with a tag of its own; the first is the one that is deployed.'),
  imageValue: z
    .string()
    .optional()
    .describe('Dotted path in values.yaml that holds this image; that of the chart for the first image.'),
});

const chart = z.strictObject({
  path: relativePath.describe('Folder of the chart, relative to this file.'),
  imageValue: z.string().default('image').describe('Dotted path in values.yaml that holds the image.'),
  registry: z
    .string()
    .regex(/^oci:\/\/[^/\s]+\/\S+$/, 'expected oci://HOST/PATH')
    .optional()
    .describe('OCI registry that the chart is pushed to as well, oci://host/path.'),
});

const check = z.strictObject({
  name: taskName,
  command: command.describe('Program and arguments, run in the folder of this file, without a shell.'),
  timeout: duration.default('15m'),
});

const cluster = z.strictObject({
  nodes: z.int().min(1).max(100).default(1).describe('Nodes of the default pool.'),
  machineType: z.string().default('e2-standard-4'),
  location: z.string().default('us-east1-d').describe('Zone or region.'),
  version: z.string().optional().describe('Kubernetes version; that of the release channel when left out.'),
  releaseChannel: z.enum(['RAPID', 'REGULAR', 'STABLE']).default('REGULAR'),
  spot: z.boolean().default(false),
  accelerators: z
    .array(z.strictObject({ type: z.string(), count: z.int().min(1) }))
    .default([])
    .describe('GPUs of each node.'),
  timeout: duration.default('30m'),
  lifetime: duration.default('4h').describe('After this a janitor may delete the cluster, whatever became of the run.'),
});

const namedCluster = cluster.extend({
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/, 'expected lower-case letters, digits and "-", at most 20')
    .describe('Added to the names of the tasks on this cluster, and to that of the cluster.'),
  context: z
    .string()
    .optional()
    .describe(
      'Context of the kubeconfig that stands for it, for --provider kubeconfig; that of --context when left out.',
    ),
});

const deploy = z.strictObject({
  namespace: dnsLabel.optional().describe('Namespace of the release; the name of the trial when left out.'),
  release: dnsLabel.optional().describe('Helm release; the name of the trial when left out.'),
  values: z.array(relativePath).default([]).describe('Values files, relative to this file.'),
  set: scalarMap.default({}).describe('Single values, as helm --set.'),
  timeout: duration.default('5m'),
});

const retries = z
  .int()
  .min(0)
  .max(10)
  .default(0)
  .describe('How often it is run again when it fails; what passes at last is flaky.');

const helmTest = z.strictObject({
  name: taskName,
  type: z.literal('helm'),
  retries,
  timeout: duration.default('5m'),
});
const customResourceTest = z.strictObject({
  name: taskName,
  type: z.literal('custom-resource'),
  template: relativePath.describe('YAML of the resource; ${name}, ${namespace}, ${image} and params are filled in.'),
  params: stringMap.default({}),
  condition: z.string().default('Succeeded').describe('Condition that ends the test well when its status is True.'),
  failureConditions: z.array(z.string()).default(['Failed']),
  expectPods: stringMap
    .optional()
    .describe('Labels of pods that the resource must have brought about and owns; ${name} is filled in.'),
  expectServices: stringMap.optional().describe('Labels of services, in the same way.'),
  retries,
  timeout: duration.default('10m'),
});
const commandTest = z.strictObject({
  name: taskName,
  type: z.literal('command'),
  command: command.describe(
    'Run with KUBECONFIG, ARTIFACTS, NAMESPACE, RELEASE, IMAGE, IMAGE_DIGEST, COMMIT and HELM_CHART in its environment.',
  ),
  retries,
  timeout: duration.default('30m'),
});

/** Shape of `seatrial.yaml`. Every default is written here and nowhere else. */
export const configSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    name: dnsLabel.max(40).describe('Name of what is tried; job, cluster and namespace are named after it.'),
    image: image.optional().describe('The image; or name several in images.'),
    images: z
      .array(image)
      .min(1)
      .optional()
      .describe('The images, in the order they are built; the first is the one under test.'),
    chart,
    checks: z.array(check).default([]).describe('Lint, unit tests and the like: side by side, on the source.'),
    cluster: cluster.prefault({}).describe('The cluster; or name several in clusters.'),
    clusters: z
      .array(namedCluster)
      .min(1)
      .optional()
      .describe('Several clusters side by side, each with a deployment and all tests of its own.'),
    deploy: deploy.prefault({}),
    tests: z
      .array(z.discriminatedUnion('type', [helmTest, customResourceTest, commandTest]))
      .default([])
      .describe('Tests of the deployed operator: side by side, on the cluster.'),
    results: z.string().optional().describe('Where results go (gs:// or file://). Flag: --results.'),
    registry: z.string().optional().describe('Registry that images are pushed to. Flag: --registry.'),
    releases: z.string().optional().describe('Where charts are published (gs:// or file://). Flag: --releases.'),
    project: z.string().optional().describe('Google Cloud project of the clusters. Flag: --project.'),
  })
  .superRefine((config, context) => {
    if ((config.image === undefined) === (config.images === undefined)) {
      const both = config.image !== undefined;
      context.addIssue({
        code: 'custom',
        path: both ? ['images'] : [],
        input: config.images,
        message: both ? 'is there beside image; keep one of them' : 'has neither image nor images',
      });
    }
    const names = (config.clusters ?? []).map(({ name }) => name);
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      context.addIssue({
        code: 'custom',
        path: ['clusters', index, 'name'],
        input: name,
        message: 'is used twice; each cluster needs a name of its own',
      });
    });
    const seen = new Set<string>();
    for (const [list, tasks] of [
      ['checks', config.checks],
      ['tests', config.tests],
    ] as const) {
      tasks.forEach(({ name }, index) => {
        if (seen.has(name)) {
          context.addIssue({
            code: 'custom',
            path: [list, index, 'name'],
            input: name,
            message: 'is used twice; each task needs a name of its own',
          });
        }
        seen.add(name);
      });
    }
  });

/** A `seatrial.yaml` that was read and checked, defaults filled in. */
export type Config = z.output<typeof configSchema>;
export type ImageConfig = z.output<typeof image>;
export type CheckConfig = Config['checks'][number];
export type TestConfig = Config['tests'][number];

export type ClusterConfig = Config['cluster'] & { readonly name?: string; readonly context?: string | undefined };

/** JSON Schema (2020-12) of `seatrial.yaml`, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

/** All images of a config, however it names them. */
export function imagesOf({ image: single, images }: Pick<Config, 'image' | 'images'>): readonly ImageConfig[] {
  return images ?? (single === undefined ? [] : [single]);
}

/** All clusters of a config. One that stands alone has no name. */
export function clustersOf({ cluster, clusters }: Pick<Config, 'cluster' | 'clusters'>): readonly ClusterConfig[] {
  return clusters ?? [cluster];
}
