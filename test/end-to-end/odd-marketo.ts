import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../../lib/emulators/loopback.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A Marketo whose identity is sound and whose every other reply is what it is told: bytes that no fake would send. */
interface OddMarketo {
  readonly url: string;
  answerWith(answer: Answer): void;
  /** Identity's own reply; sound when undefined. */
  answerIdentityWith(answer: Answer | undefined): void;
  /** API calls, whole, since the last `answerWith`. */
  calls(): readonly { readonly atMs: number; readonly body: string }[];
  stop(): Promise<void>;
}

const TOKEN = { access_token: 'odd-token-0123456789', token_type: 'bearer', expires_in: 3_600, scope: 'odd' };

const USAGE = { success: true, result: [{ date: '2027-01-01', total: 0, users: [] }] };

async function startOddMarketo(): Promise<OddMarketo> {
  let api: Answer = json({ success: true, result: [] });
  let identity: Answer | undefined;
  let calls: { atMs: number; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url?.startsWith('/identity/')) return (identity ?? json(TOKEN))(response, request);
      // The relay looks whether Marketo works when a call fails: it does.
      if (request.url?.endsWith('/stats/usage.json')) return json(USAGE)(response, request);
      calls.push({ atMs: Date.now(), body: Buffer.concat(chunks).toString() });
      return api(response, request);
    });
  });
  const url = await listenOnLoopback(server);
  return {
    url,
    answerWith(answer) {
      api = answer;
      calls = [];
    },
    answerIdentityWith(answer) {
      identity = answer;
    },
    calls: () => calls,
    stop: () => closeServer(server),
  };
}

function text(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
  };
}

function json(value: unknown, status = 200): Answer {
  return text(JSON.stringify(value), status);
}

/** Announces the whole length and ends the connection after so many bytes. */
function cut(body: string, afterBytes: number): Answer {
  return (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) });
    response.write(body.slice(0, afterBytes), () => response.socket?.destroy());
  };
}

/** Bytes in place of an HTTP reply. */
function raw(bytes: string): Answer {
  return (response) => {
    response.socket?.end(bytes);
  };
}

const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};
const hang: Answer = () => undefined;

export type { Answer, OddMarketo };
export { cut, hang, json, raw, reset, startOddMarketo, text };
