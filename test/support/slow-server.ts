import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../../lib/emulators/loopback.ts';

interface SlowServer {
  readonly url: string;
  /** Requests that were kept waiting so far. */
  requests(): number;
  stop(): Promise<void>;
}

/**
 * - `silent`: accepts, reads, and never answers.
 * - `trickling`: the headers at once, of a body that comes a byte at a time and is never whole.
 */
type Slowness = 'silent' | 'trickling';

interface SlowServerOptions {
  /** How often a byte comes. @default 1,000 */
  readonly everyMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bodies that are answered at once, by the path of the request. */
  readonly quick?: Readonly<Record<string, string>>;
}

const BODY_BYTES = 100_000;

/** A server that keeps everybody waiting, without ever breaking a connection. */
async function startSlowServer(slowness: Slowness, options: SlowServerOptions = {}): Promise<SlowServer> {
  const { everyMs = 1_000, headers = {}, quick = {} } = options;
  let requests = 0;
  const timers = new Set<NodeJS.Timeout>();
  const trickle = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-length': String(BODY_BYTES), ...headers });
    response.write('{');
    const timer = setInterval(() => response.write(' '), everyMs);
    timers.add(timer);
    response.once('close', () => clearInterval(timer));
  };
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    const body = quick[new URL(request.url ?? '', 'http://localhost').pathname];
    if (body !== undefined) {
      response.end(body);
      return;
    }
    requests += 1;
    if (slowness === 'trickling') trickle(response);
  });
  const url = await listenOnLoopback(server);
  return {
    url,
    requests: () => requests,
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await closeServer(server);
    },
  };
}

export type { Slowness, SlowServer, SlowServerOptions };
export { startSlowServer };
