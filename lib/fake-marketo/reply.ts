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

/** An outcome in Marketo's envelope, unless it has none. `numeric` writes codes as numbers, as nobody should and somebody will. */
function jsonReply(outcome: Outcome, requestId: string, numeric = false): Ending {
  const code = (text: string): string | number => (numeric ? Number(text) : text);
  if (outcome.kind === 'raw') return reply(outcome.status, outcome.contentType, outcome.body);
  if (outcome.kind === 'failure') {
    const errors = [{ code: code(outcome.code), message: outcome.message }];
    return reply(200, JSON_TYPE, JSON.stringify({ requestId, success: false, errors }));
  }
  const result = numeric ? outcome.result?.map((entry) => withNumericCodes(entry)) : outcome.result;
  // Rule: wire-envelope
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
  if (outcome.kind !== 'success') return [];
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

export type { Ending };
export { htmlReply, JSON_TYPE, jsonReply, recordCodes, reply };
