import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpReply, HttpRequest } from '../../lib/marketo/http.ts';
import { type ClosableTransport, createTransport, type TransportOptions } from '../../lib/marketo/http-client.ts';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server | TcpServer): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const httpServer = (listener: RequestListener) => listen(createServer(listener));

/** A server that hands the raw socket over once the request's first bytes are there. */
const rawServer = (answer: (socket: Socket) => void) =>
  listen(createTcpServer((socket) => void socket.once('data', () => answer(socket))));

function transportWith(options?: TransportOptions): ClosableTransport {
  const transport = createTransport(options);
  cleanups.push(() => transport.close());
  return transport;
}

function ask(url: string, extra: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'POST', url: `${url}/rest/v1/leads.json`, headers: { Accept: 'application/json' }, ...extra };
}

async function send(url: string, extra?: Partial<HttpRequest>, timeoutMs = 5_000): Promise<HttpReply> {
  return transportWith()(ask(url, extra), { timeoutMs });
}

describe('the transport', () => {
  it('sends method, path, headers, body and the bearer token, and returns the whole reply', async () => {
    const seen: unknown[] = [];
    const url = await httpServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { authorization } = request.headers;
      seen.push(request.method, request.url, authorization, request.headers['content-length'], body);
      response.writeHead(200, { 'X-Two': ['a', 'b'], 'Set-Cookie': 'session=1' });
      response.end('{"name":"Jürgen"}');
    });

    const reply = await transportWith()(ask(url, { body: '{"ü":1}' }), { timeoutMs: 5_000, bearer: 'tok:int' });

    expect(seen).toEqual(['POST', '/rest/v1/leads.json', 'Bearer tok:int', '8', '{"ü":1}']);
    expect(reply).toMatchObject({ kind: 'reply', status: 200, body: '{"name":"Jürgen"}', complete: true });
    expect(reply.kind === 'reply' && reply.headers).toMatchObject({ 'x-two': 'a, b' });
    expect(reply.kind === 'reply' && Object.keys(reply.headers)).not.toContain('set-cookie');
  });

  it('names the relay and its version, as package.json has it', async () => {
    const { name, version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    let agent: unknown;
    const url = await httpServer((request, response) => {
      agent = request.headers['user-agent'];
      response.end('{}');
    });

    await send(url);

    expect(agent).toBe(`${name}/${version}`);
  });

  it('asks for no compression', async () => {
    let encoding: unknown = 'unset';
    const url = await httpServer((request, response) => {
      encoding = request.headers['accept-encoding'];
      response.end('{}');
    });

    await send(url);

    expect(encoding).toBeUndefined();
  });

  it('does not follow a redirect', async () => {
    let calls = 0;
    const url = await httpServer((_request, response) => {
      calls += 1;
      response.writeHead(302, { Location: '/elsewhere' }).end();
    });

    const reply = await send(url);

    expect(reply).toMatchObject({ kind: 'reply', status: 302, headers: { location: '/elsewhere' } });
    expect(calls).toBe(1);
  });

  it('uses a connection again, unless it was idle for too long', async () => {
    const sockets = new Set<unknown>();
    const url = await httpServer((request, response) => {
      sockets.add(request.socket);
      response.end('{}');
    });
    const keeping = transportWith();
    const dropping = transportWith({ maxIdleSocketMs: -1 });
    const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

    for (let call = 0; call < 5; call++) {
      await keeping(ask(url), { timeoutMs: 5_000 });
      await nextTurn();
    }
    const kept = sockets.size;
    for (let call = 0; call < 3; call++) {
      await dropping(ask(url), { timeoutMs: 5_000 });
      await nextTurn();
    }

    expect(kept).toBe(1);
    expect(sockets.size).toBe(1 + 3);
  });

  it('knows that nothing was sent when the connection is refused', async () => {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise<void>((resolve) => server.close(() => resolve()));

    const reply = await send(`http://127.0.0.1:${port}`);

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false });
    expect(reply.kind === 'noReply' && reply.detail).toContain('ECONNREFUSED');
  });

  it('knows that nothing was sent when the name does not resolve', async () => {
    const reply = await send('http://marketo.invalid');

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false });
  });

  it('knows that nothing was sent when TLS does not come about', async () => {
    const url = await rawServer((socket) => socket.end('this is not TLS'));

    const reply = await send(url.replace('http:', 'https:'));

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false });
  });

  it('calls a reset after the request ambiguous', async () => {
    const url = await rawServer((socket) => socket.resetAndDestroy());

    const reply = await send(url, { body: '{}' });

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'connection', mayHaveExecuted: true });
  });

  it('calls a close without a reply ambiguous', async () => {
    const url = await rawServer((socket) => socket.end());

    const reply = await send(url, { body: '{}' });

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'connection', mayHaveExecuted: true });
  });

  it('calls an answer that is not HTTP ambiguous', async () => {
    const url = await rawServer((socket) => socket.end('hello\r\n\r\n'));

    const reply = await send(url, { body: '{}' });

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'connection', mayHaveExecuted: true });
  });

  it('gives up by its own clock on a server that never answers', async () => {
    const url = await rawServer(() => {});

    const reply = await send(url, { body: '{}' }, 60);

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'timeout', mayHaveExecuted: true });
  });

  it('knows that nothing was sent when the time was up before the connection stood', async () => {
    // Accepts the connection and says nothing: the TLS handshake never ends.
    const url = await rawServer(() => {});

    const reply = await send(url.replace('http:', 'https:'), { body: '{}' }, 60);

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'timeout', mayHaveExecuted: false });
  });

  it.each([
    ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"success":'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{"success":\r\n'],
  ])('sees that a body was cut, by %s', async (_name, text) => {
    const url = await rawServer((socket) => socket.end(text));

    const reply = await send(url);

    expect(reply).toMatchObject({ kind: 'reply', status: 200, body: '{"success":', complete: false });
  });

  it('sees that a body was cut by a reset', async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"success":', () => setImmediate(() => response.socket?.resetAndDestroy()));
    });

    const reply = await send(url);

    expect(reply).toMatchObject({ complete: false });
  });

  it('returns what it has when the time is up in the middle of a body', async () => {
    const url = await httpServer((_request, response) => void response.write('{"success":'));

    const reply = await send(url, {}, 80);

    expect(reply).toMatchObject({ kind: 'reply', status: 200, body: '{"success":', complete: false });
  });

  it('stops reading a body that is too large', async () => {
    const url = await httpServer((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)) && !response.destroyed);
        response.once('drain', more);
      };
      more();
    });

    const reply = await transportWith({ maxBodyBytes: 100_000 })(ask(url), { timeoutMs: 5_000 });

    expect(reply).toMatchObject({ kind: 'reply', complete: false });
    expect(reply.kind === 'reply' && reply.body.length).toBe(100_000);
  });

  it('reads a body of exactly the largest size as whole', async () => {
    const url = await httpServer((_request, response) => void response.end('x'.repeat(1_000)));

    const reply = await transportWith({ maxBodyBytes: 1_000 })(ask(url), { timeoutMs: 5_000 });

    expect(reply).toMatchObject({ complete: true });
  });

  it('takes an early answer to a request that is still being sent', async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(413, { Connection: 'close' });
      response.end('<html>too large</html>');
    });

    const reply = await send(url, { body: 'x'.repeat(200_000) });

    // The answer can be lost to the reset that follows it; then the outcome is unknown.
    const got = reply.kind === 'reply' ? reply.status : reply.mayHaveExecuted;
    expect([413, true]).toContain(got);
  });

  it.each([
    ['a URL that is none', { url: 'not a url' }],
    ['another scheme', { url: 'ftp://127.0.0.1/' }],
    ['a header that would end the line', { headers: { 'X-A': 'a\r\nX-B: b' } }],
  ])('answers %s without sending anything', async (_name, extra) => {
    const reply = await send('http://127.0.0.1:9', extra);

    expect(reply).toMatchObject({ kind: 'noReply', reason: 'notConnected', mayHaveExecuted: false });
  });

  it('answers notConnected once it is closed, and ends calls under way', async () => {
    let reached = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const url = await rawServer(() => reached());
    const transport = transportWith();
    const hanging = transport(ask(url), { timeoutMs: 5_000 });
    await arrived;

    transport.close();

    expect(await hanging).toMatchObject({ kind: 'noReply', reason: 'connection', mayHaveExecuted: true });
    expect(await transport(ask(url), { timeoutMs: 5_000 })).toMatchObject({ reason: 'notConnected' });
  });

  it('leaves no connection behind after a hundred failures and successes', async () => {
    const server = createServer((request, response) => {
      if (request.url?.includes('cut')) response.socket?.destroy();
      else response.end('{}');
    });
    const url = await listen(server);
    const transport = transportWith();

    for (let call = 0; call < 50; call++) {
      await transport(ask(url), { timeoutMs: 5_000 });
      await transport({ ...ask(url), url: `${url}/cut` }, { timeoutMs: 5_000 });
    }

    const open = await new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
    expect(open).toBeLessThanOrEqual(2);
  });

  it('never returns the token, even when the other side echoes the request', async () => {
    const bearer = 'tainted-token-4711:int';
    const url = await httpServer((request, response) => {
      response.writeHead(500, { 'X-Echo': String(request.headers.authorization) });
      response.end(`<pre>${JSON.stringify(request.headers)}</pre>`);
    });
    const transport = transportWith();

    const replies = [
      await transport(ask(url), { timeoutMs: 5_000, bearer }),
      await transport(ask('http://127.0.0.1:1'), { timeoutMs: 5_000, bearer }),
      await transport(ask(url), { timeoutMs: 5_000, bearer: `${bearer}\n` }),
    ];

    expect(JSON.stringify(replies)).not.toContain('tainted-token');
    expect(replies[0]).toMatchObject({ headers: { 'x-echo': 'Bearer [secret]' } });
  });
});
