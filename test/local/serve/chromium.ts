import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Debian's own; elsewhere a test that needs a browser says so and is skipped. */
const PATHS = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const browserPath = PATHS.find((path) => path !== undefined && existsSync(path));
const whyNot = browserPath === undefined ? ' (skipped: there is no Chromium here; CHROMIUM_PATH names one)' : '';

/** Headless, with a profile of its own that goes with it, and without a word to anybody outside. */
function launchBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('there is no Chromium here');
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export { browserPath, launchBrowser, whyNot };
