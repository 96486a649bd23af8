import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findDockerEngine } from './docker-engine.js';

/** An engine as far as it is asked: the ping, and its bridge. */
async function startEngine(bridge: object) {
  const server = createServer(({ url }, response) => {
    response.end(url?.endsWith('/networks/bridge') ? JSON.stringify(bridge) : 'OK');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

describe(findDockerEngine, () => {
  it.each([
    ['the gateway', { IPAM: { Config: [{ Gateway: '172.17.0.1' }] } }, '172.17.0.1'],
    [
      'the address of the bridge, where the engine tells no gateway',
      { IPAM: { Config: [{ Subnet: '127.0.0.0/8' }] }, Options: { 'com.docker.network.bridge.name': 'lo' } },
      '127.0.0.1',
    ],
    [
      'the first address of its subnet, where the bridge has no containers and so is no interface of Node',
      { IPAM: { Config: [{ Subnet: '127.0.0.0/8' }] }, Options: { 'com.docker.network.bridge.name': 'none0' } },
      '127.0.0.1',
    ],
    [
      'none of a bridge that this machine has not',
      { IPAM: { Config: [{ Subnet: '192.0.2.0/24' }] }, Options: { 'com.docker.network.bridge.name': 'none0' } },
      undefined,
    ],
    ['none without a bridge', {}, undefined],
  ])('takes %s', async (_what, bridge, gateway) => {
    await using engine = await startEngine(bridge);
    expect(await findDockerEngine(engine.host, {})).toEqual({ host: engine.host, gateway });
  });
});
