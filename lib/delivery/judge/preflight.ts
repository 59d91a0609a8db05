import { allowedName, allows } from '../../marketo/endpoints/operation-patterns.ts';
import { wireSize } from '../../marketo/http-request.ts';
import { MAX_BODY_BYTES } from '../../marketo/limits.ts';
import { MAX_RECEIVES } from '../../settings/policy.ts';
import { bytesAlone, tooLargeText } from '../plan/request-group.ts';
import type { WorkItem } from '../work-item.ts';
import type { Verdict } from './verdict.ts';

/**
 * Why an item must not be sent now: its message was received too often, or is past its `notAfter`. Undefined when it may
 * be sent. The scheduler asks before every round, because time passes.
 */
function overdueVerdict({ message: { notAfterMs, received } }: WorkItem, nowMs: number): Verdict | undefined {
  if (received.receiveCount >= MAX_RECEIVES) {
    const text = `received ${received.receiveCount} times and never settled: its workers ended early, or SQS took no copy`;
    return preflightVerdict('attemptsExhausted', text);
  }
  if (notAfterMs === undefined || nowMs <= notAfterMs) return undefined;
  const [limit, now] = [notAfterMs, nowMs].map((ms) => new Date(ms).toISOString());
  return preflightVerdict('expired', `notAfter was ${limit}, it is ${now}`);
}

/** Marketo takes 1 MB as one request (Marketo: error-codes, 413). Undefined when the item fits a call of its own. */
function tooLargeVerdict(item: WorkItem): Verdict | undefined {
  const bodyBytes = item.record === undefined ? wireSize(item.message.request).bodyBytes : bytesAlone(item);
  if (bodyBytes <= MAX_BODY_BYTES) return undefined;
  return preflightVerdict('recordTooLarge', tooLargeText(bodyBytes));
}

/** Undefined when the setting allows the operation. */
function notAllowedVerdict(
  { message: { request, endpoint } }: WorkItem,
  patterns: readonly string[],
): Verdict | undefined {
  const name = allowedName(request, endpoint);
  if (allows(patterns, name)) return undefined;
  return preflightVerdict('operationNotAllowed', `${name} is not allowed: allowedOperations is ${patterns.join()}`);
}

type PreflightCode =
  | 'expired'
  | 'recordTooLarge'
  | 'attemptsExhausted'
  | 'operationNotAllowed'
  | 'unknownField'
  | 'invalidFieldValue';

/** A rejection that needs no call. */
function preflightVerdict(code: PreflightCode, message: string, errors: Verdict['errors'] = []): Verdict {
  return { rule: { kind: 'reject' }, code, level: 'relay', message, errors, executed: 'no', counted: false };
}

export { notAllowedVerdict, overdueVerdict, preflightVerdict, tooLargeVerdict };
