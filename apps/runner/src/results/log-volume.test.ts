import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor, systemClock } from '@seatrial/cli';
import { formatReport, runCommandAsTestCase } from '@seatrial/junit';
import { expect, it } from 'vitest';
import { openLogBook } from './log-book.js';

const SECRET = 'planted/secret+0123456789';

// 4 MB of lines, then one line of 4 MB; the secret as it is and in base64, wherever the pipe cuts.
const WRITER = `
const secret = process.env.SECRET;
const forms = [secret, Buffer.from('user:' + secret).toString('base64')];
for (let i = 0; i < 4000; i += 1) process.stdout.write('x'.repeat(900 + i % 131) + forms[i % 2] + '\\n');
process.stdout.write(Buffer.from([0xff, 0x0a]));
for (let i = 0; i < 4000; i += 1) process.stdout.write('y'.repeat(900 + i % 131) + forms[i % 2]);
process.stdout.write('\\n');
process.exitCode = 1;
`;

// The same at full size, with its memory: bench/log.ts.
it('keeps a secret out of logs and reports of a command that writes much, and loses no line', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'log-volume-'));
  const redact = createRedactor([SECRET]);
  const log = await openLogBook({ dir, clock: systemClock, redact });
  const ran = await runCommandAsTestCase({
    name: 'write',
    command: [process.execPath, '-e', WRITER],
    env: { SECRET },
    onLine: (line) => log.line('write', line),
    createFilter: () => redact.stream(),
    clock: systemClock,
  });
  await log.close();
  const text = await readFile(join(dir, 'artifacts/seatrial/logs/write.log'), 'utf8');
  const all = text + formatReport({ suites: [{ name: 's', cases: [ran.case] }] });
  const inBase64 = Buffer.from(`user:${SECRET}`).toString('base64').slice(8, 32);
  for (const form of [SECRET, SECRET.slice(4, 20), inBase64]) expect(all).not.toContain(form);
  expect(text.match(/\[redacted\]/g)?.length).toBeGreaterThan(7_900);
  expect(text.match(/y/g)).toHaveLength(
    Array.from({ length: 4_000 }, (_, i) => 900 + (i % 131)).reduce((a, b) => a + b),
  );
  expect(text).toContain('\ufffd');
  await rm(dir, { recursive: true });
});
