import type { Bounds } from '../settings/bounds.ts';
import { NUMBER_BOUNDS } from '../settings/bounds.ts';
import { MAX_GATHER_SECONDS } from './timeouts.ts';

/** Every number that a relay can be given. The ranges of those that are AWS's are AWS's. */
const RELAY_NUMBERS = {
  ...NUMBER_BOUNDS,
  gatherSeconds: { default: 2, min: 0, max: MAX_GATHER_SECONDS },
  gatherMessages: { default: 300, min: 1, max: 10_000 },
  maxConcurrency: { default: 5, min: 2, max: 1_000 },
  maxReceiveCount: { default: 10, min: 10, max: 1_000 },
  memorySize: { default: 512, min: 256, max: 10_240 },
  oldestMessageAlarmSeconds: { default: 3_600, min: 300, max: 1_209_600 },
} as const satisfies Record<string, Bounds>;

type RelayNumber = keyof typeof RELAY_NUMBERS;

const RELAY_NUMBER_NAMES = Object.keys(RELAY_NUMBERS) as readonly RelayNumber[];

export type { RelayNumber };
export { RELAY_NUMBER_NAMES, RELAY_NUMBERS };
