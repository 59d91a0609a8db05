import type { ServerResponse } from 'node:http';
import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';
import type { Outcome } from './outcome.ts';

/** How a call ends on the wire. */
type Ending =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly location?: string;
    }
  | { readonly kind: 'cut'; readonly body: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang'; readonly holdsSlotMs: number };

const JSON_TYPE = 'application/json;charset=UTF-8';

/** An outcome in Marketo's envelope. `numeric` writes codes as numbers, as nobody should and somebody will. */
function jsonReply(outcome: Outcome, requestId: string, numeric = false): Ending {
  const code = (text: string): string | number => (numeric ? Number(text) : text);
  if (outcome.kind === 'failure') {
    const errors = [{ code: code(outcome.code), message: outcome.message }];
    return reply(200, JSON_TYPE, JSON.stringify({ requestId, success: false, errors }));
  }
  const result = numeric ? outcome.result?.map((entry) => withNumericCodes(entry)) : outcome.result;
  const envelope = { requestId, success: true, ...outcome.more, ...(result === undefined ? {} : { result }) };
  return reply(200, JSON_TYPE, JSON.stringify(envelope));
}

function htmlReply(status: number, title: string): Ending {
  const page = `<html><head><title>${status} ${title}</title></head><body><center><h1>${status} ${title}</h1></center></body></html>`;
  return reply(status, 'text/html', page);
}

function reply(status: number, contentType: string, body: string): Ending {
  return { kind: 'reply', status, contentType, body };
}

function withNumericCodes(entry: Json): Json {
  if (!isObject(entry)) return entry;
  const changed: Record<string, Json> = { ...entry };
  for (const name of ['reasons', 'errors']) {
    if (entry[name] !== undefined)
      changed[name] = reasonsOf(entry, name).map((one) => ({ ...one, code: Number(one.code) }));
  }
  return changed;
}

/** Codes that the records of a reply were skipped for. */
function recordCodes(outcome: Outcome): string[] {
  if (outcome.kind === 'failure') return [];
  const codes: string[] = [];
  for (const entry of outcome.result ?? []) {
    if (!isObject(entry) || entry.status !== 'skipped') continue;
    for (const name of ['reasons', 'errors']) codes.push(...reasonsOf(entry, name).map(({ code }) => String(code)));
  }
  return codes;
}

function reasonsOf(entry: JsonObject, name: string): readonly JsonObject[] {
  const reasons = entry[name];
  return Array.isArray(reasons) ? (reasons as readonly Json[]).filter(isObject) : [];
}

/** Resolves when all is written, or the connection is gone. */
function send(response: ServerResponse, ending: Ending): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    if (response.destroyed || response.socket === null || response.socket.destroyed) return resolve();
    switch (ending.kind) {
      case 'reply':
        return sendReply(response, ending, resolve);
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

function sendReply(response: ServerResponse, ending: Ending & { kind: 'reply' }, done: () => void): void {
  const body = Buffer.from(ending.body);
  response.statusCode = ending.status;
  response.setHeader('Content-Type', ending.contentType);
  response.setHeader('Content-Length', body.byteLength);
  if (ending.location !== undefined) response.setHeader('Location', ending.location);
  response.end(body, done);
}

function sendHalf(response: ServerResponse, text: string): void {
  const body = Buffer.from(text);
  response.setHeader('Content-Type', JSON_TYPE);
  response.setHeader('Content-Length', body.byteLength);
  response.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => response.socket?.destroy());
}

export type { Ending };
export { htmlReply, jsonReply, recordCodes, reply, send };
