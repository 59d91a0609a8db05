import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toReceivedMessage } from '../../../lib/delivery/intake/lambda-record.ts';
import { readMessage } from '../../../lib/delivery/intake/read-message.ts';
import type { HttpRequest } from '../../../lib/marketo/http.ts';
import { Dice } from '../../../lib/simulation/dice.ts';
import { TAINT } from '../../../lib/simulation/model/identity.ts';
import { drawEvent, type FuzzedRecord } from './events.ts';
import { FuzzHarness, type FuzzOutcome, ORIGIN } from './harness.ts';

/** The whole is one run: another seed here is another 10,000. */
const SEED = 20_271_121;
const EVENTS = 10_000;
const MOST_GROWTH_BYTES = 24 * 1024 * 1024;
const TIMEOUT_MS = 240_000;
const NOW_MS = Date.parse('2027-06-01T00:00:00Z');
const FAMILIES = ['/rest/v1/', '/rest/asset/v1/', '/bulk/v1/'];

/** Bytes in use after a full collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function faultOfCall({ method, url, headers, body }: HttpRequest): string | undefined {
  const { origin, pathname, searchParams, username, hash } = new URL(url);
  if (origin !== ORIGIN || username !== '' || hash !== '') return `leaves the base URL: ${url.slice(0, 200)}`;
  if (!FAMILIES.some((family) => pathname.startsWith(family))) return `leaves the API: ${pathname}`;
  if (/\/\/|\/\.+(?:\/|$)|%2f|%5c|identity/i.test(pathname)) return `an unsound path: ${pathname}`;
  if (!['GET', 'POST', 'DELETE'].includes(method)) return `an unsound method: ${method}`;
  if (Object.values(headers).some((value) => /[\r\n\0]/.test(value))) return 'an unsound header';
  const names = [...searchParams.keys()].map((name) => name.toLowerCase());
  if (names.includes('access_token')) return 'a token of its own';
  return body !== undefined && Buffer.byteLength(body) > 1_000_000 ? 'a body over 1 MB' : undefined;
}

function faultOf(records: readonly FuzzedRecord[], outcome: FuzzOutcome): string | undefined {
  const { response, error, calls, written, logged } = outcome;
  if (response === undefined) return `the handler failed: ${error instanceof Error ? error.stack : String(error)}`;
  const failed = response.batchItemFailures.map((failure) => failure.itemIdentifier);
  const unknown = failed.filter((id) => !records.some((record) => record.messageId === id));
  if (unknown.length > 0) return `reports what it was not given: ${unknown.join(' ')}`;
  const fault = calls.map(faultOfCall).find((text) => text !== undefined);
  if (fault !== undefined) return fault;
  if (`${written}${logged}`.includes(TAINT)) return 'a secret is written';
  for (const { messageId, body, nonce, record } of records) {
    const intake = readMessage(toReceivedMessage(record, NOW_MS), NOW_MS);
    const isCalled = calls.some((call) => `${call.url}${call.body ?? ''}`.includes(nonce));
    if (intake.kind === 'invalid' && isCalled) return `a call from an invalid message: ${body.slice(0, 300)}`;
    const isGone = !failed.includes(messageId);
    if (isGone && body.includes(nonce) && !isCalled && !written.includes(nonce)) return `lost: ${body.slice(0, 300)}`;
  }
  return undefined;
}

describe('the delivery function, given anything', () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  beforeAll(() => void process.on('unhandledRejection', note));
  afterAll(() => void process.off('unhandledRejection', note));

  it(`takes ${EVENTS} fuzzed events and as many fuzzed replies`, { timeout: TIMEOUT_MS }, async () => {
    const harness = new FuzzHarness(SEED);
    const dice = new Dice(SEED).stream('events');
    const faults: string[] = [];
    let heapAtStart = 0;

    for (let number = 0; number < EVENTS || harness.replies < EVENTS; number++) {
      const { event, records } = drawEvent(number, dice);
      const outcome = await harness.invoke(event);
      const fault = faultOf(records, outcome);
      if (fault !== undefined) faults.push(`event ${number}: ${fault}`);
      // Caches are full by then.
      if (number === EVENTS / 5) heapAtStart = heapBytes();
    }

    expect(faults.slice(0, 5)).toEqual([]);
    expect(rejections).toEqual([]);
    expect(harness.replies).toBeGreaterThanOrEqual(EVENTS);
    expect(heapBytes() - heapAtStart).toBeLessThan(MOST_GROWTH_BYTES);
  });
});
