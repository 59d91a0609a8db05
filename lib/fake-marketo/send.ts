import type { ServerResponse } from 'node:http';
import type { Machine } from './machine.ts';
import { type Ending, JSON_TYPE } from './reply.ts';

/** Resolves when all is written, or the connection is gone. */
function send(machine: Machine, response: ServerResponse, ending: Ending): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    if (response.destroyed || response.socket === null || response.socket.destroyed) return resolve();
    switch (ending.kind) {
      case 'reply':
        return sendReply(machine, response, ending, resolve);
      case 'cut':
        return sendHalf(response, ending.body);
      case 'reset':
        // The socket is destroyed with a RST, so that the client sees a reset and not an orderly end.
        response.socket?.resetAndDestroy();
        return undefined;
      case 'hang':
        return undefined;
    }
  });
}

function sendReply(
  machine: Machine,
  response: ServerResponse,
  ending: Ending & { kind: 'reply' },
  done: () => void,
): void {
  const body = Buffer.from(ending.body);
  response.statusCode = ending.status;
  response.setHeader('Content-Type', ending.contentType);
  response.setHeader('Content-Length', body.byteLength);
  if (ending.location !== undefined) response.setHeader('Location', ending.location);
  if (machine.switches.find('trickle') === undefined) response.end(body, done);
  else void trickle(machine, response, body).then(() => response.end(done));
}

/** A byte at a time until the switch is off, then the rest. Never ends once the client has left. */
async function trickle({ switches, timers }: Machine, response: ServerResponse, body: Buffer): Promise<void> {
  response.flushHeaders();
  for (let sent = 0; sent < body.byteLength; ) {
    const slow = switches.find('trickle');
    const end = slow === undefined ? body.byteLength : sent + 1;
    if (slow !== undefined) await timers.sleep(slow.byteMs);
    if (response.destroyed) return;
    response.write(body.subarray(sent, end));
    sent = end;
  }
}

function sendHalf(response: ServerResponse, text: string): void {
  const body = Buffer.from(text);
  response.setHeader('Content-Type', JSON_TYPE);
  response.setHeader('Content-Length', body.byteLength);
  response.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => response.socket?.destroy());
}

export { send };
