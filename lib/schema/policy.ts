/** Every wait and bound of the cached schemas, with its reason. */
const SCHEMA_POLICY = {
  /** An object type in use is described again after so long. */
  refreshMs: 3_600_000,
  /** What a worker has read from the table holds for so long: a field that is missing is looked up in the table first. */
  memoryMs: 300_000,
  /** The same after a read that found nothing or failed. */
  emptyMemoryMs: 60_000,
  /** Types of which a worker remembers something: each form is one. */
  maxRemembered: 200,
  /**
   * A field that Describe did not show is called unknown for so long after it. Longer, and what somebody has created since
   * would be refused; a storm of one bad name is dealt with by one call all the same.
   */
  certainMs: 60_000,
  /** Between two looks that find nothing new, the last one for all further ones: 290 calls in a day that is all storm. */
  lookGapsMs: [60_000, 120_000, 240_000, 300_000],
  /** Looks in vain are forgotten after so long without any. */
  looksForgottenMs: 3_600_000,
  /** Between two looks because Marketo says something else of a field than the schema does. */
  contradictionGapMs: 900_000,
  /** A worker that describes a type and ends over it keeps the others from it for so long. */
  leaseMs: 60_000,
  /** No reply of Describe is waited for any longer, whatever its endpoint may take. */
  callTimeoutMs: 40_000,
  /** Who may not describe a type is not asked again before. */
  deniedMs: 86_400_000,
  /** A field that is gone is remembered for so long, beyond the longest time for which messages are held for it. */
  removedKeptMs: 10 * 86_400_000,
  /** Removed names that are remembered of one type. */
  maxRemoved: 2_000,
  /**
   * Keys that were learnt are used alone after so long: until then a worker may still guess. More than twice `memoryMs`.
   */
  keysSettledMs: 900_000,
  /** Bytes of the stored schema. An item takes 400 KB (DynamoDB: service quotas). */
  maxStoredBytes: 300_000,
} as const;

export { SCHEMA_POLICY };
