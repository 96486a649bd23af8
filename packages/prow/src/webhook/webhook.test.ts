import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runForTest } from '@seatrial/cli/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../commands.js';

const repository = { name: 'widgets', full_name: 'acme/widgets', owner: { login: 'acme' } };
const body = JSON.stringify({ ref: 'refs/heads/main', after: '1'.repeat(40), repository });
let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-webhook-'));
  await writeFile(join(cwd, 'hmac'), 'acme: [{value: s3cr3t}]\n');
  await writeFile(join(cwd, 'body.json'), body);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const webhook = (line: string, stdin = '') =>
  runForTest(command, ['webhook', ...line.split(' ')], { cwd, stdin: new PassThrough().end(stdin) });
const writeHeaders = (signature: string) =>
  writeFile(
    join(cwd, 'headers.txt'),
    `Request headers\r\nContent-Type: application/json\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: d\r\nX-Hub-Signature-256: ${signature}\r\n`,
  );

describe('seatrial-prow webhook', () => {
  it('verifies what it signed, from a file and from stdin', async () => {
    const signed = await webhook('sign --hmac-file hmac body.json');
    expect(signed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sha256=[0-9a-f]{64}\n$/) });
    expect(await webhook('sign --hmac-file hmac', body)).toEqual(signed);
    await writeHeaders(signed.stdout.trim());
    const verified = await webhook('verify --hmac-file hmac --headers headers.txt body.json');
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^200 push d\npostsubmits \{/) });
    const json = await webhook('verify --hmac-file hmac --headers headers.txt --json', body);
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, effects: [{ kind: 'postsubmits', branch: 'main' }] });
  });

  it('fails for a webhook that Prow would refuse', async () => {
    await writeHeaders('sha256=00');
    const refused = await webhook('verify --hmac-file hmac --headers headers.txt body.json');
    expect(refused).toMatchObject({ code: 1, stdout: '403 no key of acme/widgets made the signature\n' });
    const json = await webhook('verify --hmac-file hmac --headers headers.txt --json body.json');
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: false, status: 403 });
  });

  it.each([
    ['a file that is missing', 'sign --hmac-file none body.json', '--hmac-file none cannot be read: ENOENT'],
    ['a body of nobody', 'sign --hmac-file hmac hmac', 'has no key for this body'],
  ])('names %s', async (_what, line, message) => {
    const ended = await webhook(line);
    expect(ended.stderr).toContain(message);
    expect(ended.code).not.toBe(0);
  });
});
