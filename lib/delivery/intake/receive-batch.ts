import type { Intake, Message } from '../../message/message.ts';
import type { MessageProblem } from '../../message/problem.ts';
import type { ReceivedMessage } from '../../message/queue.ts';
import { resultProblems } from '../../message/wanted-result.ts';
import type { DeliveryDeps } from '../deps.ts';
import { type Deduplicated, deduplicate } from './deduplicate.ts';
import { fetchOverflow, type ReadIntake } from './fetch-overflow.ts';
import { readMessage } from './read-message.ts';

type InvalidMessage = Extract<Intake, { kind: 'invalid' }>;

/** One batch of received messages, sorted by what is to be done with them. Each of them is in exactly one member. */
interface Batch extends Pick<Deduplicated, 'duplicates'> {
  /** To be sent: one of each, in the order received. */
  readonly messages: readonly Message[];
  /** To be dead-lettered. */
  readonly invalid: readonly InvalidMessage[];
  /** The ids of messages that could not be read now: SQS brings them again. */
  readonly unread: readonly string[];
}

const NOT_ITS_OWN_ID: MessageProblem = {
  path: 'id',
  expected: 'an id of its own; another message of the same batch has it, with another request',
};

/**
 * The step "intake": reads every received message, fetches what overflowed, and keeps one of each duplicate. It makes no
 * call and writes nothing.
 */
async function receiveBatch(received: readonly ReceivedMessage[], deps: DeliveryDeps): Promise<Batch> {
  const intakes = await Promise.all(received.map((one) => read(one, deps)));
  const known = intakes.filter((intake) => intake !== undefined);
  const valid = known.flatMap((intake) => (intake.kind === 'message' ? [intake.message] : []));
  const { messages, duplicates, conflicting } = deduplicate(valid);
  return {
    messages,
    duplicates,
    invalid: [
      ...known.flatMap((intake) => (intake.kind === 'invalid' ? [intake] : [])),
      ...conflicting.map((message) => ({ ...message, kind: 'invalid' as const, problems: [NOT_ITS_OWN_ID] })),
    ],
    unread: received.filter((_, index) => intakes[index] === undefined).map(({ messageId }) => messageId),
  };
}

async function read(received: ReceivedMessage, deps: DeliveryDeps): Promise<ReadIntake | undefined> {
  const intake = readMessage(received, deps.clock.nowMs(), deps.isolate);
  const whole = intake.kind === 'overflowed' ? await fetchOverflow(received, intake, deps) : intake;
  if (whole?.kind !== 'message') return whole;
  const { message } = whole;
  const problems = resultProblems(message.request, message.wanted, deps.results !== undefined);
  return problems.length === 0 ? whole : { ...message, kind: 'invalid', problems };
}

export type { Batch, InvalidMessage };
export { receiveBatch };
