import { expandCommand } from '@seatrial/cli';
import { describe, expect, it } from 'vitest';
import { command } from './commands.js';

const mounted = (command.commands ?? []).filter(({ expand }) => expand !== undefined);

describe('seatrial', () => {
  it('mounts the commands of every package', () => {
    const names = ['ui', 'release', 'deploy', 'gke', 'helm', 'junit', 'prow', 'storage', 'pipeline', 'sandbox', 'cli'];
    expect(mounted.map(({ name }) => name)).toEqual(names);
  });

  it.each(mounted.map((mount) => [mount.name, mount] as const))(
    'says of %s what the package says',
    async (name, mount) => {
      const own = await mount.expand?.();
      expect(own).toMatchObject({ name: `seatrial-${name}`, summary: mount.summary });
      const { commands, load } = await expandCommand(mount);
      expect(commands?.map((command) => command.name)).toEqual(own?.commands?.map((command) => command.name));
      expect(commands ?? load).toBeDefined();
    },
  );
});
