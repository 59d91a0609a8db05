import { Database } from './database/database.ts';
import { Faults } from './faults.ts';
import { LatencySource } from './latency.ts';
import { Limits } from './limits.ts';
import {
  DEFAULT_CLIENT_ID,
  DEFAULT_CLIENT_SECRET,
  DEFAULT_FEATURES,
  type FakeLimits,
  type FakeMarketoOptions,
  type FakeUser,
  IMPORT_PACE,
  MARKETO_LIMITS,
  systemClock,
} from './options.ts';
import { seededRandom } from './random.ts';
import { Reports } from './reports.ts';
import { shippedData } from './seed-data.ts';
import { Counters } from './stats.ts';
import type { Subscription } from './subscription.ts';
import { createSwitches, type Door, type SwitchBoard } from './switches.ts';
import { Timers } from './timers.ts';
import { Tokens } from './tokens.ts';
import { Usage } from './usage.ts';

/** What the handlers of one server share. */
interface Machine {
  readonly subscription: Subscription;
  readonly users: readonly FakeUser[];
  readonly limits: Limits;
  readonly tokens: Tokens;
  readonly faults: Faults;
  readonly switches: SwitchBoard;
  readonly counters: Counters;
  readonly reports: Reports;
  readonly latency: LatencySource;
  readonly timers: Timers;
  readonly maxBodyBytes: number;
  readonly maxUriBytes: number;
}

/**
 * One source of randomness for each purpose, so that more faults do not change the latencies. `door` is asked for when an
 * outage shuts it.
 */
function createMachine(options: FakeMarketoOptions, door: () => Door): Machine {
  const clock = options.clock ?? systemClock;
  const nowMs = () => clock.nowMs();
  const seed = options.seed ?? 1;
  const random = seededRandom(seed);
  // Rule: limits-reset
  const usage = new Usage(options.quotaTimeZone ?? 'America/Chicago');
  const limits = new Limits(limitsOf(options), usage);
  const counters = new Counters();
  const reports = new Reports(counters, options.callLogSize ?? 0);
  if (options.onCall !== undefined) reports.listen(options.onCall);
  const database = new Database(options.data ?? shippedData(), random, nowMs(), { ...IMPORT_PACE, ...options.imports });
  const tokens = new Tokens(clock, seededRandom(seed + 1), options.tokenLifetimeSeconds ?? 3600);
  const features = { ...DEFAULT_FEATURES, ...options.features };
  return {
    subscription: { database, features, usage, counters, random, nowMs },
    users: usersOf(options),
    limits,
    tokens,
    faults: new Faults(options.faults ?? [], seededRandom(seed + 2)),
    switches: createSwitches({ limits, tokens, door, nowMs }),
    counters,
    reports,
    latency: new LatencySource(options.latencyMs ?? 0, seededRandom(seed + 3)),
    timers: new Timers(),
    maxBodyBytes: options.maxBodyBytes ?? 1_048_576,
    maxUriBytes: options.maxUriBytes ?? 8192,
  };
}

function usersOf(options: FakeMarketoOptions): readonly FakeUser[] {
  if (options.users !== undefined) return options.users;
  const clientId = options.clientId ?? DEFAULT_CLIENT_ID;
  return [{ userId: 'relay@example.com', clientId, clientSecret: options.clientSecret ?? DEFAULT_CLIENT_SECRET }];
}

function limitsOf(options: FakeMarketoOptions): FakeLimits {
  return {
    rateLimitCalls: options.rateLimitCalls ?? MARKETO_LIMITS.rateLimitCalls,
    rateLimitWindowSeconds: options.rateLimitWindowSeconds ?? MARKETO_LIMITS.rateLimitWindowSeconds,
    maxConcurrentCalls: options.maxConcurrentCalls ?? MARKETO_LIMITS.maxConcurrentCalls,
    dailyQuota: options.dailyQuota ?? MARKETO_LIMITS.dailyQuota,
  };
}

export type { Machine };
export { createMachine };
