import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    readonly browserUrl: string;
  }
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the one Chromium that all tests use. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const executablePath = process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `NO BROWSER: there is no Chromium at ${executablePath}, so nothing of the page was tested.\n` +
        'Install it (Debian: apt-get install chromium), or set CHROMIUM_BIN to its path.',
    );
  }
  const server = await chromium.launchServer({ executablePath, args: ARGS });
  project.provide('browserUrl', server.wsEndpoint());
  return () => server.close();
}
