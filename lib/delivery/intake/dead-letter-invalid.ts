import { buildDeadLetter } from '../../dead-letter/build.ts';
import { failureFromProblems } from '../../dead-letter/failure.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { InvalidMessage } from './receive-batch.ts';

/**
 * Writes a dead letter for each message that is no request the relay accepts.
 *
 * @returns the ids of those whose dead letter was not accepted: SQS brings them again.
 */
async function deadLetterInvalid(
  invalid: readonly InvalidMessage[],
  { deadLetters, observe, secrets }: Pick<DeliveryDeps, 'deadLetters' | 'observe' | 'secrets'>,
): Promise<readonly string[]> {
  if (invalid.length === 0) return [];
  const letters = invalid.map((message) => {
    const failure = failureFromProblems(message.problems, message.state);
    return buildDeadLetter({ message, failure, secrets: secrets() });
  });
  const sent = await deadLetters.send(letters);
  return invalid.flatMap(({ received, state: { relayId } }, index) => {
    if (sent[index]?.accepted === true) {
      observe({ kind: 'deadLettered', relayId, code: 'invalidMessage', records: 0 });
      return [];
    }
    observe({ kind: 'unsettled', relayId });
    return [received.messageId];
  });
}

export { deadLetterInvalid };
