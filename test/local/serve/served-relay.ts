import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRelay } from '../../../lib/local/main.ts';
import { type LocalRelay, startLocalRelay } from '../../../lib/local/relay.ts';
import type { LocalRelayOptions } from '../../../lib/local/relay-options.ts';
import { type ServedRelay, type ServeOptions, serveRelay } from '../../../lib/local/serve/server.ts';
import { openTarget } from '../../../lib/local/target/target.ts';

interface ServedUnderTest {
  readonly relay: LocalRelay;
  readonly served: ServedRelay;
  /** Of the descriptor. */
  readonly folder: string;
  /** A request of a command, with the token. */
  control(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Response>;
  /** The text of a page. */
  page(path: string): Promise<string>;
  /** Sends a form with the token of the page, as a browser would. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<Response>;
  /** The command line on it, from another terminal. */
  run(
    ...argv: readonly string[]
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>;
  stop(): Promise<void>;
}

/** A relay that serves, with the real delivery function on a fake Marketo. */
async function startServed(
  options: LocalRelayOptions = {},
  serve: Omit<ServeOptions, 'folder'> = {},
): Promise<ServedUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-served-'));
  const relay = await startLocalRelay({ batchSize: 10, batchWindowSeconds: 0, ...options });
  const served = await serveRelay(relay, { folder, ...serve });
  const url = (path: string): string => new URL(path, served.pageUrl).href;
  const page = async (path: string): Promise<string> => (await fetch(url(path))).text();
  return {
    relay,
    served,
    folder,
    page,
    control: (method, path, body) =>
      fetch(url(path), {
        method,
        headers: { authorization: `Bearer ${served.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async submit(path, fields) {
      const token = /name="token" value="([^"]+)"/.exec(await page('/'))?.[1] ?? '';
      return fetch(url(path), { method: 'POST', body: new URLSearchParams({ token, ...fields }), redirect: 'manual' });
    },
    async run(...argv) {
      const written = { stdout: '', stderr: '' };
      const status = await runRelay([...argv, '--local', '--state', folder], {
        stdout: {
          write: (text: string, done: (error?: Error | null) => void) => {
            written.stdout += text;
            done();
          },
        },
        stderr: {
          write: (text: string) => {
            written.stderr += text;
          },
        },
        env: {},
        folder,
        clock: { nowMs: Date.now, sleep: async () => {} },
        who: 'ann@laptop',
        version: '0.0.0',
        onInterrupt: () => () => {},
        edit: async () => 0,
        openTarget,
      });
      return { status, ...written };
    },
    async stop() {
      await served.stop();
      await relay.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A message that the fake refuses for one field. */
function misspelt(id: string, email = 'ada@example.com'): string {
  return JSON.stringify({
    id,
    path: '/rest/v1/leads.json',
    body: { action: 'createOrUpdate', lookupField: 'email', input: [{ email, favouriteColour: 'green' }] },
  });
}

export type { ServedUnderTest };
export { misspelt, startServed };
