import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../lib/delivery/judge/verdict.ts';
import type { Exchange, Outcome } from '../../../lib/delivery/outcome.ts';
import { deadLetterOf } from '../../../lib/delivery/settle/dead-letter-of.ts';
import { toWorkItems, type WorkItem } from '../../../lib/delivery/work-item.ts';
import type { Message } from '../../../lib/message/message.ts';
import { messageOf } from '../fixtures.ts';
import { json, leads } from '../harness.ts';
import { NOW_MS } from '../intake/fixtures.ts';

type Dead = Extract<Outcome, { kind: 'dead' }>;

const CONTEXT = { nowMs: NOW_MS, secrets: [] };
const SENT_MS = NOW_MS - 700;
const iso = (ms: number): string => new Date(ms).toISOString();

const dead = (about: Partial<Verdict> = {}, rest: Partial<Dead> = {}): Dead => ({
  kind: 'dead',
  verdict: {
    rule: { kind: 'reject' },
    code: '1003',
    level: 'record',
    message: 'no good',
    errors: [{ code: '1003', message: 'no good' }],
    executed: 'no',
    counted: true,
    ...about,
  },
  outcomeUnknown: false,
  tried: true,
  ...rest,
});

function exchangeOf(items: readonly WorkItem[], body?: string): Exchange {
  const url = 'https://x.mktorest.com/rest/v1/leads.json';
  const request = { method: 'POST', url, headers: {}, ...(body !== undefined && { body }) } as const;
  return { request, reply: json({ success: false, errors: [] }), sentAtMs: SENT_MS, items };
}

const people = (count: number): Message =>
  messageOf(leads(...Array.from({ length: count }, (_, index) => `person-${index}@x.test`)), 'm');

function letterOf(message: Message, ...outcomes: readonly Dead[]) {
  const items = toWorkItems(message);
  return deadLetterOf(
    message,
    outcomes.map((outcome, index) => [items[index] as WorkItem, outcome]),
    CONTEXT,
  );
}

describe('the letter of what is dead', () => {
  it('tells the last try, by the time of its call', () => {
    const message = people(1);
    const letter = letterOf(message, dead({ requestId: 'r#9' }, { exchange: exchangeOf(toWorkItems(message), '{}') }));

    expect(letter.failure).toMatchObject({ attempts: 1, lastTried: iso(SENT_MS), requestId: 'r#9' });
    expect(letter.history).toEqual([`${iso(SENT_MS)} 1003`]);
    expect(letter.request?.body).toEqual({});
  });

  it('of what was never tried has no try, no call, and no id of a request', () => {
    const letter = letterOf(people(1), dead({ code: 'expired', level: 'relay', errors: [] }, { tried: false }));

    expect(letter.failure).toMatchObject({ code: 'expired', attempts: 0 });
    expect(letter.failure).not.toHaveProperty('lastTried');
    expect(letter.failure).not.toHaveProperty('requestId');
    expect([letter.history, letter.request, letter.response]).toEqual([[], undefined, undefined]);
  });

  it('has a try without a call at the time of the letter, if any of its records was tried', () => {
    const letter = letterOf(people(2), dead({}, { tried: false }), dead());

    expect(letter.failure.attempts).toBe(1);
    expect(letter.history).toEqual([`${iso(NOW_MS)} 1003`]);
  });

  it('lists what was said only where that is more than one thing', () => {
    const both = [
      { code: '1003', message: 'one' },
      { code: '1007', message: 'two' },
    ];

    expect(letterOf(people(1), dead()).failure).not.toHaveProperty('details');
    expect(letterOf(people(1), dead({ errors: both })).failure.details).toEqual([
      { position: 0, code: '1003', message: 'one' },
      { position: 0, code: '1007', message: 'two' },
    ]);
  });

  it('has no positions where the message is no list of records', () => {
    const merge = messageOf({ path: '/rest/v1/leads/5/merge.json', method: 'POST', query: { leadId: 6 } }, 'm');
    const both = [
      { code: '1003', message: 'one' },
      { code: '1007', message: 'two' },
    ];

    const letter = letterOf(merge, dead({ level: 'response', errors: both }));

    expect(letter.message).not.toHaveProperty('positions');
    expect(letter.failure.details).toEqual(both);
  });

  it('is of the level at which Marketo quoted the code', () => {
    expect(letterOf(people(1), dead({ level: 'response' })).failure).toMatchObject({ code: '1003', level: 'response' });
  });

  it('may be sent again after a failure that passes, but not where a part was done', () => {
    const busy = { code: '713', level: 'response', errors: [] } as const;

    expect(letterOf(people(1), dead(busy)).failure.retriable).toBe(true);
    expect(letterOf(people(1), dead({ ...busy, executed: 'yes' })).failure.retriable).toBe(false);
  });

  it('is about what nobody can know only if Marketo leaves it open', () => {
    const unknown = { outcomeUnknown: true };

    expect(letterOf(people(1), dead({ executed: 'unknown' }, unknown)).failure.code).toBe('outcomeUnknown');
    expect(letterOf(people(1), dead({ executed: 'no' }, unknown)).failure).toMatchObject({
      code: '1003',
      outcomeUnknown: true,
    });
    expect(letterOf(people(1), dead({ executed: 'unknown' })).failure).toMatchObject({
      code: '1003',
      outcomeUnknown: false,
    });
  });

  it.each<[string, Partial<Verdict>, Partial<Dead>, string]>([
    ["a reason of the relay's own", { code: 'redirected' }, {}, 'redirected'],
    ['the same, when its outcome is unknown', { code: 'redirected' }, { outcomeUnknown: true }, 'outcomeUnknown'],
    ['what has no reason of its own', { code: 'noSuchCode' }, {}, 'outcomeUnknown'],
    [
      "a code of Marketo's that reads like the relay's own",
      { code: 'expired', level: 'http', executed: 'unknown' },
      {},
      'expired',
    ],
  ])('names %s', (_name, about, rest, code) => {
    expect(letterOf(people(1), dead({ level: 'relay', errors: [], ...about }, rest)).failure.code).toBe(code);
  });

  it('names the code where nothing was said', () => {
    const silent = { code: 'redirected', level: 'relay', message: '', errors: [] } as const;

    expect(letterOf(people(1), dead(silent)).failure.message).toBe('redirected');
    expect(letterOf(people(1), dead({ ...silent, message: 'to nowhere' })).failure.message).toBe('to nowhere');
  });

  it('says by how much a refused body is too large', () => {
    const message = people(1);
    const tooLarge = { code: '413', level: 'http', errors: [] } as const;
    const remedyOf = (body?: string): string =>
      letterOf(message, dead(tooLarge, { exchange: exchangeOf(toWorkItems(message), body) })).failure.remedy;

    expect(remedyOf('{"input":["ä"]}')).toMatch(/^It is 16 bytes as sent, of at most 1000000\. [A-Z]/);
    expect(remedyOf()).not.toContain('It is');
    expect(letterOf(message, dead(tooLarge)).failure.remedy).not.toContain('It is');
    expect(
      letterOf(message, dead({}, { exchange: exchangeOf(toWorkItems(message), '{}') })).failure.remedy,
    ).not.toContain('It is');
  });

  it('after the last attempt says what happened, with the remedy of the last reason', () => {
    const busy = { code: '713', level: 'response', message: 'busy', errors: [] } as const;

    expect(letterOf(people(1), dead(busy, { gaveUp: 'age' })).failure).toMatchObject({
      code: 'ageExhausted',
      message: 'gave up after 1 attempts: 713 busy',
      remedy: expect.stringContaining('The last reason was 713'),
    });
    expect(letterOf(people(1), dead({ ...busy, level: 'relay' }, { gaveUp: 'attempts' })).failure).toMatchObject({
      code: 'attemptsExhausted',
      remedy: expect.not.stringContaining('The last reason'),
    });
  });

  it('withholds what names a neighbour, in its message and in its details', () => {
    const own = people(1);
    const neighbour = messageOf(leads('neighbour@x.test'), 'n');
    const exchange = exchangeOf([...toWorkItems(own), ...toWorkItems(neighbour)], '{"input":[{},{}]}');
    const said = 'neighbour@x.test is a duplicate';
    const errors = [
      { code: '1007', message: said },
      { code: '1003', message: 'no good' },
    ];

    const { failure } = letterOf(own, dead({ message: said, errors }, { exchange }));

    expect(failure.message).toContain('withheld');
    expect(failure.details?.map(({ message }) => message)).toEqual([expect.stringContaining('withheld'), 'no good']);
  });
});
