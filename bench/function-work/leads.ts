import type { HttpReply, HttpRequest } from '../../lib/marketo/http.ts';
import type { ReceivedMessage } from '../../lib/message/queue.ts';

/** Fields as people sync them: all records have the same length, so that the reply's can be told from the request's. */
function leadOf(index: number): object {
  const number = String(index).padStart(8, '0');
  return {
    email: `person.${number}@example.com`,
    firstName: 'Josephine',
    lastName: `Example-${number}`,
    company: 'Example Manufacturing Ltd.',
    title: 'Head of Demand Generation',
    phone: '+44 20 7946 0000',
    country: 'United Kingdom',
    leadScore: 42,
    unsubscribed: false,
  };
}

function bodyOf(index: number): string {
  return JSON.stringify({
    path: '/rest/v1/leads.json',
    body: { action: 'createOrUpdate', lookupField: 'email', input: [leadOf(index)] },
  });
}

/** One lead in each message, as Lambda hands them over. */
function received(count: number, bodies: (index: number) => string = bodyOf): readonly ReceivedMessage[] {
  const sentAtMs = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const messageId = `7d1bb0a8-5ee4-4a1c-9f6e-${String(index).padStart(12, '0')}`;
    return { messageId, receiptHandle: messageId, body: bodies(index), attributes: {}, receiveCount: 1, sentAtMs };
  });
}

const RECORD_LENGTH = JSON.stringify(leadOf(0)).length;

/** Marketo's reply to a call of so many such leads: made once for each size, so that it costs the relay's time nothing. */
function createReplies(): (records: number) => HttpReply {
  const known = new Map<number, HttpReply>();
  return (records) => {
    const reply = known.get(records) ?? replyOf(records);
    known.set(records, reply);
    return reply;
  };
}

/** How many such leads a call carries: a comma is between two, and less than a record stands around them. */
function recordsIn({ body = '' }: Pick<HttpRequest, 'body'>): number {
  return Math.floor(body.length / (RECORD_LENGTH + 1));
}

function replyOf(records: number): HttpReply {
  const result = Array.from({ length: records }, (_, index) => ({ id: 1_000_000 + index, status: 'created' }));
  const body = JSON.stringify({ requestId: 'e42b#14272d07d78', result, success: true });
  return { kind: 'reply', status: 200, headers: { 'content-type': 'application/json' }, body, complete: true };
}

export { bodyOf, createReplies, leadOf, received, recordsIn };
