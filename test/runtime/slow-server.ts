import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../../lib/emulators/loopback.ts';

interface SlowServer {
  readonly url: string;
  /** Requests that have arrived so far. */
  requests(): number;
  stop(): Promise<void>;
}

/**
 * - `silent`: accepts, reads, and never answers.
 * - `trickling`: the headers at once, of a body that comes a byte at a time and is never whole.
 */
type Slowness = 'silent' | 'trickling';

const BODY_BYTES = 100_000;

/** A server that keeps everybody waiting, without ever breaking a connection. */
async function startSlowServer(
  slowness: Slowness,
  { everyMs = 1_000, headers = {} }: { everyMs?: number; headers?: Readonly<Record<string, string>> } = {},
): Promise<SlowServer> {
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
    requests += 1;
    request.resume();
    if (slowness === 'trickling') trickle(response);
  });
  const url = await listenOnLoopback(server);
  return {
    url,
    requests: () => requests,
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      await closeServer(server);
    },
  };
}

export type { Slowness, SlowServer };
export { startSlowServer };
