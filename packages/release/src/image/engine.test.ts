import { describe, expect, it } from 'vitest';
import { createDocker, parseHost } from './engine.js';

describe(parseHost, () => {
  it.each([
    ['unix:///var/run/docker.sock', { socketPath: '/var/run/docker.sock', protocol: 'http' }],
    ['tcp://127.0.0.1:2375', { host: '127.0.0.1', port: '2375', protocol: 'http' }],
    ['127.0.0.1:4243', { host: '127.0.0.1', port: '4243', protocol: 'http' }],
    ['tcp://docker:2376', { host: 'docker', port: '2376', protocol: 'https' }],
    ['tcp://docker', { host: 'docker', port: '2375', protocol: 'http' }],
    ['https://docker:8443', { host: 'docker', port: '8443', protocol: 'https' }],
    ['tcp://[::1]:2375', { host: '::1', port: '2375', protocol: 'http' }],
  ])('reads %s', (text, address) => expect(parseHost(text)).toEqual(address));

  it.each(['unix://', 'ssh://host', 'tcp://', 'ftp://x:1', 'tcp://host:port'])('rejects %j', (text) => {
    expect(() => parseHost(text)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });
});

describe(createDocker, () => {
  it('goes where it is told, whatever the process has in DOCKER_HOST', async () => {
    const before = process.env['DOCKER_HOST'];
    process.env['DOCKER_HOST'] = 'tcp://192.0.2.1:1';
    try {
      const docker = await createDocker({ host: 'unix:///no/such/socket' });
      await expect(docker.ping()).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST'];
      else process.env['DOCKER_HOST'] = before;
    }
  });
});
