import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

// A smallest operator, whose check leaves processes behind: one in its group, one in a session of its own.
const FILES: Readonly<Record<string, string>> = {
  'seatrial.yaml': `version: 1
name: chaos
image: { name: chaos }
chart: { path: chart, imageValue: image }
checks:
  - { name: check, command: [node, check.mjs], timeout: 2m }
deploy: { timeout: 2m }
tests:
  - { name: smoke, type: command, command: [node, smoke.mjs], timeout: 2m }
`,
  Dockerfile: 'FROM node:22-slim\nCOPY main.mjs /app/main.mjs\nENTRYPOINT ["node", "/app/main.mjs"]\n',
  'main.mjs':
    "console.log('up');\nsetInterval(() => undefined, 1000);\nprocess.on('SIGTERM', () => process.exit(0));\n",
  'check.mjs': `import { spawn } from 'node:child_process';
spawn('sleep', ['600'], { stdio: 'ignore' }).unref();
spawn('sleep', ['600'], { stdio: 'ignore', detached: true }).unref();
for (let i = 0; i < 20; i += 1) {
  console.log('check', i, process.env.CHAOS_TOKEN);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
process.exit(process.env.CHAOS_BROKEN === '1' ? 1 : 0);
`,
  'smoke.mjs':
    "import { existsSync } from 'node:fs';\nif (!existsSync(process.env.KUBECONFIG ?? '')) process.exit(1);\nconsole.log('reached', process.env.IMAGE);\n",
  'chart/Chart.yaml': 'apiVersion: v2\nname: chaos\nversion: 0.1.0\nappVersion: 0.1.0\n',
  'chart/values.yaml': 'image: chaos:latest\n',
  'chart/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: chaos }
spec:
  replicas: 1
  selector: { matchLabels: { app: chaos } }
  template:
    metadata: { labels: { app: chaos } }
    spec:
      terminationGracePeriodSeconds: 2
      containers:
        - { name: main, image: {{ .Values.image | quote }} }
`,
};

/** Writes the operator that is tried into a repository of its own. @param lifetime of its cluster, as `12s` */
export async function writeOperator(dir: string, lifetime: string | undefined): Promise<void> {
  const config = `${FILES['seatrial.yaml']}${lifetime === undefined ? '' : `cluster: { lifetime: ${lifetime} }\n`}`;
  for (const [name, text] of Object.entries({ ...FILES, 'seatrial.yaml': config })) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  }
  const author = ['-c', 'user.name=Chaos', '-c', 'user.email=chaos@example.com'];
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    [...author, 'commit', '--quiet', '--message=operator'],
  ]) {
    const { status, stderr } = spawnSync('git', args, { cwd: dir, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  }
}
