import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runServer } from 'verdaccio';

/** A registry of our packages alone, on loopback. */
export interface Registry extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
  /** Lines for an .npmrc: ours from here, everything else from where npm is set up to get it. */
  readonly npmrc: string;
}

/** Starts Verdaccio on a free port, its data in `folder`. It asks no other registry. */
export async function startRegistry(folder: string): Promise<Registry> {
  const anyone = { access: '$all', publish: '$all', unpublish: '$all' };
  const server = (await runServer({
    storage: join(folder, 'storage'),
    self_path: folder,
    configPath: join(folder, 'config.yaml'),
    auth: { htpasswd: { file: join(folder, 'htpasswd') } },
    uplinks: {},
    packages: { '**': anyone },
    web: { enable: false },
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  } as unknown as string)) as Server; // typed as the path of a file alone; takes the settings as well
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/`,
    // npm wants a token before it publishes; this registry takes any.
    npmrc: `@seatrial:registry=http://${host}/\n//${host}/:_authToken=anyone\n`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
