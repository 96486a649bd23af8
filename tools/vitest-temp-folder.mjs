// What tests leave in the temporary folder, for instance by killing programs, goes when they have ended.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function setup() {
  const dir = mkdtempSync(join(tmpdir(), 'tests-'));
  process.env.TMPDIR = dir; // the workers inherit it
  return () => rmSync(dir, { recursive: true, force: true });
}
