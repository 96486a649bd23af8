// Greets: watches Greetings and writes `Hello, <spec.name>!` into their status. A Greeting without a name fails.
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { createInterface } from 'node:readline';

const dir = process.env.KUBERNETES_SERVICEACCOUNT_DIR || '/var/run/secrets/kubernetes.io/serviceaccount';
const file = (name) => readFileSync(`${dir}/${name}`, 'utf8').trim();
const path = `/apis/examples.seatrial.dev/v1/namespaces/${file('namespace')}/greetings`;

function request(method, url, body) {
  const headers = { authorization: `Bearer ${file('token')}`, 'content-type': 'application/merge-patch+json' };
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  return new Promise((resolve, reject) => {
    https
      .request({ host, port, ca: file('ca.crt'), method, path: url, headers }, resolve)
      .on('error', reject)
      .end(body && JSON.stringify(body));
  });
}

async function greet({ metadata, spec = {}, status }) {
  if (status?.conditions !== undefined) return;
  const message = spec.name ? `Hello, ${spec.name}!` : undefined;
  const lastTransitionTime = new Date().toISOString();
  const conditions = [{ type: message ? 'Ready' : 'Failed', status: 'True', reason: 'Greeted', lastTransitionTime }];
  const answer = await request('PATCH', `${path}/${metadata.name}/status`, { status: { message, conditions } });
  console.log(metadata.name, answer.resume().statusCode, message);
}

async function watch() {
  const answer = await request('GET', `${path}?watch=true`);
  if (answer.statusCode !== 200) throw new Error(`watch: ${answer.statusCode}`);
  for await (const line of createInterface({ input: answer })) {
    const { type, object } = JSON.parse(line);
    if (type === 'ADDED' || type === 'MODIFIED') await greet(object);
  }
}

process.on('SIGTERM', () => process.exit(0));
(async () => {
  // A watch ends now and then, and starts anew with all that is there.
  for (;;) await watch();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
