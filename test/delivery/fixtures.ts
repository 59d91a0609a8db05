import type { Message } from '../../lib/message/message.ts';
import type { ReceivedMessage } from '../../lib/message/queue.ts';
import { encodeRelayState, freshState } from '../../lib/message/relay-attribute.ts';
import type { RelayState } from '../../lib/message/relay-state.ts';
import { NOW_MS, validMessage } from './intake/fixtures.ts';

/** A checked message with its own SQS id, and with the state that a copy would carry. */
function messageOf(
  body: unknown,
  id: string,
  state?: Partial<RelayState>,
  overrides: Partial<ReceivedMessage> = {},
): Message {
  const record = { messageId: id, receiptHandle: id, ...overrides };
  if (state === undefined) return validMessage(body, record);
  const relay = encodeRelayState({ ...freshState({ messageId: id, sentAtMs: NOW_MS }), ...state });
  return validMessage(body, { ...record, attributes: { ...record.attributes, relay } });
}

export { messageOf };
