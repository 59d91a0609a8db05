import { shorten } from '../message/json-text.ts';
import type { Queue } from '../message/queue.ts';
import type { ResultDestination } from '../results/publish.ts';
import { MAX_MESSAGE_BYTES } from '../settings/policy.ts';

/** Room for the attributes: three facts of at most 128 characters, with names and types. */
const ATTRIBUTES_BYTES = 1_024;
const MAX_FACT_LENGTH = 128;

/** Results as messages of a queue, with the facts as attributes, by which an event source mapping may filter. */
function createResultQueue(queue: Pick<Queue, 'send'>): ResultDestination {
  const fact = (value: string) => ({ dataType: 'String', stringValue: shorten(value, MAX_FACT_LENGTH) });
  return {
    maxBytes: MAX_MESSAGE_BYTES - ATTRIBUTES_BYTES,
    send: (bodies) =>
      queue.send(
        bodies.map(({ text, facts: { relayId, operation, status } }) => ({
          body: text,
          attributes: { relayId: fact(relayId), operation: fact(operation), status: fact(status) },
          delaySeconds: 0,
        })),
      ),
  };
}

export { createResultQueue };
