import { wireSize } from '../../marketo/http-request.ts';
import { MAX_BODY_BYTES } from '../../marketo/limits.ts';
import { bytesAlone, tooLargeText } from '../plan/request-group.ts';
import type { WorkItem } from '../work-item.ts';
import type { Verdict } from './verdict.ts';

/**
 * Before SQS moves a message to the dead-letter queue by itself (`maxReceiveCount` is 10 unless told otherwise): what SQS
 * moves has no letter, and loses its relay id when it is put back.
 */
const MAX_RECEIVES = 9;

/** A fault that the relay itself finds, before anything is sent. */
function ownVerdict(code: 'expired' | 'recordTooLarge' | 'attemptsExhausted', message: string): Verdict {
  return { rule: { kind: 'reject' }, code, level: 'relay', message, errors: [], executed: 'no', counted: false };
}

/** Why a message must not be sent any more. */
function spent({ message: { notAfterMs, received } }: WorkItem, nowMs: number): Verdict | undefined {
  if (received.receiveCount >= MAX_RECEIVES) {
    const text = `received ${received.receiveCount} times and never settled: its workers ended early, or SQS took no copy`;
    return ownVerdict('attemptsExhausted', text);
  }
  if (notAfterMs === undefined || nowMs <= notAfterMs) return undefined;
  const [limit, now] = [notAfterMs, nowMs].map((ms) => new Date(ms).toISOString());
  return ownVerdict('expired', `notAfter was ${limit}, it is ${now}`);
}

function tooLarge(item: WorkItem): Verdict | undefined {
  const bodyBytes = item.record === undefined ? wireSize(item.message.request).bodyBytes : bytesAlone(item);
  if (bodyBytes <= MAX_BODY_BYTES) return undefined;
  return ownVerdict('recordTooLarge', tooLargeText(bodyBytes));
}

export { spent, tooLarge };
