import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildImage } from './image/build-image.js';
import { pushImage } from './image/push-image.js';
import { isLabSkipped, LAB_REGISTRY, LAB_TITLE, labEngine } from './testing/lab.js';
import { tempFolder } from './testing/temp-folder.js';

// The contract that the in-test server stands for, on the real thing.
describe.skipIf(isLabSkipped)(LAB_TITLE, () => {
  const engine = labEngine();
  const reference = `${LAB_REGISTRY}/release-test:v1`;
  afterAll(async () => {
    const image = engine.getImage(reference) as unknown as { remove(): Promise<unknown> };
    await image.remove().catch(() => {}); // not built, when the first test failed: that one tells
  });

  async function context(dockerfile: string): Promise<string> {
    const dir = await tempFolder();
    await writeFile(join(dir, 'Dockerfile'), dockerfile);
    return dir;
  }

  it('builds and pushes, and gives the same digest again', async () => {
    const request = { context: await context('FROM scratch\nCOPY Dockerfile /\n'), reference };
    const { imageId } = await buildImage(engine, request);
    expect(imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
    const { digest } = await pushImage(engine, reference);
    expect(await buildImage(engine, request)).toEqual({ imageId });
    expect(await pushImage(engine, reference)).toEqual({ digest });
  });

  it('throws on a file that is not there to copy', async () => {
    const building = buildImage(engine, { context: await context('FROM scratch\nCOPY no-such /\n'), reference });
    await expect(building).rejects.toThrow(expect.objectContaining({ code: 'BUILD_FAILED' }) as Error);
  });

  it('throws on an unknown instruction', async () => {
    const building = buildImage(engine, { context: await context('FROM scratch\nFETCH x\n'), reference });
    await expect(building).rejects.toThrow(expect.objectContaining({ code: 'BUILD_FAILED' }) as Error);
  });

  it('throws on a push of an image that does not exist', async () => {
    const pushing = pushImage(engine, `${LAB_REGISTRY}/release-test:no-such-tag`);
    await expect(pushing).rejects.toThrow(expect.objectContaining({ code: 'PUSH_FAILED' }) as Error);
  });
});
