import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Registries } from '../registry/registries.js';
import { type EngineAnswer, type EngineRequest, startEngine } from '../testing/engine-server.js';
import { tempFolder } from '../testing/temp-folder.js';
import { chooseBuilder } from './choose-builder.js';
import { createDocker } from './engine.js';
import { createEngineBuilder } from './engine-builder.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const REFERENCE = '127.0.0.1:1/team/app:v1';
const registries: Registries = {
  open() {
    throw new Error('nobody has to ask');
  },
  credentials: async (registry) => ({ username: 'u', password: 'p', serveraddress: registry }),
};

async function start(push: (tried: number) => EngineAnswer) {
  let tried = 0;
  const builds: EngineRequest[] = [];
  const { docker } = await startEngine((request) => {
    if (!request.path.endsWith('/build')) return push((tried += 1));
    builds.push(request);
    return { events: [{ aux: { ID: 'sha256:1' } }] };
  });
  const context = await tempFolder();
  await writeFile(join(context, 'Dockerfile'), 'FROM private.example/base:1\n');
  const pauses: number[] = [];
  const clock = { sleep: async (ms: number) => void pauses.push(ms) };
  return { docker, builds, pauses, clock, request: { reference: REFERENCE, context, push: true }, tries: () => tried };
}
const failing = (error: string): EngineAnswer => ({ events: [{ errorDetail: { message: error }, error }] });
const pushed: EngineAnswer = { events: [{ aux: { Digest: DIGEST } }] };

describe(createEngineBuilder, () => {
  it('pushes again after what may pass', async () => {
    const { docker, clock, request, pauses } = await start((tried) =>
      tried < 3 ? failing('received unexpected HTTP status: 503 Service Unavailable') : pushed,
    );
    expect(await createEngineBuilder(docker, { clock }).build(request)).toEqual({ digest: DIGEST, moved: true });
    expect(pauses).toEqual([1_000, 2_000]);
  });

  it.each([
    ['gives up after four tries', 'connection refused', 'PUSH_FAILED', 4],
    ['does not try again what is refused', 'denied: no rights', 'DENIED', 1],
    ['does not try again what stays wrong', 'invalid reference format', 'PUSH_FAILED', 1],
  ])('%s', async (_what, message, code, tries) => {
    const started = await start(() => failing(message));
    const building = createEngineBuilder(started.docker, { clock: started.clock }).build(started.request);
    await expect(building).rejects.toThrow(expect.objectContaining({ code }) as Error);
    expect(started.tries()).toBe(tries);
  });

  it('logs in for base images with the logins of their registries', async () => {
    const { docker, clock, request, builds } = await start(() => pushed);
    await createEngineBuilder(docker, { clock, registries }).build({ ...request, push: false });
    const header = String(builds[0]?.headers['x-registry-config']);
    expect(JSON.parse(Buffer.from(header, 'base64').toString())).toEqual({
      'private.example': { username: 'u', password: 'p', serveraddress: 'private.example' },
    });
  });
});

describe(chooseBuilder, () => {
  const clock = { now: () => 0, sleep: async () => {} };
  const cloud = { project: 'p', region: 'global', store: {} as never };
  const engineOf = async (version: string) =>
    (await startEngine(() => ({ status: 200, body: { Version: version } }))).docker;
  const nowhere = () => createDocker({ host: 'unix:///no/such/docker.sock' });

  it.each([
    ['auto', '20.10.24', 'docker'],
    ['auto', '27.3.1', 'buildkit'],
    ['docker', '27.3.1', 'docker'],
    ['buildkit', '20.10.24', 'buildkit'],
    ['cloudbuild', '27.3.1', 'cloudbuild'],
  ] as const)('%s on engine %s is %s', async (choice, version, name) => {
    const docker = await engineOf(version);
    const builder = await chooseBuilder(choice, { docker: async () => docker, registries, clock, cloud });
    expect(builder.name).toBe(name);
  });

  it('takes Cloud Build where no engine answers and a project is known, else says what is missing', async () => {
    const surroundings = { docker: nowhere, registries, clock };
    expect((await chooseBuilder('auto', { ...surroundings, cloud })).name).toBe('cloudbuild');
    const rejected = async (choice: 'auto' | 'cloudbuild', code: string) =>
      expect(chooseBuilder(choice, { ...surroundings, cloud: undefined })).rejects.toThrow(
        expect.objectContaining({ code }) as Error,
      );
    await rejected('auto', 'ENGINE_UNREACHABLE');
    await rejected('cloudbuild', 'INVALID_OPTION');
  });
});
