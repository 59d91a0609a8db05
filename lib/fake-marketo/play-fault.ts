import type { RecordFault } from './execute.ts';
import type { FaultEffect, Hit } from './faults.ts';
import { fail, type Outcome, succeed } from './outcome.ts';
import { type Ending, htmlReply, jsonReply, reply } from './reply.ts';

/** How an effect treats the operation: not run, run, or run without some records. */
type Play = { readonly runs: boolean; readonly records?: RecordFault };

function playOf({ rule, effect }: Hit): Play {
  switch (effect.kind) {
    case 'code':
      if (effect.level !== 'record') return { runs: effect.executed ?? false };
      return { runs: true, records: recordFault(effect, rule.bodyIncludes) };
    case 'html':
    case 'empty':
    case 'notJson':
    case 'hang':
      return { runs: effect.executed ?? false };
    case 'reset':
      return { runs: effect.when === 'after' };
    case 'redirect':
      return { runs: false };
    case 'cutBody':
    case 'wrongResultCount':
    case 'latency':
    case 'expireToken':
    case 'identity':
      return { runs: true };
  }
}

function recordFault(effect: FaultEffect & { kind: 'code' }, includes: string | undefined): RecordFault {
  const code = String(effect.code);
  const message = effect.message ?? `Fault ${code}`;
  if (effect.position !== undefined || includes === undefined) {
    const wanted = effect.position ?? 0;
    return { code, message, hits: (_record, position) => position === wanted };
  }
  return { code, message, hits: (record) => JSON.stringify(record).includes(includes) };
}

/** What goes over the wire, given what the operation answered; undefined when it was not run. */
function endingOf(effect: FaultEffect, outcome: Outcome | undefined, requestId: string): Ending {
  const honest = (): Ending => jsonReply(outcome ?? succeed([]), requestId);
  switch (effect.kind) {
    case 'code': {
      const code = String(effect.code);
      const numeric = effect.numeric ?? false;
      if (effect.level === 'http') return htmlReply(Number(code), effect.message ?? 'Fault');
      if (effect.level === 'record') return jsonReply(outcome ?? succeed([]), requestId, numeric);
      return jsonReply(fail(code, effect.message ?? `Fault ${code}`), requestId, numeric);
    }
    case 'html':
      return htmlReply(effect.status ?? 502, 'Bad Gateway');
    case 'empty':
      return reply(effect.status ?? 200, 'application/json;charset=UTF-8', '');
    case 'notJson':
      return reply(effect.status ?? 200, 'text/plain', 'upstream request timeout');
    case 'cutBody': {
      const ending = honest();
      return { kind: 'cut', body: ending.kind === 'reply' ? ending.body : '' };
    }
    case 'reset':
      return { kind: 'reset' };
    case 'hang':
      return { kind: 'hang', holdsSlotMs: effect.holdsSlotMs ?? 0 };
    case 'wrongResultCount':
      return jsonReply(resized(outcome ?? succeed([]), effect.by), requestId);
    case 'redirect': {
      const location = effect.location ?? 'https://elsewhere.invalid/rest/v1/leads.json';
      return { kind: 'reply', status: 302, contentType: 'text/html', body: '', location };
    }
    case 'latency':
    case 'expireToken':
    case 'identity':
      return honest();
  }
}

function resized(outcome: Outcome, by: number): Outcome {
  if (outcome.kind !== 'success') return outcome;
  const result = outcome.result ?? [];
  const more = Array.from({ length: Math.max(0, by) }, () => ({ id: 999_999_999, status: 'updated' }));
  return succeed([...result.slice(0, Math.max(0, result.length + Math.min(0, by))), ...more], outcome.more);
}

export { endingOf, playOf };
