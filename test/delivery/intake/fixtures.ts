import { readMessage } from '../../../lib/delivery/intake/read-message.ts';
import type { Intake, Message } from '../../../lib/message/message.ts';
import type { ReceivedMessage } from '../../../lib/message/queue.ts';

const NOW_MS = Date.parse('2027-03-01T12:00:00Z');

const SYNC = {
  method: 'POST',
  path: '/rest/v1/leads.json',
  body: {
    action: 'createOrUpdate',
    lookupField: 'email',
    input: [{ email: 'a@example.com' }, { email: 'b@example.com' }],
  },
};

function recordOf(body: unknown, overrides: Partial<ReceivedMessage> = {}): ReceivedMessage {
  return {
    messageId: 'b7e1d6a2-0000-4000-8000-000000000001',
    receiptHandle: 'handle-1',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {},
    receiveCount: 1,
    sentAtMs: NOW_MS - 5_000,
    ...overrides,
  };
}

function read(body: unknown, overrides: Partial<ReceivedMessage> = {}): Intake {
  return readMessage(recordOf(body, overrides), NOW_MS);
}

function validMessage(body: unknown, overrides: Partial<ReceivedMessage> = {}): Message {
  const intake = read(body, overrides);
  if (intake.kind !== 'message') throw new Error(`expected a message, got ${JSON.stringify(intake)}`);
  return intake.message;
}

function invalid(body: unknown, overrides: Partial<ReceivedMessage> = {}): Extract<Intake, { kind: 'invalid' }> {
  const intake = read(body, overrides);
  if (intake.kind !== 'invalid') throw new Error(`expected an invalid message, got ${intake.kind}`);
  return intake;
}

export { invalid, NOW_MS, read, recordOf, SYNC, validMessage };
