import { describe, expect, it } from 'vitest';
import { hang, printable, type Screen, section } from '../../../lib/local/cli/layout.ts';
import { createBar, createPlainProgress, type Progress } from '../../../lib/local/cli/progress.ts';
import { renderSummary } from '../../../lib/local/cli/render-summary.ts';
import { screenOf } from '../../../lib/local/cli/screen.ts';
import { account } from '../../../lib/local/report/accounting.ts';
import { type ReportedLetter, type Summary, type SummaryInput, summarize } from '../../../lib/local/report/summary.ts';
import { createTally } from '../../../lib/local/report/tally.ts';

const PLAIN: Screen = { columns: Number.POSITIVE_INFINITY, paint: (_, text) => text, unicode: false };
const NARROW: Screen = { ...PLAIN, columns: 60 };

const LETTER: ReportedLetter = {
  messageId: 'm-2',
  relayId: 'order-2',
  line: 17,
  id: 'order-2',
  level: 'record',
  code: '1006',
  name: 'Field not found',
  message: "Field 'x' not found",
  meaning: 'A field of the record is not known to Marketo',
  remedy: 'Correct the name of the field.',
  attempts: 1,
  outcomeUnknown: false,
  positions: [2, 5],
};

function summaryOf(change: Partial<SummaryInput> = {}): Summary {
  const { observe, tally } = createTally();
  observe({ kind: 'call', operation: 'syncLeads', records: 30, messages: 4, code: 'ok', durationMs: 300 });
  observe({ kind: 'call', operation: 'syncLeads', records: 3, messages: 1, code: '713', durationMs: 20 });
  observe({ kind: 'waited', reason: 'window', waitMs: 1500, calls: 1 });
  observe({ kind: 'returned', relayId: 'm-1', reason: 'retry', code: '713', delaySeconds: 5, records: 1 });
  observe({ kind: 'returned', relayId: 'm-1', reason: 'wait', code: 'window', delaySeconds: 5, records: 1 });
  observe({ kind: 'delivered', relayId: 'm-1', records: 20 });
  observe({ kind: 'delivered', relayId: 'order-2', records: 8 });
  observe({ kind: 'deadLettered', relayId: 'order-2', code: '1006', records: 2 });
  const letters = [LETTER];
  return summarize({
    end: 'drained',
    problems: [],
    run: {
      marketo: { kind: 'fake', url: 'http://127.0.0.1:1' },
      seed: 1,
      rateLimitCalls: 100,
      rateLimitWindowSeconds: 20,
      maxConcurrentCalls: 10,
    },
    durationMs: 12_345,
    account: account({
      published: [
        { messageId: 'm-1', records: 20 },
        { messageId: 'm-2', id: 'order-2', records: 10 },
      ],
      fates: tally.fates,
      letters: [{ relayId: 'order-2', partial: true }],
      onQueue: 0,
    }),
    tally,
    ledger: {
      usedToday: 2,
      leftToday: 49_998,
      dailyQuota: 50_000,
      dayResetsAt: '2027-01-02T06:00:00.000Z',
      callsInWindow: 2,
      windowCalls: 100,
      windowSeconds: 20,
      slotsTaken: 0,
      slots: 10,
      circuit: 'closed',
    },
    fake: undefined,
    letters,
    accepted: letters.length,
    ...change,
  });
}

describe('the summary', () => {
  it('has every figure that the balance needs', () => {
    const summary = summaryOf();

    expect(summary.accounted).toBe(true);
    expect(summary.messages).toMatchObject({ published: 2, delivered: 1, dead: 1, deadInPart: 1, queued: 0, lost: 0 });
    expect(summary.records).toEqual({ delivered: 28, dead: 2 });
    expect(summary.calls).toMatchObject({ made: 2, recordsPerCall: 16.5, messagesPerCall: 2.5 });
    expect(summary.retries).toEqual({ '713': 1 });
    expect(summary.waits).toEqual({ window: { inProcess: 1, totalMs: 1500, longestMs: 1500 } });
  });

  it('notices a letter that was spoken of and is not there', () => {
    expect(summaryOf({ accepted: 0 }).problems[0]).toContain('1 dead letters, and the queue accepted only 0');
  });

  it('survives JSON', () => {
    const summary = summaryOf();

    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});

describe('the summary on a screen', () => {
  it('begins with the verdict', () => {
    expect(renderSummary(summaryOf(), PLAIN).split('\n')[0]).toBe(
      'All 2 messages are accounted for: 1 delivered, 1 dead letter.',
    );
  });

  it('says first that nothing was delivered, and how to make that a failure', () => {
    const { tally, observe } = createTally();
    observe({ kind: 'deadLettered', relayId: 'm-1', code: 'invalidMessage', records: 0 });
    const letters = [{ relayId: 'm-1', partial: false }];
    const published = [{ messageId: 'm-1' }];
    const balance = account({ published, fates: tally.fates, letters, onQueue: 0 });

    const [first, ...rest] = renderSummary(summaryOf({ tally, account: balance }), PLAIN).split('\n');

    expect(first).toMatch(
      /^Nothing was delivered\. The one message is accounted for, as a dead letter\. .*--fail-on-dead-letters/,
    );
    expect(rest.join('\n')).not.toContain('0 dead');
    expect(rest.join('\n')).toMatch(/dead letters +1/);
  });

  it('tells of letters that somebody has taken since', () => {
    const summary = summaryOf();
    const text = renderSummary({ ...summary, messages: { ...summary.messages, taken: 1 } }, PLAIN);

    expect(text).toMatch(/dead letters +1 .*1 taken off the queue since/);
  });

  it('blames a spent day, not the time limit, and promises no calls that Marketo refuses', () => {
    const ledger = {
      ...summaryOf().ledger,
      circuit: 'daySpent',
      stoppedUntil: '2027-01-02T06:00:00.000Z',
      leftToday: 0,
    };
    const spent = summaryOf({ end: 'daySpent', ledger: ledger as NonNullable<SummaryInput['ledger']> });
    const late = renderSummary({ ...spent, end: 'timeLimit', accounted: false }, PLAIN);
    const text = renderSummary({ ...spent, accounted: false }, PLAIN);

    expect(text).toContain("the day's quota is spent (607): no call is made before 2027-01-02T06:00:00.000Z");
    expect(text).not.toMatch(/time limit|49,998 left|circuit +closed/);
    expect(late).toContain('while the relay was stopped (daySpent) until 2027-01-02T06:00:00.000Z');
  });

  it('says what is not accounted for', () => {
    const lost = { ...summaryOf(), accounted: false };
    const text = renderSummary({ ...lost, messages: { ...lost.messages, queued: 3, lost: 1 } }, PLAIN);

    expect(text.split('\n')[0]).toBe('1 message not accounted for, 3 still on the queue.');
  });

  it('gives each dead letter one line with code, place, meaning and remedy', () => {
    const line = renderSummary(summaryOf(), PLAIN)
      .split('\n')
      .find((each) => each.includes('1006'));

    expect(line).toBe(
      "  1006  line 17, order-2, input[2, 5]: Field not found: Field 'x' not found. " +
        'A field of the record is not known to Marketo. Remedy: Correct the name of the field.',
    );
  });

  it('shows waits, retries by name, and the ledger', () => {
    const text = renderSummary(summaryOf(), PLAIN);

    expect(text).toMatch(/window +2 .*1\.5 s at most, 1 message sent back/);
    expect(text).toMatch(/713 +1 +Transient/i);
    expect(text).toMatch(/used today +2 +49,998 left of 50,000/);
  });

  it('fits the terminal', () => {
    const lines = renderSummary(summaryOf(), NARROW).split('\n');

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it('has nothing in it that could command the terminal', () => {
    const evil = { ...LETTER, relayId: '\u001b[2Jx', id: '\u001b[2Jx', message: 'a\u0007\u202e\r\nb\u009b31m' };

    expect(renderSummary(summaryOf({ letters: [evil] }), PLAIN)).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  });

  it.each(['interrupted', 'timeLimit', 'cannotStart', 'credentialsRefused', 'daySpent'] as const)(
    'says when it was %s',
    (end) => {
      const summary = { ...summaryOf({ end }), accounted: false };

      expect(renderSummary(summary, PLAIN).split('\n')[1]).not.toBe('');
    },
  );
});

describe('layout', () => {
  it('hangs further lines under the first', () => {
    expect(hang('one two three four five six seven', 20, 40)).toBe(
      `one two three four\n${' '.repeat(20)}five six seven`,
    );
  });

  it('leaves a line whole where there is no width', () => {
    expect(hang('word '.repeat(100).trim(), 20, Number.POSITIVE_INFINITY)).not.toContain('\n');
  });

  it('aligns figures to the right', () => {
    const text = section(PLAIN, 'T', [
      { label: 'a', value: '1' },
      { label: 'long', value: '1,000' },
    ]);

    expect(text.split('\n').slice(1)).toEqual(['  a         1', '  long  1,000']);
  });

  it('cuts what somebody else wrote', () => {
    expect(printable('x'.repeat(50), 10)).toBe('xxxxxxx...');
  });
});

describe('a screen', () => {
  it.each([
    [{ isTTY: true, columns: 100 }, {}, true],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
    [{ isTTY: false }, {}, false],
  ])('%o with %o has colours: %s', (stream, env, coloured) => {
    const painted = screenOf(stream, env).paint('red', 'x');

    expect(painted !== 'x').toBe(coloured);
  });

  it('that is no terminal has no width', () => {
    expect(screenOf({}, {}).columns).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('progress', () => {
  const at = (elapsedMs: number, settled: number): Progress => ({
    published: 10,
    settled,
    dead: 0,
    calls: settled,
    waiting: 0,
    elapsedMs,
  });

  it('is one line drawn over and over on a terminal, and never wider than it', () => {
    const written: string[] = [];
    const bar = createBar((text) => written.push(text), { ...NARROW, columns: 70 });

    bar.show(at(0, 0));
    bar.show(at(1000, 5));
    bar.clear();

    expect(written.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n'))).toBe(true);
    expect(written[1]).toContain('5 of 10 settled');
    expect(Math.max(...written.map((text) => text.length))).toBeLessThan(70 + 6);
  });

  it('keeps the bar below what is noted', () => {
    const written: string[] = [];
    const bar = createBar((text) => written.push(text), NARROW);

    bar.show(at(0, 3));
    bar.note('something');

    expect(written.slice(1).join('')).toMatch(/something\n.*3 of 10 settled/s);
  });

  it('is a few plain lines elsewhere: the first, one in five seconds, and the last', () => {
    const written: string[] = [];
    const plain = createPlainProgress((text) => written.push(text));

    for (let second = 0; second <= 12; second += 1) plain.show(at(second * 1000, Math.min(10, second)));

    expect(written.map((line) => line.trim().split('  ')[1]?.slice(0, 8))).toEqual([
      '0 of 10 ',
      '5 of 10 ',
      '10 of 10',
    ]);
    expect(written.join('')).not.toContain('\u001b');
  });
});
