import { describe, expect, it } from 'vitest';
import { type Judgement, judge } from '../../../lib/delivery/judge/judge.ts';
import type { Verdict } from '../../../lib/delivery/judge/verdict.ts';
import { matchEndpoint } from '../../../lib/marketo/endpoints/endpoints.ts';
import { parseReply } from '../../../lib/marketo/reply.ts';
import { CALL_EXCHANGES } from './call-exchanges.ts';
import type { Exchange } from './exchange.ts';
import { LEAD_EXCHANGES } from './lead-exchanges.ts';
import { OBJECT_EXCHANGES } from './object-exchanges.ts';

const EXCHANGES = [...LEAD_EXCHANGES, ...OBJECT_EXCHANGES, ...CALL_EXCHANGES];
const LEAST_ROWS = 60;

/** Alone there is nobody to isolate it from. */
function endOf({ rule, code, level, executed }: Verdict, isAlone: boolean): string {
  // What is done in part is not repeated: no endpoint of these that stands or falls as a whole is idempotent.
  if (executed === 'yes' && rule.kind !== 'delivered') return `letter ${code}`;
  switch (rule.kind) {
    case 'isolate':
      return isAlone && level !== 'relay' ? `letter ${code}` : 'isolate';
    case 'retry':
      return `retry ${rule.pace} ${code}`;
    case 'wait':
      return `wait ${rule.limit}`;
    case 'reject':
      return `letter ${code}`;
    case 'reauthenticate':
      return 'newToken';
    case 'reshape':
      return rule.how === 'halve' ? 'halve' : 'asPost';
    default:
      return rule.kind;
  }
}

function judged({ request, records, messages, status, body }: Exchange): Judgement {
  const [method, path] = request.split(' ') as ['GET' | 'POST' | 'DELETE', string];
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const endpoint = matchEndpoint({ method, path });
  return judge(
    { endpoint, method, records, messages: messages ?? records ?? 1 },
    parseReply({ kind: 'reply', status, headers: {}, body: text, complete: true }),
  );
}

function endsOf(exchange: Exchange): string | readonly string[] {
  const judgement = judged(exchange);
  const isAlone = (exchange.messages ?? exchange.records ?? 1) === 1;
  if (judgement.kind === 'whole') return endOf(judgement.verdict, isAlone);
  return judgement.verdicts.map((verdict) => endOf(verdict, isAlone));
}

describe('exchanges with Marketo, each judged beforehand by its source', () => {
  it.each(EXCHANGES)('$request, $title', (exchange) => {
    expect(endsOf(exchange)).toEqual(exchange.end);
  });

  it(`are ${LEAST_ROWS} at least, each with its source`, () => {
    expect(EXCHANGES.length).toBeGreaterThanOrEqual(LEAST_ROWS);
    expect(EXCHANGES.filter(({ source }) => source.length < 4)).toEqual([]);
    const names = EXCHANGES.map(({ request, title }) => `${request} ${title}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
