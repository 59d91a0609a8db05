import { buildDeadLetter, type LetterInput } from '../../lib/dead-letter/build.ts';
import { failureFromProblems, failureFromRelay } from '../../lib/dead-letter/failure.ts';
import { letterAttributes, serialise } from '../../lib/dead-letter/serialise.ts';
import type { DeadLetter } from '../../lib/dead-letter/types.ts';
import { readMessage } from '../../lib/delivery/intake/read-message.ts';
import type { Intake } from '../../lib/message/message.ts';
import type { OutgoingMessage, Queue, ReceivedMessage, SendOutcome } from '../../lib/message/queue.ts';
import type { Log } from '../../lib/ports.ts';
import { NOW_MS, recordOf } from '../delivery/intake/fixtures.ts';

/** The letter of a queue record: of its problems, or of one rejection by the relay. */
function letterFor(intake: Intake, rest: Partial<LetterInput> = {}): DeadLetter {
  switch (intake.kind) {
    case 'message': {
      const failure = failureFromRelay('attemptsExhausted', { message: 'too often', state: intake.message.state });
      return buildDeadLetter({ message: intake.message, failure, ...rest });
    }
    case 'invalid':
      return buildDeadLetter({ message: intake, failure: failureFromProblems(intake.problems, intake.state), ...rest });
    case 'overflowed':
      throw new Error('the letter is elsewhere');
  }
}

/** What the console's redrive makes of a letter: a new message, body and attributes as they are. */
function putBack(letter: DeadLetter, overrides: Partial<ReceivedMessage> = {}): Intake {
  const body = serialise(letter);
  const attributes = letterAttributes(letter, body);
  return readMessage(recordOf(body, { messageId: 'redriven-1', attributes, ...overrides }), NOW_MS);
}

interface FakeQueue extends Queue {
  readonly sent: OutgoingMessage[];
}

function fakeQueue(outcome: SendOutcome = { accepted: true }): FakeQueue {
  const sent: OutgoingMessage[] = [];
  return {
    sent,
    async send(messages) {
      sent.push(...messages);
      return messages.map(() => outcome);
    },
    extendVisibility: async () => true,
    extendVisibilityBatch: async (handles) => handles.map(() => true),
    deleteBatch: async (handles) => handles.map(() => true),
  };
}

interface LogLine {
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

function recordingLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (message: string, fields: Record<string, unknown> = {}) => void lines.push({ message, fields });
  return { lines, log: { debug: write, info: write, warn: write, error: write } };
}

export { fakeQueue, letterFor, putBack, recordingLog };
