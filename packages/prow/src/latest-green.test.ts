import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestGreenUri, moveLatestGreen, readLatestGreen } from './latest-green.js';
import type { GreenStore } from './latest-green.js';

const uri = 'gs://green/ci-widgets/latest_green.json';
const sha = 'a'.repeat(40);
const clock = { sleep: async () => undefined };
const green = (buildId: string, commit = sha) => ({ job: 'ci-widgets', sha: commit, buildId });

/** One object with generations. `between` runs after each read, as others would. */
function fakeStore(first?: string, between?: (put: (text: string) => void) => void) {
  let current = first === undefined ? undefined : { text: first, generation: 1 };
  const put = (text: string) => {
    current = { text, generation: (current?.generation ?? 0) + 1 };
  };
  const store: GreenStore = {
    find: async () => {
      const found = current && { text: current.text, info: { generation: String(current.generation) } };
      between?.(put);
      return found;
    },
    write: async (_uri, body, { ifGenerationMatch }) => {
      if (ifGenerationMatch !== String(current?.generation ?? 0)) {
        throw Object.assign(new Error('412'), { code: 'PRECONDITION_FAILED' });
      }
      put(body);
    },
  };
  return { store, text: () => current?.text };
}

describe(moveLatestGreen, () => {
  it('records the first green commit with the keys that others read', async () => {
    const { store, text } = fakeStore();
    expect(await moveLatestGreen(store, uri, green('10'))).toBe('moved');
    expect(text()).toBe(`{"status":"passing","job":"ci-widgets","sha":"${sha}","build_id":"10"}`);
  });

  it.each([
    ['9', 'moved'],
    ['10', 'kept'],
    ['11', 'kept'],
    ['9999999999999999999', 'kept'],
  ])('with build %s recorded, build 10 is %s', async (build_id, outcome) => {
    const before = JSON.stringify({ status: 'passing', job: 'ci-widgets', sha: 'b', build_id });
    const { store, text } = fakeStore(before);
    expect(await moveLatestGreen(store, uri, green('10'))).toBe(outcome);
    expect(text() === before).toBe(outcome === 'kept');
  });

  it.each(['{"status":"passing","job":"j","sha":"b"}', '', '{', '[]', '{"sha":"b","build_id":"x"}'])(
    'replaces %j, which has no build to compare with',
    async (before) => {
      const { store } = fakeStore(before);
      expect(await moveLatestGreen(store, uri, green('10'))).toBe('moved');
    },
  );

  it('looks again when another gets in between, and keeps the newer one', async () => {
    let others = 1;
    const { store, text } = fakeStore('{"sha":"b","build_id":"1"}', (put) => {
      if (others-- > 0) put('{"sha":"newer","build_id":"20"}');
    });
    expect(await moveLatestGreen(store, uri, green('10'), { clock })).toBe('kept');
    expect(text()).toContain('newer');
  });

  it('gives up when others never stop', async () => {
    const { store } = fakeStore('{"sha":"b","build_id":"1"}', (put) => put('{"sha":"b","build_id":"1"}'));
    await expect(moveLatestGreen(store, uri, green('10'), { clock, attempts: 3 })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `${uri} was changed by others 3 times in a row`,
      infrastructure: true,
    });
  });

  it('ends with the newest of any builds, in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 6 }), async (builds) => {
        const { store } = fakeStore();
        const ids = builds.map((build) => String(1_700_000_000_000_000_000n + BigInt(build)));
        await Promise.all(
          ids.map((id) => moveLatestGreen(store, uri, green(id, `sha-${id}`), { clock, attempts: 20 })),
        );
        const newest = ids.sort().at(-1);
        expect(await readLatestGreen(store, uri)).toMatchObject({ build_id: newest, sha: `sha-${newest}` });
      }),
    );
  });

  it.each([green('x'), green('10', '')])('refuses %j', async (wrong) => {
    const { store } = fakeStore();
    await expect(moveLatestGreen(store, uri, wrong)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it("passes on the store's own errors, and stops on abort", async () => {
    const { store } = fakeStore();
    const denied = Object.assign(new Error('403'), { code: 'DENIED' });
    const write = async () => Promise.reject(denied);
    await expect(moveLatestGreen({ ...store, write }, uri, green('10'))).rejects.toBe(denied);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(moveLatestGreen(store, uri, green('10'), { signal })).rejects.toThrow('enough');
  });
});

describe(latestGreenUri, () => {
  it('is below the job', () => {
    expect(latestGreenUri('gs://green/', 'ci-widgets')).toBe(uri);
  });
});
