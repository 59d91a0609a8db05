import { afterEach, describe, expect, it, vi } from 'vitest';
import { createInstruments } from '../../functions/instrument.ts';
import { createDeadLetterPublisher } from '../../lib/dead-letter/publish.ts';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { joinLogParts, LOG_PART_MESSAGE, type LogPartFields } from '../../lib/telemetry/log-parts.ts';
import { fakeQueue, letterFor } from '../dead-letter/fixtures.ts';
import { read, SYNC } from '../delivery/intake/fixtures.ts';

/** Lambda is reported to cut standard output here. */
const LAMBDA_CUTS_AT = 256_000;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** What the function writes when a letter is sent, by the logger that it has. */
async function linesOf(letter: DeadLetter): Promise<readonly string[]> {
  let text = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
  }
  vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'MarketoRelay-Relay-0123ABCD');
  const { log } = createInstruments();
  const overflow = { bucket: 'overflow', put: async () => {}, get: async () => undefined };
  await createDeadLetterPublisher({ queue: fakeQueue(), overflow, log }).send([letter]);
  vi.restoreAllMocks();
  return text.split('\n').filter((line) => line !== '');
}

const SPECIAL = '"\\\n\t\u0000\u001f\u2028é漢😀';

describe('the log of a dead letter', () => {
  it.each([
    ['250 KB', 'x'.repeat(250_000)],
    ['970 KB', `${SPECIAL}${'x'.repeat(970_000)}`],
    ['600 KB of quotes', '"'.repeat(300_000)],
    ['1 MB of what JSON escapes', '\\u0001'.repeat(170_000)],
    ['970 KB of emoji', '😀'.repeat(240_000)],
  ])('of %s has no line that Lambda would cut, and gives request and response back byte for byte', async (_, note) => {
    const body = { action: 'createOrUpdate', input: [{ note }] };
    const sent = JSON.stringify(body);
    const answer = JSON.stringify({ success: false, errors: [{ code: '1003', message: `${SPECIAL}${note}` }] });
    const lines = await linesOf(
      letterFor(read({ ...SYNC, id: 'order-7', body }), {
        request: { method: 'POST', url: 'https://x.example/rest/v1/leads.json', headers: {}, body: sent },
        reply: { kind: 'reply', status: 200, headers: {}, body: answer, complete: true },
      }),
    );

    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(200_000);
    expect(200_000).toBeLessThan(LAMBDA_CUTS_AT);
    const written = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(written.filter(({ message }) => message === 'dead letter')).toHaveLength(1);
    const parts = written.filter(({ message }) => message === LOG_PART_MESSAGE) as unknown as LogPartFields[];
    const joined = (partOf: string) => Buffer.from(joinLogParts(parts.filter((one) => one.partOf === partOf)));
    expect(joined('request.body').equals(Buffer.from(sent))).toBe(true);
    expect(joined('response.body').equals(Buffer.from(answer))).toBe(true);
    expect(parts.some((one) => one.partOf === 'message.body')).toBe(false);
  });
});
