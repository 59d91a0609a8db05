import { expect } from 'vitest';
import { entryFor } from '../../lib/marketo/catalogue/catalogue.ts';
import type { CodeLevel } from '../../lib/marketo/catalogue/types.ts';
import type { Copy, PostedLetter } from '../support/desk.ts';
import type { Fate } from './expected-codes.ts';
import type { RelayUnderTest } from './relay-under-test.ts';
import type { Request } from './requests.ts';

/** What one message asked, and what its call was answered with. */
interface Told {
  readonly relayId: string;
  readonly request: Request;
  readonly code: string;
  /** Where the reply had the code. */
  readonly level: CodeLevel;
}

/** Where everything is after an invocation. */
interface Outcome {
  readonly copies: readonly Copy[];
  readonly letters: readonly PostedLetter[];
  readonly usedToday: number;
  readonly calls: number;
  /** Arrival and end of the last call, by the fake's clock. */
  readonly lastCall: { readonly arrivedAtMs: number; readonly endedAtMs: number } | undefined;
}

/** The fake's clock runs on its own from the process's start: it may differ from the wall clock by so much. */
const CLOCK_GRAIN_MS = 5;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function outcomeOf(relayUnderTest: RelayUnderTest): Promise<Outcome> {
  const calls = relayUnderTest.calls();
  const [copies, letters, { usedToday }] = await Promise.all([
    relayUnderTest.desk.copies(),
    relayUnderTest.desk.letters(),
    relayUnderTest.ledger(),
  ]);
  return {
    copies,
    letters,
    usedToday: usedToday - relayUnderTest.healthChecks(),
    calls: calls.length,
    lastCall: calls.at(-1),
  };
}

/** The message is where its fate says, exactly once, and says there what happened. */
function expectFate({ copies, letters, lastCall }: Outcome, fate: Fate, told: Told): void {
  const copy = copies.filter(({ relay }) => relay.id === told.relayId);
  const letter = letters.filter((posted) => posted.letter.relayId === told.relayId);
  expect({ copies: copy.length, letters: letter.length }).toEqual({
    copies: fate.to === 'queue' ? 1 : 0,
    letters: fate.to === 'letter' ? 1 : 0,
  });
  if (fate.to === 'queue') for (const one of copy) expectCopy(one, fate, told, lastCall);
  if (fate.to === 'letter') for (const one of letter) expectLetter(one, told);
}

function expectCopy(
  copy: Copy,
  { seconds: [least, most], attempts }: Fate & { to: 'queue' },
  { request, code, level }: Told,
  lastCall: Outcome['lastCall'],
): void {
  expect(JSON.parse(copy.body)).toEqual(request);
  expect(copy.delaySeconds).toBeGreaterThanOrEqual(least);
  expect(copy.delaySeconds).toBeLessThanOrEqual(most);
  // Counted from the call and not from the copy: never sooner than promised.
  const calledAtMs = lastCall?.arrivedAtMs ?? 0;
  expect(copy.visibleAtMs - calledAtMs).toBeGreaterThanOrEqual(least * 1_000 - CLOCK_GRAIN_MS);
  expect(copy.relay).toMatchObject({
    v: 1,
    attempt: attempts === 0 ? 0 : 1,
    lastCode: level === 'identity' ? 'credentialsRefused' : code,
    firstSeen: expect.stringMatching(ISO),
  });
}

/** The letter of a message that was refused for good, alone or out of a shared call. */
function expectLetter({ letter, attributes }: PostedLetter, { relayId, request, code, level }: Told): void {
  const row = entryFor(code, level);
  expect(letter).toMatchObject({ deadLetter: 1, relayId, message: { body: request, attributes: {} } });
  expect(letter.failure).toMatchObject({
    level,
    code,
    name: row.name,
    meaning: row.meaning,
    remedy: expect.stringContaining(row.remedy),
    retriable: false,
    outcomeUnknown: false,
    attempts: 1,
    firstSeen: expect.stringMatching(ISO),
    lastTried: expect.stringMatching(ISO),
    ...(level === 'http' ? {} : { requestId: expect.stringMatching(/#/) }),
  });
  expect(letter.failure.message).toContain(level === 'http' ? `HTTP ${code}` : code);
  expect(letter.history).toEqual([`${letter.failure.lastTried} ${code}`]);
  expectExchange(letter, request, code, level);
  expect(attributes).toMatchObject({ code, level, relayId, retriable: 'false', outcomeUnknown: 'false' });
}

/** Request and reply in full, of this message alone. */
function expectExchange(letter: PostedLetter['letter'], request: Request, code: string, level: CodeLevel): void {
  expect(letter.request).toMatchObject({ method: request.method, body: request.body });
  expect(letter.request?.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+${request.path}$`));
  expect(Object.keys(letter.request?.headers ?? {}).map((name) => name.toLowerCase())).not.toContain('authorization');
  const shown = {
    http: { status: Number(code), body: expect.stringContaining('<html>') },
    response: { status: 200, body: { success: false, errors: [{ code }] } },
    record: { status: 200, body: { success: true, result: [{ status: 'skipped', reasons: [{ code }] }] } },
    identity: {},
  } as const;
  expect(letter.response).toMatchObject(shown[level]);
}

export type { Outcome, Told };
export { expectFate, outcomeOf };
