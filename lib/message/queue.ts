/** A message attribute as SQS has it. Binary values travel as base64. */
interface MessageAttribute {
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: string;
}

/** One received message, independent of how Lambda spells it. */
interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** SQS's own count of deliveries of this message, from 1. */
  readonly receiveCount: number;
  /** When SQS accepted it. */
  readonly sentAtMs: number;
}

interface OutgoingMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

type SendOutcome = { readonly accepted: true } | { readonly accepted: false; readonly error: string };

/** A queue the relay writes to. */
interface Queue {
  /**
   * Sends in as few requests as SQS allows (10 messages and 1 MiB each). One outcome for each message, in order;
   * never throws: a request that fails as a whole gives `accepted: false` to each of its messages.
   */
  send(messages: readonly OutgoingMessage[]): Promise<readonly SendOutcome[]>;
  /** Makes a received message visible again after this long (0 to 43,200 s). False when SQS refuses. */
  extendVisibility(receiptHandle: string, seconds: number): Promise<boolean>;
  /** The same for many, ten in a request. One answer for each, in order; never throws. */
  extendVisibilityBatch(receiptHandles: readonly string[], seconds: number): Promise<readonly boolean[]>;
  /**
   * Deletes received messages before their invocation ends, ten in a request. One answer for each, in order; never throws:
   * one that could not be deleted comes again.
   */
  deleteBatch(receiptHandles: readonly string[]): Promise<readonly boolean[]>;
}

export type { MessageAttribute, OutgoingMessage, Queue, ReceivedMessage, SendOutcome };
