import { buildDeadLetter } from '../../dead-letter/build.ts';
import { failureFromProblems } from '../../dead-letter/failure.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { InvalidMessage } from './receive-batch.ts';

/**
 * Writes a dead letter for each message that is no request the relay accepts.
 *
 * @returns which of them are accepted. SQS brings the others again.
 */
async function deadLetterInvalid(
  invalid: readonly InvalidMessage[],
  { deadLetters, observe, secrets }: Pick<DeliveryDeps, 'deadLetters' | 'observe' | 'secrets'>,
): Promise<{ readonly dead: readonly InvalidMessage[]; readonly unsettled: readonly string[] }> {
  if (invalid.length === 0) return { dead: [], unsettled: [] };
  const letters = invalid.map((message) => {
    const failure = failureFromProblems(message.problems, message.state);
    return buildDeadLetter({ message, failure, secrets: secrets() });
  });
  const sent = await deadLetters.send(letters);
  const dead = invalid.filter((_, index) => sent[index]?.accepted === true);
  const unsettled = invalid.filter((_, index) => sent[index]?.accepted !== true);
  for (const { state } of dead) {
    observe({ kind: 'deadLettered', relayId: state.relayId, code: 'invalidMessage', records: 0 });
  }
  for (const { state } of unsettled) observe({ kind: 'unsettled', relayId: state.relayId });
  return { dead, unsettled: unsettled.map(({ received }) => received.messageId) };
}

export { deadLetterInvalid };
