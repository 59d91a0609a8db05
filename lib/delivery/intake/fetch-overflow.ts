import type { Intake } from '../../message/message.ts';
import type { ReceivedMessage } from '../../message/queue.ts';
import type { DeliveryDeps } from '../deps.ts';
import { readMessage } from './read-message.ts';

type Overflowed = Extract<Intake, { kind: 'overflowed' }>;
type ReadIntake = Exclude<Intake, Overflowed>;

/**
 * Reads a received message whose dead letter was too large for the queue, from the bucket that holds the whole of it.
 * Undefined when the bucket does not answer now: SQS brings the message again.
 */
async function fetchOverflow(
  received: ReceivedMessage,
  overflowed: Overflowed,
  { overflow, clock, log, isolate }: Pick<DeliveryDeps, 'overflow' | 'clock' | 'log' | 'isolate'>,
): Promise<ReadIntake | undefined> {
  const { state, pointer } = overflowed;
  const invalid = (expected: string): ReadIntake => {
    return { ...overflowed, kind: 'invalid', problems: [{ path: 'overflow', expected }] };
  };
  if (pointer.bucket !== overflow.bucket) return invalid(`a letter in ${overflow.bucket}; got ${pointer.bucket}`);
  try {
    const body = await overflow.get(pointer.key);
    if (body === undefined) return invalid(`the letter at ${pointer.key}; there is none`);
    const whole = readMessage({ ...received, body }, clock.nowMs(), isolate);
    return whole.kind === 'overflowed' ? invalid('a whole letter; got another pointer') : whole;
  } catch (error) {
    log.warn('the overflow bucket did not answer', { relayId: state.relayId, key: pointer.key, error: String(error) });
    return undefined;
  }
}

export type { ReadIntake };
export { fetchOverflow };
