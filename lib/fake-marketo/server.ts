import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerApiCall } from './exchange.ts';
import { answerAtGateway } from './gateway.ts';
import { type FakeMarketo, handleOf } from './handle.ts';
import { answerIdentityCall } from './identity-exchange.ts';
import { createMachine, type Machine } from './machine.ts';
import type { FakeMarketoOptions } from './options.ts';
import type { Door } from './switches.ts';

/** A request line may be longer than Marketo allows, so that 414 can be given. */
const MAX_HEADER_BYTES = 1_048_576;
/** Longer than a client keeps an idle connection, so that it never sends into one that is being closed. */
const KEEP_ALIVE_MS = 300_000;

/**
 * Starts a Marketo on 127.0.0.1. It keeps Marketo's limits as the server counts them, holds people and
 * objects in memory, and plays the faults that it is told to. The same seed and calls give the same replies.
 *
 * @example
 * const marketo = await startFakeMarketo({ rateLimitCalls: 50, faults: [{ gives: { kind: 'html' }, times: 1 }] });
 * const identity = `${marketo.url}/identity/oauth/token?grant_type=client_credentials`;
 * const token = await fetch(`${identity}&client_id=${marketo.clientId}&client_secret=${marketo.clientSecret}`);
 * await marketo.stop();
 */
async function startFakeMarketo(options: FakeMarketoOptions = {}): Promise<FakeMarketo> {
  const machine = createMachine(options, () => door);
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answer(machine, request, response).catch((error: unknown) => {
      machine.counters.internalErrors.push(String(error));
      response.destroy();
    });
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const door: Door = { open: () => listen(server, port), close: () => close(server) };
  return handleOf(machine, `http://127.0.0.1:${port}`, () => stop(machine, server));
}

function answer(machine: Machine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A client that leaves in the middle is no error of the server's.
  response.on('error', () => undefined);
  const isIdentity = request.url?.startsWith('/identity/') ?? false;
  const shut = machine.switches.gateway();
  if (shut !== undefined) return answerAtGateway(machine, request, response, shut);
  return isIdentity ? answerIdentityCall(machine, request, response) : answerApiCall(machine, request, response);
}

async function stop(machine: Machine, server: Server): Promise<void> {
  machine.timers.stop();
  await close(server);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

export type { FakeMarketo };
export { startFakeMarketo };
