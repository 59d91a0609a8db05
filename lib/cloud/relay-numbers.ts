import type { Bounds } from '../settings/bounds.ts';
import { NUMBER_BOUNDS } from '../settings/bounds.ts';
import {
  DEFAULT_BACKFILL_CONCURRENCY,
  DEFAULT_GATHER_MESSAGES,
  DEFAULT_GATHER_SECONDS,
  DEFAULT_JOURNAL_DAYS,
  DEFAULT_MAX_CONCURRENCY,
  DEFAULT_MAX_RECEIVE_COUNT,
  MAX_GATHER_MESSAGES,
  MAX_GATHER_SECONDS,
  MIN_MAX_RECEIVE_COUNT,
  RETENTION_SECONDS,
} from '../settings/policy.ts';

/** Every number that a relay can be given. The ranges of those that are AWS's are AWS's. */
const RELAY_NUMBERS = {
  ...NUMBER_BOUNDS,
  gatherSeconds: { default: DEFAULT_GATHER_SECONDS, min: 0, max: MAX_GATHER_SECONDS },
  gatherMessages: { default: DEFAULT_GATHER_MESSAGES, min: 1, max: MAX_GATHER_MESSAGES },
  maxConcurrency: { default: DEFAULT_MAX_CONCURRENCY, min: 2, max: 1_000 },
  backfillConcurrency: { default: DEFAULT_BACKFILL_CONCURRENCY, min: 2, max: 1_000 },
  maxReceiveCount: { default: DEFAULT_MAX_RECEIVE_COUNT, min: MIN_MAX_RECEIVE_COUNT, max: 1_000 },
  memorySize: { default: 512, min: 256, max: 10_240 },
  // The upper end is ten years; what is kept for longer is an archive, not a journal.
  journalDays: { default: DEFAULT_JOURNAL_DAYS, min: 1, max: 3_650 },
  oldestMessageAlarmSeconds: { default: 3_600, min: 300, max: RETENTION_SECONDS },
} as const satisfies Record<string, Bounds>;

type RelayNumber = keyof typeof RELAY_NUMBERS;

const RELAY_NUMBER_NAMES = Object.keys(RELAY_NUMBERS) as readonly RelayNumber[];

export type { RelayNumber };
export { RELAY_NUMBER_NAMES, RELAY_NUMBERS };
