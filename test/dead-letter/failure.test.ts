import { describe, expect, it } from 'vitest';
import { failureFromCatalogue, failureFromProblems, failureFromRelay } from '../../lib/dead-letter/failure.ts';
import type { CatalogueEntry } from '../../lib/marketo/catalogue/types.ts';
import { freshState } from '../../lib/message/relay-attribute.ts';
import { NOW_MS, recordOf } from '../delivery/intake/fixtures.ts';

const state = { ...freshState(recordOf(''), 'order-7'), attempts: 3 };
const entry: CatalogueEntry = {
  code: '713',
  level: 'response',
  name: 'Transient Error',
  verdict: { kind: 'retry', pace: 'growing' },
  counted: true,
  executed: 'unknown',
  meaning: 'Something was busy.',
  remedy: 'Wait.',
};

describe('a failure', () => {
  it('of Marketo has the catalogue`s words and the message`s life', () => {
    expect(failureFromCatalogue(entry, { message: 'busy', state, lastTriedMs: NOW_MS, requestId: 'a#1' })).toEqual({
      level: 'response',
      code: '713',
      name: 'Transient Error',
      message: 'busy',
      meaning: 'Something was busy.',
      remedy: 'Wait.',
      retriable: true,
      outcomeUnknown: false,
      attempts: 3,
      firstSeen: '2027-03-01T11:59:55.000Z',
      lastTried: '2027-03-01T12:00:00.000Z',
      requestId: 'a#1',
    });
  });

  it('that Marketo rejects is not retriable as it is', () => {
    const failure = failureFromCatalogue({ ...entry, verdict: { kind: 'reject' } }, { message: '', state });
    expect(failure.retriable).toBe(false);
  });

  it('with an unknown outcome says how to check and how to send anyway, and is not called retriable', () => {
    for (const failure of [
      failureFromCatalogue(entry, { message: '', state, outcomeUnknown: true }),
      failureFromRelay('outcomeUnknown', { message: '', state }),
      failureFromRelay('unreadableReply', { message: '', state, outcomeUnknown: true }),
    ]) {
      expect(failure).toMatchObject({ outcomeUnknown: true, retriable: false });
      expect(failure.remedy).toContain('Look in Marketo');
      expect(failure.remedy).toContain('new `id`');
      expect(failure.remedy).toContain('"idempotent": true');
    }
  });

  it('of a spent budget names the last reason and its remedy', () => {
    const failure = failureFromRelay('attemptsExhausted', { message: '12 attempts', state }, entry);
    expect(failure.remedy).toContain('The last reason was 713 (Transient Error): Wait.');
  });

  it('of an invalid message lists every problem', () => {
    const problems = [
      { path: 'path', expected: 'a string' },
      { path: '', expected: 'an object' },
    ];
    expect(failureFromProblems(problems, state)).toMatchObject({
      code: 'invalidMessage',
      level: 'message',
      message: 'path: expected a string\nthe message: expected an object',
      retriable: false,
    });
  });

  it('is bounded, however much Marketo says', () => {
    const details = Array.from({ length: 5_000 }, (_, position) => ({
      position,
      code: '1003',
      message: 'x'.repeat(9_000),
    }));
    const failure = failureFromCatalogue(entry, { message: 'x'.repeat(100_000), state, details });
    expect(failure.details).toHaveLength(1_001);
    expect(failure.details?.at(-1)?.message).toContain('4000 more');
    expect(JSON.stringify(failure).length).toBeLessThan(1_200_000);
  });
});
