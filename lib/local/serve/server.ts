import { randomBytes } from 'node:crypto';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { closeServer, listenOnLoopback } from '../../emulators/loopback.ts';
import type { Log } from '../../ports.ts';
import type { WebhookForm } from '../../webhook/form.ts';
import { SILENT_LOG } from '../cli/json-log.ts';
import type { LocalRelay } from '../relay.ts';
import { controlRoutes } from './control-routes.ts';
import { type ControlAddress, writeDescriptor } from './descriptor.ts';
import { doRoutes } from './do-routes.ts';
import { onlyFromHere, pageHeaders } from './guard.ts';
import { createLetterDesk } from './letter-desk.ts';
import { watchLive } from './live.ts';
import { pageRoutes } from './page-routes.ts';
import { createRehearsals } from './rehearsals.ts';
import type { Serving } from './serving.ts';
import { WEBHOOK_PATH, webhookRoutes } from './webhook-routes.ts';
import { createLocalWebhook } from './webhook-setup.ts';

interface ServeOptions {
  /** Where the descriptor is written. */
  readonly folder: string;
  /** @default a free one */
  readonly port?: number;
  readonly nowMs?: () => number;
  /** Of the webhook intake. @default none */
  readonly forms?: readonly WebhookForm[];
  /** Of the webhook intake. @default silent */
  readonly log?: Log;
}

interface ServedRelay extends ControlAddress {
  /** For a browser. */
  readonly pageUrl: string;
  /** Ends in a slash: `messages` and `forms/NAME` follow. */
  readonly webhookUrl: string;
  /** Whether it began paused, as somebody left it. */
  readonly isPaused: boolean;
  stop(): Promise<void>;
}

/**
 * The page of a local relay, and the control server that commands in other terminals find through the descriptor file, on one port
 * of this machine.
 *
 * @throws when the port is taken, or the folder cannot be written.
 * @example
 * const served = await serveRelay(relay, { folder: '.marketo-relay' });
 * await served.stop();
 */
async function serveRelay(relay: LocalRelay, options: ServeOptions): Promise<ServedRelay> {
  const { folder, nowMs = Date.now, forms = [], log = SILENT_LOG } = options;
  const live = watchLive(relay, nowMs);
  const rehearsals = relay.fake && createRehearsals(relay.fake.switches, relay.runs.crash, nowMs);
  const serving: Serving = {
    relay,
    rehearsals,
    live,
    desk: createLetterDesk(relay, nowMs),
    webhook: createLocalWebhook(forms),
    log,
    controlToken: randomToken(),
    formToken: randomToken(),
    nowMs,
  };
  let port = 0;
  const app = createApp(serving, () => port);
  const server = createAdaptorServer({ fetch: app.fetch });
  const opened: (() => unknown)[] = [live.stop, () => rehearsals?.stop()];
  const stop = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const isPaused = (await live.notes.read()) !== undefined;
    if (isPaused) relay.mapping.enable(false);
    const url = await listenOnLoopback(server as Parameters<typeof listenOnLoopback>[0], options.port ?? 0);
    opened.push(() => closeServer(server as Parameters<typeof closeServer>[0]));
    port = Number(new URL(url).port);
    const control = { url, token: serving.controlToken };
    const webhookUrl = `${url}${WEBHOOK_PATH}/`;
    const webhook = { url: webhookUrl, secret: serving.webhook.secret };
    opened.push(await writeDescriptor(folder, relay, control, webhook));
    return { ...control, pageUrl: `${url}/`, webhookUrl, isPaused, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function createApp(serving: Serving, port: () => number): Hono {
  const app = new Hono();
  app.use('*', onlyFromHere(port), pageHeaders);
  app.route('/', webhookRoutes(serving));
  app.route('/', pageRoutes(serving));
  app.route('/', doRoutes(serving));
  // Last, since everything from here on needs the command's token.
  app.route('/', controlRoutes(serving));
  app.onError((error, context) => context.text(`The relay failed at this: ${error.message}\n`, 500));
  return app;
}

function randomToken(): string {
  return randomBytes(24).toString('base64url');
}

export type { ServedRelay, ServeOptions };
export { serveRelay };
