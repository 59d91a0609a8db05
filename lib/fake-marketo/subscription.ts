import type { Database } from './database/database.ts';
import type { FakeFeatures } from './options.ts';
import type { Counters } from './stats.ts';
import type { Usage } from './usage.ts';

/** All that the operations of one fake subscription share. */
interface Subscription {
  readonly database: Database;
  readonly features: FakeFeatures;
  readonly usage: Usage;
  readonly counters: Counters;
  readonly random: () => number;
  nowMs(): number;
}

export type { Subscription };
