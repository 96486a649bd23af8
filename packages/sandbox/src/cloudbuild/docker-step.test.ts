import { describe, expect, it } from 'vitest';
import { parseDockerBuild } from './docker-step.js';

describe(parseDockerBuild, () => {
  it('reads tags, file, target, arguments and labels', () => {
    const args = ['build', '-t', 'a:1', '--tag=b:2', '--file', 'x/Dockerfile', '--target', 'prod'];
    args.push('--build-arg', 'A=b=c', '--label', 'price=$$1', '--platform', 'linux/arm64', '.');
    expect(parseDockerBuild(args)).toEqual({
      tags: ['a:1', 'b:2'],
      options: {
        t: ['a:1', 'b:2'],
        dockerfile: 'x/Dockerfile',
        target: 'prod',
        platform: 'linux/arm64',
        buildargs: { A: 'b=c' },
        labels: { price: '$1' },
      },
    });
  });

  it.each([
    [['push', 'a:1'], 'only docker build runs here'],
    [['build', '--squash', 'x', '.'], 'unknown flag: --squash'],
    [['build', '.', '--tag'], '--tag needs a value'],
    [['build', 'src'], 'the context of a build is . here'],
  ])('rejects %j', (args, message) => expect(() => parseDockerBuild(args)).toThrow(message));
});
