import { tokenMark } from '../../access-token/token-state.ts';
import type { CallOutcome } from '../../ledger/ledger.ts';
import { parseReply } from '../../marketo/reply.ts';
import type { Secret } from '../../marketo/secret.ts';
import { callOutcomeOf, holdMsOf } from '../judge/disposition.ts';
import { type Judgement, judge } from '../judge/judge.ts';
import { heaviest, type Verdict } from '../judge/verdict.ts';
import { countUnits } from '../plan/units.ts';
import { type Call, endpointOf, messagesOf } from '../work-item.ts';
import { longestCallMs } from './call-timeout.ts';
import type { ReleaseTerms } from './permit-releases.ts';
import type { HttpExchange } from './permitted-call.ts';

/** A reply, judged for the call that it answers. */
interface JudgedReply {
  readonly judgement: Judgement;
  /** The verdict that counts for the call: the one of the whole, or the heaviest of its records. */
  readonly verdict: Verdict;
  readonly durationMs: number;
  /** False: nothing came back. */
  readonly isAnswered: boolean;
  /** What the call shows of Marketo, whatever it says of its messages. */
  readonly outcome: CallOutcome;
}

/** What the reply means for the call, and what the ledger learns from it. */
function readReply(
  call: Call,
  { request, reply, sentAtMs }: HttpExchange,
  token: Secret,
  nowMs: number,
): { readonly value: JudgedReply; readonly terms: ReleaseTerms } {
  const endpoint = endpointOf(call);
  const parsed = parseReply(reply);
  const isAligned = call.items.every((item) => item.record !== undefined);
  const records = isAligned ? call.items.length : undefined;
  const messages = messagesOf(call.items).length;
  const units = countUnits(call.items);
  const judgement = judge({ endpoint, method: request.method, records, messages, units }, parsed);
  const isWhole = judgement.kind === 'whole';
  const verdict = isWhole ? judgement.verdict : heaviest(judgement.verdicts);
  const durationMs = nowMs - sentAtMs;
  const outcome = isWhole ? callOutcomeOf(verdict) : 'success';
  return {
    value: { judgement, verdict, durationMs, isAnswered: reply.kind === 'reply', outcome },
    terms: {
      outcome: learntFrom(call, outcome),
      // A reply that answers record by record counts, whatever codes the records have.
      counted: !isWhole || verdict.counted,
      holdMs: holdMsOf(parsed, verdict, longestCallMs(endpoint), durationMs),
      token: tokenMark(token),
    },
  };
}

/**
 * What the ledger learns. A call that carries one message, which has failed alone before, says nothing new of Marketo or of
 * the operation when it fails once more: the fault may be that message's.
 */
function learntFrom({ items }: Call, outcome: CallOutcome): CallOutcome {
  if (outcome !== 'transient' && outcome !== 'denied') return outcome;
  const isSuspect = messagesOf(items).every(({ state }) => state.attemptsAlone > 0);
  return isSuspect ? 'neutral' : outcome;
}

export type { JudgedReply };
export { readReply };
