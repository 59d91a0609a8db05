import type { Message } from '../../message/message.ts';

/**
 * Messages of a batch in order of publication: SQS brings them in any. Of one millisecond those first that went back before,
 * then as received.
 */
function inOrder(messages: readonly Message[]): readonly Message[] {
  const placeOf = ({ state: { place } }: Message): number => place ?? Number.POSITIVE_INFINITY;
  return messages.toSorted((one, other) => {
    const laterMs = one.state.firstSeenMs - other.state.firstSeenMs;
    if (laterMs !== 0) return laterMs;
    const [place, otherPlace] = [placeOf(one), placeOf(other)];
    return place === otherPlace ? 0 : place - otherPlace;
  });
}

export { inOrder };
