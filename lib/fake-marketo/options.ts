import type { ImportPace } from './database/imports.ts';
import type { FaultRule } from './faults.ts';
import type { SeedData } from './seed-data.ts';
import type { CallReport } from './stats.ts';

/** An API-only user with its custom service: what identity knows, and what the user may do. */
interface FakeUser {
  /** As the usage endpoint names it. */
  readonly userId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Paths that its role does not allow: 603. A string is a whole path. */
  readonly deniedPaths?: readonly (string | RegExp)[];
  /** Lead partitions that it may see and write; others give 1008. Default: all but `Restricted`. */
  readonly partitions?: readonly string[];
  /** Where its new leads go; null makes every create name a partition (1009). Default `Default`. */
  readonly defaultPartition?: string | null;
}

/** Server time for limits, token expiry and stored dates. Latency always passes in real time. */
interface FakeClock {
  nowMs(): number;
}

interface FakeLimits {
  readonly rateLimitCalls: number;
  readonly rateLimitWindowSeconds: number;
  readonly maxConcurrentCalls: number;
  readonly dailyQuota: number;
}

/** Parts of a subscription that can be switched off (or on), each with a code of its own. */
interface FakeFeatures {
  /** A native CRM sync: companies, opportunities, roles and sales persons are read-only (1018). */
  readonly nativeCrm: boolean;
  /** False: 1026 on every custom object call. */
  readonly customObjects: boolean;
  /** False: 616 on the custom object metadata calls. */
  readonly customObjectMetadata: boolean;
  /** False: 703 on the named account calls. */
  readonly namedAccounts: boolean;
  /** False: 1035 for lead exports by `updatedAt`, `smartListId` or `smartListName`. */
  readonly exportFilters: boolean;
  /**
   * False: a form POST with `_method=GET` gets 605, and now and then 612, as some subscriptions answer it (node-marketo,
   * issues 36 and 40). Drawn from the seed.
   */
  readonly formReads: boolean;
  /** True: an import without failures or warnings has an empty file of them (HTTP 200), instead of none (HTTP 404). */
  readonly emptyImportFiles: boolean;
}

/** How long a call takes, in real milliseconds; a range is drawn from evenly. */
type Latency = number | { readonly minMs: number; readonly maxMs: number };

/** Every member is optional. Limits default to Marketo's own: 100 calls in 20 s, 10 in flight, 50,000 a day. */
interface FakeMarketoOptions extends Partial<FakeLimits> {
  /** @default a free one */
  readonly port?: number;
  /** IANA zone whose midnight resets the day. @default 'America/Chicago' */
  readonly quotaTimeZone?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** @default 3600 */
  readonly tokenLifetimeSeconds?: number;
  /** @default 0 */
  readonly latencyMs?: Latency;
  /** @default 1 */
  readonly seed?: number;
  /** @default the system's clock, made monotonic */
  readonly clock?: FakeClock;
  readonly faults?: readonly FaultRule[];
  /** @default one user, with `clientId` and `clientSecret` */
  readonly users?: readonly FakeUser[];
  readonly features?: Partial<FakeFeatures>;
  /** How long file imports take, as the server's clock counts. @default 5 s at least, 5,000 rows a second */
  readonly imports?: Partial<ImportPace>;
  /** What the database holds at the start. @default the shipped data */
  readonly data?: SeedData;
  /** How many of the newest calls `calls()` keeps, bodies included. @default 0 */
  readonly callLogSize?: number;
  /** Called at the end of every API and identity call. */
  readonly onCall?: (report: CallReport) => void;
  /** Largest JSON or form body. @default 1048576 (Marketo: rest-api, 1 MB) */
  readonly maxBodyBytes?: number;
  /** Largest path with query. @default 8192 (Marketo: error-codes 414, 8k) */
  readonly maxUriBytes?: number;
}

const DEFAULT_CLIENT_ID = 'fake-client-id';
const DEFAULT_CLIENT_SECRET = 'fake-client-secret';
const OTHER_USER_ID = 'other-integration@example.com';

/** Marketo: rest-api and integration-best-practices, limits of a subscription. */
const MARKETO_LIMITS: FakeLimits = {
  rateLimitCalls: 100,
  rateLimitWindowSeconds: 20,
  maxConcurrentCalls: 10,
  dailyQuota: 50_000,
};

const DEFAULT_FEATURES: FakeFeatures = {
  nativeCrm: false,
  customObjects: true,
  customObjectMetadata: true,
  namedAccounts: true,
  exportFilters: false,
  formReads: true,
  emptyImportFiles: false,
};

/** The fake's own figures: Marketo's depend on the queue of its subscription. */
const IMPORT_PACE: ImportPace = { minMs: 5000, rowsPerSecond: 5000 };

/** Never steps back, as the system's clock may: the windows below need arrivals in order. */
const systemClock: FakeClock = { nowMs: () => Math.floor(performance.timeOrigin + performance.now()) };

export type { FakeClock, FakeFeatures, FakeLimits, FakeMarketoOptions, FakeUser, Latency };
export {
  DEFAULT_CLIENT_ID,
  DEFAULT_CLIENT_SECRET,
  DEFAULT_FEATURES,
  IMPORT_PACE,
  MARKETO_LIMITS,
  OTHER_USER_ID,
  systemClock,
};
