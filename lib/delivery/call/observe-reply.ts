import { redact } from '../../dead-letter/redact.ts';
import { isKnown } from '../../marketo/catalogue/catalogue.ts';
import type { DeliveryDeps } from '../deps.ts';
import { type Call, endpointOf, messagesOf } from '../work-item.ts';
import type { JudgedReply } from './read-reply.ts';

/** Relay ids in one log line. Of a call with more, `messages` says how many; a line names each of them when it is settled. */
const MAX_LOGGED_RELAY_IDS = 50;

/** Tells metrics and log of a call that was made. The line holds no personal data: neither path, nor query, nor body. */
function observeReply(
  call: Call,
  { judgement, verdict, durationMs, isAnswered }: JudgedReply,
  { observe, log, secrets }: Pick<DeliveryDeps, 'observe' | 'log' | 'secrets'>,
): void {
  const isWhole = judgement.kind === 'whole';
  const verdicts = isWhole ? [verdict] : judgement.verdicts;
  const messages = messagesOf(call.items);
  const facts = {
    operation: endpointOf(call).operation,
    records: call.items.length,
    messages: messages.length,
    code: isWhole ? verdict.code : 'ok',
    durationMs,
  };
  observe({ kind: 'call', ...facts });
  for (const { rule, code, level } of verdicts)
    if (level !== 'relay' && rule.kind !== 'delivered' && !isKnown(code, level))
      observe({ kind: 'unknownCode', code, level });
  log.info(isAnswered ? 'Marketo answered a call' : 'a call had no reply', {
    ...facts,
    ...(verdict.requestId !== undefined && { requestId: redact(verdict.requestId, secrets()) }),
    relayIds: messages.slice(0, MAX_LOGGED_RELAY_IDS).map(({ state }) => state.relayId),
  });
}

export { observeReply };
