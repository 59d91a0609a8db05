/** When a message was published, as far as its messages of one key are told apart by it. */
interface PublishedOrder {
  /** SQS's time of its first copy. */
  readonly publishedAtMs: number;
  /** Among messages of one millisecond: its place in the batch that it first went back from. */
  readonly place: number;
}

/** Says at a key that a message which has it went back to the queue: newer ones wait behind it. */
interface Mark extends PublishedOrder {
  /** Names the message: its relay id and its time, hashed. */
  readonly id: string;
  /** It ends here by itself, by the clock of its worker. */
  readonly untilMs: number;
  /** About when the message comes back. */
  readonly dueMs: number;
  /** The message only sets the key, and finds its object by another: what only sets it too need not wait. */
  readonly isSet: boolean;
}

interface MarkChange {
  readonly put: readonly Mark[];
  /** Ids. */
  readonly remove: readonly string[];
}

/**
 * The marks of all workers, by key. A key is a hash of it, 48 bits: two keys with one hash wait for each other.
 * Both implementations (memory, DynamoDB) pass the same contract tests.
 */
interface OrderMarks {
  /**
   * Those of each key, without any that has expired; keys without marks are left out. A consistent read.
   *
   * @throws when the table cannot be reached.
   */
  read(keys: readonly number[]): Promise<ReadonlyMap<number, readonly Mark[]>>;
  /**
   * One write for each key, in no order. A mark with the id of another takes its place; what others write at the same time
   * stays. Never throws.
   *
   * @returns the keys of which nobody knows whether they were written: the table did not answer.
   */
  change(changes: ReadonlyMap<number, MarkChange>): Promise<ReadonlySet<number>>;
}

/** The total order of messages: by time, then place, then id. */
function isBefore(
  one: PublishedOrder & { readonly id: string },
  other: PublishedOrder & { readonly id: string },
): boolean {
  if (one.publishedAtMs !== other.publishedAtMs) return one.publishedAtMs < other.publishedAtMs;
  return one.place !== other.place ? one.place < other.place : one.id < other.id;
}

export type { Mark, MarkChange, OrderMarks, PublishedOrder };
export { isBefore };
