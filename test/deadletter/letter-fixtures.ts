import { failureFromProblems, failureFromRelay } from '../../lib/deadletter/failure.ts';
import { buildLetter, type LetterInput } from '../../lib/deadletter/letter.ts';
import { letterAttributes, serialise } from '../../lib/deadletter/serialise.ts';
import type { DeadLetter } from '../../lib/deadletter/types.ts';
import { readMessage } from '../../lib/message/intake.ts';
import type { Intake } from '../../lib/message/message.ts';
import type { OutgoingMessage, Queue, QueueRecord, SendOutcome } from '../../lib/message/queue.ts';
import type { Log } from '../../lib/ports.ts';
import { NOW_MS, recordOf } from '../message/intake-fixtures.ts';

/** The letter of a queue record: of its problems, or of one rejection by the relay. */
function letterFor(intake: Intake, rest: Partial<LetterInput> = {}): DeadLetter {
  switch (intake.kind) {
    case 'message': {
      const failure = failureFromRelay('attemptsExhausted', { message: 'too often', state: intake.message.state });
      return buildLetter({ message: intake.message, failure, ...rest });
    }
    case 'invalid':
      return buildLetter({ message: intake, failure: failureFromProblems(intake.problems, intake.state), ...rest });
    case 'overflowed':
      throw new Error('the letter is elsewhere');
  }
}

/** What the console's redrive makes of a letter: a new message, body and attributes as they are. */
function putBack(letter: DeadLetter, overrides: Partial<QueueRecord> = {}): Intake {
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
    hold: async () => true,
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
