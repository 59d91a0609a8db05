import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../lib/fake-marketo/faults.ts';
import { CATALOGUE, entryFor } from '../../lib/marketo/catalogue/catalogue.ts';
import type { CodeLevel } from '../../lib/marketo/catalogue/types.ts';
import type { Published } from '../support/desk.ts';
import { BUDGET, EXPECTED_CODES, type ExpectedCode, type Fate, LONG, SOON, type Via } from './expected-codes.ts';
import { expectFate, outcomeOf } from './outcome-checks.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';
import { duplicate, type Request, requestVia } from './requests.ts';

let relayUnderTest: RelayUnderTest;
beforeAll(async () => {
  relayUnderTest = await startRelayUnderTest();
  // Identity hands out the same token until it ends: one that was refused must end for another to come.
  relayUnderTest.marketo.onCall(({ fault, code = '' }) => {
    if (fault === 'code' && ['401', '600', '601', '602'].includes(code)) relayUnderTest.marketo.revokeToken();
  });
});
afterAll(() => relayUnderTest.stop());
beforeEach(() => relayUnderTest.reset());

const CULPRIT = 'culprit';
const NEIGHBOUR = 'neighbour';

function message(id: string, request: Request, attributes: Readonly<Record<string, string>> = {}): Published {
  return { body: JSON.stringify({ ...request, id }), attributes };
}

/** People who have not been touched yet: a call that goes through changes them. */
const touched = new Map<Via, number>();
function twoRequests(via: Via): readonly [Request, Request] {
  const index = touched.get(via) ?? 0;
  touched.set(via, index + 2);
  return [requestVia(via, index), requestVia(via, index + 1)];
}

const withId = (request: Request, id: string): Request => ({ ...request, id }) as Request;

/** Answers every call that has the culprit's record in it. */
function faultOf(line: ExpectedCode, level: ExpectedCode['level'], request: Request): FaultRule {
  const { code, message: words = `Fault ${code}` } = line;
  if (level === 'identity') return { target: 'identity', gives: { kind: 'code', level: 'http', code } };
  const once = line.fate.to === 'done' && line.fate.calls > 1 ? { times: 1 } : {};
  const [record] = request.body?.input ?? [];
  const text = record === undefined ? {} : { bodyIncludes: JSON.stringify(record).slice(1, -1) };
  return { gives: { kind: 'code', level, code, message: words }, ...text, ...once };
}

function callsOf({ fate, level }: ExpectedCode): number {
  if (fate.to !== 'queue') return fate.calls;
  return level === 'identity' ? 0 : 1;
}

function isKnown({ code }: ExpectedCode): boolean {
  return CATALOGUE.some((row) => row.code === code);
}

/** Starred replies do not count; the calls that follow them do. */
function countedOf(line: ExpectedCode, calls: number): number {
  // Isolated, the culprit is in two of three calls.
  const starredCalls = calls === 3 ? 2 : 1;
  return line.starred ? calls - starredCalls : calls;
}

const titled = (lines: readonly ExpectedCode[]) =>
  lines.map((line) => [`${line.level} ${line.code} via ${line.via}${line.message ? ' (quota)' : ''}`, line] as const);
const recordLines = EXPECTED_CODES.filter(({ level }) => level === 'record');
/** Replies for the whole call, as the documents list them and as Marketo uses record codes. */
const wholeReplies = EXPECTED_CODES.flatMap((line) => {
  if (line.level === 'identity' || line.via === 'read') return [];
  return [{ ...line, level: line.level === 'record' ? ('response' as const) : line.level }];
});

describe('the table of expected outcomes', () => {
  it('has a line for every row of the catalogue, at its level', () => {
    const lines = new Set(EXPECTED_CODES.map(({ level, code }) => `${level} ${code}`));
    expect(CATALOGUE.map(({ level, code }) => `${level} ${code}`).filter((row) => !lines.has(row))).toEqual([]);
  });
});

describe('a message whose call is answered with', () => {
  const responseLevel = recordLines.map((line): ExpectedCode => ({ ...line, level: 'response' }));
  it.each(titled([...EXPECTED_CODES, ...responseLevel]))('%s ends where it should', async (_title, line) => {
    const [request] = twoRequests(line.via);
    const told = { relayId: CULPRIT, request: withId(request, CULPRIT), code: line.code, level: line.level };
    if (line.level === 'identity') relayUnderTest.renew();
    relayUnderTest.marketo.addFault(faultOf(line, line.level, request));
    await relayUnderTest.desk.publish(message(CULPRIT, request));

    const { failedIds } = await relayUnderTest.deliver();

    const outcome = await outcomeOf(relayUnderTest);
    expect(failedIds).toEqual([]);
    expect(outcome.calls).toBe(callsOf(line));
    expectFate(outcome, line.fate, told);
    expect(outcome.usedToday).toBe(countedOf(line, outcome.calls));
    expect(relayUnderTest.events().some(({ kind }) => kind === 'unknownCode')).toBe(!isKnown(line));
    if (line.level === 'identity') relayUnderTest.renew();
  });
});

/** A message that shared the failed call is tried with fewer others soon: only the culprit waits as long as its code says. */
function fateShared(fate: Fate): Fate {
  return fate.to === 'queue' && fate.seconds === LONG ? { ...fate, seconds: SOON } : fate;
}

describe('two messages that share a call which is answered as a whole with', () => {
  it.each(titled(wholeReplies))('%s end where they should', async (_title, line) => {
    const isolated = line.shared === 'isolated';
    const [bad, good] = twoRequests(line.via);
    const told = (relayId: string, request: Request) => {
      return { relayId, request: withId(request, relayId), code: line.code, level: line.level };
    };
    relayUnderTest.marketo.addFault(faultOf(line, line.level, bad));
    await relayUnderTest.desk.publish(message(CULPRIT, bad), message(NEIGHBOUR, good));

    const { failedIds } = await relayUnderTest.deliver();

    const outcome = await outcomeOf(relayUnderTest);
    expect(failedIds).toEqual([]);
    expect(outcome.calls).toBe(isolated ? 3 : callsOf(line));
    expectFate(outcome, isolated ? line.fate : fateShared(line.fate), told(CULPRIT, bad));
    expectFate(outcome, isolated ? { to: 'done', calls: 1 } : fateShared(line.fate), told(NEIGHBOUR, good));
    expect(outcome.usedToday).toBe(countedOf(line, outcome.calls));
  });
});

describe('a message with the one bad record of a shared call, for', () => {
  it.each(titled(recordLines))('%s, leaves its neighbour alone', async (_title, line) => {
    const [bad, good] = twoRequests(line.via);
    relayUnderTest.marketo.addFault(faultOf(line, 'record', bad));
    await relayUnderTest.desk.publish(message(CULPRIT, bad), message(NEIGHBOUR, good));

    await relayUnderTest.deliver();

    const outcome = await outcomeOf(relayUnderTest);
    expect(outcome.calls).toBe(1);
    const told = { relayId: CULPRIT, request: withId(bad, CULPRIT), code: line.code, level: 'record' } as const;
    expectFate(outcome, line.fate, told);
    expect(outcome.copies.length + outcome.letters.length).toBe(line.fate.to === 'done' ? 0 : 1);
  });
});

const passing = EXPECTED_CODES.filter(({ level, fate }) => level !== 'identity' && fate.to === 'queue');

describe('a message that may not be repeated, whose call is answered with', () => {
  it.each(titled(passing))('%s, is repeated only where nothing was executed', async (_title, line) => {
    const request = duplicate('twice@example.com');
    relayUnderTest.marketo.addFault(faultOf(line, line.level, request));
    await relayUnderTest.desk.publish(message(CULPRIT, request));

    await relayUnderTest.deliver();

    const outcome = await outcomeOf(relayUnderTest);
    if (!line.ambiguous) {
      const told = { relayId: CULPRIT, request: withId(request, CULPRIT), code: line.code, level: line.level };
      return expectFate(outcome, line.fate, told);
    }
    expect(outcome.copies).toEqual([]);
    const [posted] = outcome.letters;
    expect(posted?.letter.failure).toMatchObject({ code: 'outcomeUnknown', outcomeUnknown: true, retriable: false });
    expect(posted?.letter.failure.remedy).toContain(entryFor(line.code, line.level).remedy);
    expect(posted?.attributes).toMatchObject({ code: 'outcomeUnknown', outcomeUnknown: 'true' });
  });
});

describe('a message whose budget ends with a call that is answered with', () => {
  const retried = passing.flatMap((line) => (line.fate.to === 'queue' && line.fate.attempts > 0 ? [line] : []));
  it.each(titled(retried))('%s, becomes a letter that says so', async (_title, line) => {
    const { attempts } = line.fate as { attempts: number };
    const request = requestVia(line.via);
    const firstSeen = new Date(Date.now() - 60_000).toISOString();
    const relay = JSON.stringify({
      v: 1,
      id: CULPRIT,
      attempt: attempts - 1,
      alone: attempts - 1,
      firstSeen,
      firstFailed: firstSeen,
    });
    relayUnderTest.marketo.addFault(faultOf(line, line.level, request));
    await relayUnderTest.desk.publish(message(CULPRIT, request, { relay }));

    await relayUnderTest.deliver();

    const { copies, letters } = await outcomeOf(relayUnderTest);
    const isGeneral = attempts === BUDGET;
    expect(copies).toEqual([]);
    expect(letters.map(({ letter }) => letter.failure)).toMatchObject([
      {
        code: isGeneral ? 'attemptsExhausted' : line.code,
        level: isGeneral ? 'relay' : (line.level as CodeLevel),
        attempts,
        firstSeen,
        remedy: expect.stringContaining(entryFor(line.code, line.level).remedy),
      },
    ]);
    if (isGeneral) expect(letters[0]?.letter.failure.message).toMatch(new RegExp(`${BUDGET} attempts: ${line.code}`));
  });
});
