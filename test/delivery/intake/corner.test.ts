import { describe, expect, it } from 'vitest';
import type { MessageAttribute } from '../../../lib/message/queue.ts';
import { type FleetOptions, type FleetReport, KILLER, runFleet } from './crashing-fleet.ts';

const MINUTE = 60;
const TEN = Object.fromEntries(
  Array.from({ length: 10 }, (_, index): [string, MessageAttribute] => [
    `own${index}`,
    { dataType: 'String', stringValue: 'x' },
  ]),
);

const upsert = (email: string): string => JSON.stringify({ path: '/rest/v1/leads.json', body: { input: [{ email }] } });

/** `killers` among `total`, at even distances; the first of them at `from`. */
function bodies(total: number, killers: number, from = Math.floor(total / killers) - 1): readonly string[] {
  const everyNth = Math.floor(total / killers);
  return Array.from({ length: total }, (_, index) =>
    upsert((index - from) % everyNth === 0 && index >= from ? `${index}@${KILLER}.test` : `${index}@good.test`),
  );
}

async function run(options: FleetOptions) {
  const report = await runFleet(options);
  const lastInnocent = Math.max(0, ...report.deliveredAt.values());
  const lastLetter = Math.max(...report.letters.map(({ at }) => at));
  return { ...report, lastInnocent, lastLetter };
}

/** Nobody but the killers is dead, and nothing was left to SQS. */
function expectCornered(report: FleetReport, total: number, killers: number): void {
  expect(report.letters.map(({ code }) => code)).toEqual(Array.from({ length: killers }, () => 'workerCrash'));
  expect(report.letters.every(({ body }) => String(body).includes(KILLER))).toBe(true);
  expect(report.deliveredAt.size).toBe(total - killers);
  expect([report.movedBySqs, report.left]).toEqual([0, 0]);
}

describe('a message that ends its workers when they read it', () => {
  it.each([
    ['out of memory or process.exit', { gatherSeconds: 2 }],
    ['the same with two workers', { gatherSeconds: 2, pollers: 2 }],
    ['a quiet queue, on which Lambda gathers for 20 s each time', { gatherSeconds: 20 }],
    ['a loop that is ended after 20 s', { gatherSeconds: 2, stuckSeconds: 20, pollers: 2 }],
    ['such a loop on a quiet queue, with two workers', { gatherSeconds: 20, stuckSeconds: 20, pollers: 2 }],
  ])(
    'is dead-lettered alone within 20 minutes, and its 299 neighbours delivered within 15: %s',
    async (name, options) => {
      const most = { innocent: 0, letter: 0, invocations: 0, copies: 0 };
      for (const from of [0, 74, 149, 150, 226, 299]) {
        const report = await run({ bodies: bodies(300, 1, from), ...options });
        expectCornered(report, 300, 1);
        expect(report.mostReceives).toBe(2);
        most.innocent = Math.max(most.innocent, report.lastInnocent);
        most.letter = Math.max(most.letter, report.lastLetter);
        most.invocations = Math.max(most.invocations, report.invocations);
        most.copies = Math.max(most.copies, report.copies);
      }
      // biome-ignore lint/suspicious/noConsole: the figures are the evidence
      console.info(`one of 300, ${name}: ${JSON.stringify(most)}`);
      expect(most.letter).toBeLessThan(20 * MINUTE);
      expect(most.innocent).toBeLessThan(15 * MINUTE);
    },
  );

  it.each([
    [1, 1],
    [2, 1],
    [300, 3],
    [300, 10],
    [1_000, 5],
    [10, 10],
  ])('of %i messages, %i of them so', async (total, killers) => {
    const report = await run({ bodies: bodies(total, killers), gatherSeconds: 2 });
    expectCornered(report, total, killers);
    expect(report.lastLetter).toBeLessThan(20 * MINUTE);
    expect(report.mostReceives).toBe(2);
  });

  it('is told from the innocent after hours in which the function did not start', async () => {
    const brokenSeconds = 5 * 3_600;
    const report = await run({ bodies: bodies(300, 1), gatherSeconds: 2, brokenSeconds });
    expectCornered(report, 300, 1);
    expect(report.mostReceives).toBeGreaterThan(40);
    expect(report.lastLetter).toBeLessThan(brokenSeconds + 20 * MINUTE);
  });

  it('is found too where no message can be copied, for its ten attributes', async () => {
    const report = await run({ bodies: bodies(20, 1), gatherSeconds: 2, attributes: TEN });
    expectCornered(report, 20, 1);
    expect(report.copies).toBe(0);
    expect(report.mostReceives).toBe(9);
    expect(report.lastLetter).toBeLessThan(30 * MINUTE);
  });

  it('takes longer when nobody ends its loops, since each keeps a worker until the timeout', async () => {
    const report = await run({ bodies: bodies(300, 1), gatherSeconds: 2, stuckSeconds: 420, pollers: 2 });
    expectCornered(report, 300, 1);
    expect(report.lastLetter).toBeGreaterThan(20 * MINUTE);
  });
});
