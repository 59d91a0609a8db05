import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { HttpReply, HttpRequest, Transport } from './http.ts';
import { REDACTED } from './secret.ts';
import { USER_AGENT } from './user-agent.ts';

interface TransportOptions {
  /** Largest body that is read; the rest is cut off. Marketo's largest replies are pages of 300 records. */
  readonly maxBodyBytes?: number;
  /** A kept-alive socket that was idle for longer is not used again. */
  readonly maxIdleSocketMs?: number;
}

interface ClosableTransport extends Transport {
  /** Ends every connection, those in use too; later calls are answered with `notConnected`. */
  close(): void;
}

type CallOptions = Parameters<Transport>[1];
type NoReply = Extract<HttpReply, { kind: 'noReply' }>;

const DEFAULT_MAX_BODY_BYTES = 20 * 1024 * 1024;
/**
 * Below the shortest idle timeouts that servers have (5 s in Node). A request on a socket that the other side has
 * just closed ends in a reset that looks the same as a reset after execution; a Lambda function that was frozen in
 * between is where this happens.
 */
const DEFAULT_MAX_IDLE_SOCKET_MS = 4_000;
/** The longest that a timer can be set for. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const MAX_DETAIL_CHARS = 300;

/** Asked for, not imported: an import reads every export, and `WebSocket` among them loads all of `fetch`, 10 ms of each cold start. */
const http = process.getBuiltinModule('node:http');

/**
 * The transport over Node's own HTTP client, which tells what `fetch` does not: whether a connection stood, whether a
 * body was whole. Redirects are not followed, compression is not asked for, and the timeout covers connecting,
 * sending and the whole reply. A reply that ends early, by size or by time, has `complete: false`.
 *
 * @example
 * const transport = createTransport();
 * const reply = await transport(toHttpRequest(baseUrl, request), { timeoutMs: 100_000, bearer: token.reveal() });
 */
function createTransport(options: TransportOptions = {}): ClosableTransport {
  const pool = createPool(options.maxIdleSocketMs ?? DEFAULT_MAX_IDLE_SOCKET_MS);
  const maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const transport: Transport = async (request, callOptions) => {
    const outgoing = pool.closed() ? 'the transport is closed' : open(pool, request, callOptions.bearer);
    if (typeof outgoing === 'string') {
      return { kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false, detail: outgoing };
    }
    const reply = await exchange(outgoing, request.body, callOptions.timeoutMs, maxBodyBytes);
    return callOptions.bearer ? withoutBearer(reply, callOptions.bearer) : reply;
  };
  return Object.assign(transport, { close: () => pool.close() });
}

interface Pool {
  agentFor(url: URL): HttpAgent;
  closed(): boolean;
  close(): void;
}

function createPool(maxIdleSocketMs: number): Pool {
  const plain = new http.Agent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true });
  const idleSinceMs = new WeakMap<Socket, number>();
  let closed = false;
  for (const agent of [plain, secure]) agent.on('free', (socket: Socket) => idleSinceMs.set(socket, Date.now()));

  /** By the wall clock: the monotonic one can stand still while the machine is frozen. */
  function dropStaleSockets(agent: HttpAgent): void {
    const nowMs = Date.now();
    for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
      const idleMs = nowMs - (idleSinceMs.get(socket) ?? 0);
      if (idleMs > maxIdleSocketMs || idleMs < 0) socket.destroy();
    }
  }

  return {
    agentFor(url) {
      const agent = url.protocol === 'https:' ? secure : plain;
      dropStaleSockets(agent);
      return agent;
    },
    closed: () => closed,
    close() {
      closed = true;
      plain.destroy();
      secure.destroy();
    },
  };
}

/** The request, not yet sent; a text when it cannot be formed, which is certain knowledge that nothing was sent. */
function open(pool: Pool, request: HttpRequest, bearer: string | undefined): ClientRequest | string {
  try {
    const url = new URL(request.url);
    const headers = {
      'User-Agent': USER_AGENT,
      ...request.headers,
      ...(request.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(request.body)) }),
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    };
    const send = url.protocol === 'https:' ? httpsRequest : http.request;
    return send(url, { method: request.method, headers, agent: pool.agentFor(url) });
  } catch (error) {
    return `the request cannot be formed (${codeOf(error)})`;
  }
}

/** Sends, and settles exactly once: on the first of reply, error, close and timeout. */
function exchange(
  outgoing: ClientRequest,
  body: string | undefined,
  timeoutMs: number,
  maxBodyBytes: number,
): Promise<HttpReply> {
  return new Promise((resolve) => {
    let connected = false;
    let arriving: Arriving | undefined;
    let settled = false;

    const settle = (reply: HttpReply): void => {
      settled = true;
      clearTimeout(timer);
      resolve(reply);
    };
    /** What has arrived is worth more than knowing why the rest did not. */
    const breakOff = (reason: NoReply['reason'], detail: string): void => {
      if (settled) return; // the socket may carry another request by now
      settle(arriving ? toReply(arriving, false) : { kind: 'noReply', reason, mayHaveExecuted: connected, detail });
      outgoing.destroy();
    };
    const onTimeout = (): void =>
      breakOff('timeout', `${connected ? 'no reply' : 'no connection'} within ${timeoutMs} ms`);
    const timer = setTimeout(onTimeout, Math.min(Math.max(timeoutMs, 0), MAX_TIMER_MS));

    outgoing.once('socket', (socket) => {
      connected = !socket.connecting;
      if (connected) return;
      // Node holds the request back until TLS stands, so up to here nothing has been sent.
      socket.once(outgoing.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connected = true;
      });
    });
    outgoing.once('response', (response) => {
      const current: Arriving = { response, chunks: [], bytes: 0 };
      arriving = current;
      response.on('data', (chunk: Buffer) => {
        if (!take(current, chunk, maxBodyBytes)) breakOff('connection', 'too large');
      });
      response.once('end', () => {
        if (settled) return;
        settle(toReply(current, response.complete));
        // An answer to half a request: what is still to be sent would be taken for the next one.
        if (!outgoing.writableFinished) outgoing.destroy();
      });
      const onCut = (): void => breakOff('connection', 'cut');
      response.on('error', onCut).once('close', onCut);
    });
    // `on`, not `once`: errors after the end have no one else to hear them.
    outgoing.on('error', (error) => breakOff(connected ? 'connection' : 'notConnected', describe(error)));
    outgoing.once('close', () => breakOff(connected ? 'connection' : 'notConnected', 'closed without a reply'));
    outgoing.end(body);
  });
}

interface Arriving {
  readonly response: IncomingMessage;
  readonly chunks: Buffer[];
  bytes: number;
}

/** False when the body is larger than it may be; what fits of it is kept. */
function take(arriving: Arriving, chunk: Buffer, maxBodyBytes: number): boolean {
  const part = chunk.subarray(0, maxBodyBytes - arriving.bytes);
  arriving.chunks.push(part);
  arriving.bytes += part.length;
  return part.length === chunk.length;
}

function toReply({ response, chunks }: Arriving, complete: boolean): HttpReply {
  return {
    kind: 'reply',
    status: response.statusCode ?? 0,
    headers: plainHeaders(response),
    body: new TextDecoder().decode(Buffer.concat(chunks)),
    complete,
  };
}

/** Without cookies: they are credentials of a session, and letters print headers. */
function plainHeaders(response: IncomingMessage): Record<string, string> {
  const entries = Object.entries(response.headersDistinct).filter(([name]) => name !== 'set-cookie');
  return Object.fromEntries(entries.map(([name, values]) => [name, (values ?? []).join(', ')]));
}

/** A server or proxy that echoes the request must not bring the token into a letter. */
function withoutBearer(reply: HttpReply, bearer: string): HttpReply {
  const clean = (text: string): string => text.replaceAll(bearer, REDACTED);
  if (reply.kind === 'noReply') {
    return { ...reply, detail: clean(reply.detail) };
  }
  const headers = Object.fromEntries(Object.entries(reply.headers).map(([name, value]) => [name, clean(value)]));
  return { ...reply, headers, body: clean(reply.body) };
}

function describe(error: Error): string {
  // Several addresses tried: Node reports them in one error without a message of its own.
  const parts = error instanceof AggregateError ? error.errors : [error];
  const texts = parts.map((part) => (part instanceof Error ? part.message : String(part)));
  return `${codeOf(error)}: ${texts.join('; ')}`.slice(0, MAX_DETAIL_CHARS);
}

function codeOf(error: unknown): string {
  if (error instanceof Error) {
    return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  }
  return 'unknown';
}

export type { CallOptions, ClosableTransport, TransportOptions };
export { createTransport };
