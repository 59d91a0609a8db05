import type { MessageAttribute } from '../message/queue.ts';
import type { CopyState } from './order-watch.ts';

type Attributes = Readonly<Record<string, MessageAttribute>>;

/** What a copy says of the message that it stands for. */
interface SeenState {
  readonly attempt: number;
  readonly alone: number;
  readonly share: number | undefined;
  readonly records: number | undefined;
  readonly group: number | undefined;
  readonly lastCode: string;
  readonly order: CopyState;
}

function stateOf(attributes: Attributes): SeenState | undefined {
  const text = attributes.relay?.stringValue;
  if (text === undefined) return undefined;
  try {
    const {
      attempt,
      alone = 0,
      share,
      records,
      group,
      lastCode,
      firstSeen,
      marked,
    } = JSON.parse(text) as Partial<SeenState> & CopyState & { attempt: number };
    const order = { ...(firstSeen && { firstSeen }), ...(lastCode && { lastCode }), ...(marked && { marked }) };
    return { attempt, alone, share, records, group, lastCode: lastCode ?? '', order };
  } catch {
    return undefined;
  }
}

export type { Attributes };
export { stateOf };
