import { buildDeadLetter } from '../../dead-letter/build.ts';
import { failureFromProblems } from '../../dead-letter/failure.ts';
import type { DeliveryDeps } from '../deps.ts';
import type { InvalidMessage } from './receive-batch.ts';
import { type WriteUnreadDeps, writeUnread } from './write-unread.ts';

/**
 * Writes a dead letter for each message that is no request the relay accepts.
 *
 * @returns which of them are settled, and the ids of the others: SQS brings them again.
 */
async function deadLetterInvalid(
  invalid: readonly InvalidMessage[],
  deps: WriteUnreadDeps & Pick<DeliveryDeps, 'secrets'>,
): Promise<{ readonly dead: readonly InvalidMessage[]; readonly unsettled: readonly string[] }> {
  const accepted = await writeUnread(
    invalid.map((message) => ({
      state: message.state,
      code: 'invalidMessage',
      letter: buildDeadLetter({
        message,
        failure: failureFromProblems(message.problems, message.state),
        secrets: deps.secrets(),
      }),
      body: message.originalBody,
    })),
    deps,
  );
  return {
    dead: invalid.filter((_, index) => accepted[index] === true),
    unsettled: invalid.filter((_, index) => accepted[index] !== true).map(({ received }) => received.messageId),
  };
}

export { deadLetterInvalid };
