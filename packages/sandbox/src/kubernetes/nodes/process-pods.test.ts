import { expect, it } from 'vitest';
import { resources } from '../controllers/resources.js';
import { fileImages, startTestCluster } from './testing.js';

it('runs a deployment of a Node.js program until it is available', async () => {
  const images = fileImages({
    'app:1': { '/app/main.js': 'console.log("hello from", process.env.HOSTNAME); setInterval(() => {}, 1000);' },
  });
  await using cluster = await startTestCluster({ images });
  const start = performance.now();
  cluster.create(resources.deployments, 'Deployment', 'apps/v1', 'web', {
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'app:1', command: ['node', '/app/main.js'] }] },
      },
    },
  });
  const done = await cluster.until(resources.deployments, 'web', ({ status }) => status?.['availableReplicas'] === 2);
  console.log(
    'available after',
    performance.now() - start,
    JSON.stringify(done.status),
    JSON.stringify(done.metadata.generation),
  );
  for (const pod of cluster.api.list(resources.pods))
    console.log(JSON.stringify(pod.status), cluster.events(pod.metadata.name ?? ''));
  console.log(cluster.events('web'));
  expect(done.status?.['replicas']).toBe(2);
});
