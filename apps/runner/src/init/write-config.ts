import { posix } from 'node:path';
import type { ChartFacts, Survey } from './survey.js';

/** A commented `seatrial.yaml` of what was found; what was not is left to be filled in, and says so. */
export function formatConfig(found: Survey): string {
  const [dockerfile] = found.dockerfiles;
  const [chart] = found.charts;
  return [
    '# The trial of this operator: `seatrial e2e`. Paths are relative to this file.',
    '# Every field: docs/config.md of Seatrial; seatrial.schema.json for editors.',
    '',
    'version: 1',
    '',
    '# The job and the cluster are named after it.',
    `name: ${found.name}`,
    '',
    ...imageSection(found.name, dockerfile, found.dockerfiles.slice(1)),
    '',
    ...chartSection(chart, found.charts.slice(1)),
    '',
    ...checkSection(found.checks),
    '',
    '# A GKE cluster for the trial, deleted after it. Left alone with --provider kubeconfig.',
    'cluster:',
    '  nodes: 1',
    '  machineType: e2-standard-4',
    '  # Zone or region.',
    '  location: us-east1-d',
    '',
    '# How the chart is installed; the timeout is for all that it brings to be ready.',
    'deploy:',
    '  timeout: 5m',
    '',
    ...testSection(found, chart),
    '',
  ].join('\n');
}

function imageSection(name: string, dockerfile: string | undefined, others: readonly string[]): readonly string[] {
  const context = dockerfile === undefined ? '.' : posix.dirname(dockerfile);
  return [
    '# The image: pushed as <registry>/<name>:<tag>, where the tag comes from the commit.',
    'image:',
    `  name: ${name}`,
    '  # Folder that is sent to the builder, less what .dockerignore names.',
    `  context: ${context}`,
    dockerfile === undefined
      ? '  # No Dockerfile was found: write one, or name it here, relative to the context.'
      : '  # Relative to the context.',
    `  dockerfile: ${dockerfile === undefined ? 'Dockerfile' : posix.basename(dockerfile)}`,
    ...others.map((path) => `  # Also found: ${path}`),
  ];
}

function chartSection(chart: ChartFacts | undefined, others: readonly ChartFacts[]): readonly string[] {
  return [
    '# The chart: copied, given the built image and a version of its own, packaged and published.',
    'chart:',
    ...(chart === undefined ? ['  # No Chart.yaml was found: name the folder of the chart.'] : []),
    `  path: ${chart?.path ?? 'chart'}`,
    chart?.imageValue === undefined
      ? '  # Dotted path of the value in values.yaml that holds the image; none was found by that name.'
      : '  # Dotted path of the value in values.yaml that holds the image.',
    `  imageValue: ${chart?.imageValue ?? 'image'}`,
    ...others.map(({ path }) => `  # Also found: ${path}`),
  ];
}

function checkSection(checks: Survey['checks']): readonly string[] {
  if (checks.length === 0) {
    return [
      '# Run on the source, side by side: programs and arguments, without a shell. None was found.',
      '# checks:',
      '#   - name: unit-tests',
      '#     command: [make, test]',
    ];
  }
  return [
    '# Run on the source, side by side, while the image is built: programs and arguments, without a shell.',
    'checks:',
    ...checks.flatMap(({ name, command }) => [`  - name: ${name}`, `    command: [${command.join(', ')}]`]),
  ];
}

function testSection({ crds }: Survey, chart: ChartFacts | undefined): readonly string[] {
  const tests = [
    ...(chart?.hasTests === true
      ? ["  # The chart's own test pods.", '  - name: helm-test', '    type: helm', '    timeout: 5m']
      : []),
  ];
  const examples = crds.flatMap(({ kind, apiVersion }) => [
    `#   # A ${kind} (${apiVersion}) that has to end well: write the template, with \${name}, \${namespace} and \${image}.`,
    `#   - name: ${kind.toLowerCase()}-test`,
    '#     type: custom-resource',
    `#     template: test/${kind.toLowerCase()}.yaml`,
    '#     condition: Succeeded',
  ]);
  return [
    '# Run on the deployed operator, side by side, each with a junit file.',
    ...(tests.length > 0 ? ['tests:', ...tests] : ['# tests:']),
    ...(examples.length > 0
      ? examples
      : tests.length > 0
        ? []
        : ['#   - name: smoke', '#     type: command', '#     command: [./test/smoke.sh]']),
  ];
}
