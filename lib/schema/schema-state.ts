import { nameKey, type ObjectSchema } from './object-schema.ts';
import { SCHEMA_POLICY } from './policy.ts';

/** What all workers of a subscription know of one object type. Pure data; `schema-keeper.ts` keeps it. */
interface SchemaState {
  /** Undefined while Describe has never answered. */
  readonly schema?: ObjectSchema;
  /** When the Describe call was sent that gave it; 0 for never. */
  readonly describedAtMs: number;
  /** Since when the dedupe fields are known as they are. */
  readonly keysSinceMs: number;
  /** Fields that Describe showed once, and when they were found gone. */
  readonly removed: ReadonlyMap<string, number>;
  /** When it was last tried, whatever came of it. */
  readonly askedAtMs: number;
  /** Looks in a row that found nothing new. */
  readonly vainLooks: number;
  /** Describe is not permitted: it is not asked before. */
  readonly deniedUntilMs: number;
  /** Some worker is asking until then. */
  readonly leaseEndsAtMs: number;
}

/** Why a type is described: its hour is over, a record has a field that it lacks, or Marketo contradicts it. */
type Occasion = 'hourly' | 'look' | 'contradiction';

/** What became of a call of Describe. `notMade`: no permit, no token or no time. */
type DescribeAnswer =
  | { readonly kind: 'schema'; readonly schema: ObjectSchema; readonly sentAtMs: number }
  | { readonly kind: 'denied' | 'failed' | 'notMade' };

interface SchemaChange {
  /** Names that Describe showed before, and does not now. */
  readonly removed: readonly string[];
  /** Those that had been gone. */
  readonly returned: readonly string[];
}

const EMPTY_SCHEMA_STATE: SchemaState = {
  describedAtMs: 0,
  keysSinceMs: 0,
  removed: new Map(),
  askedAtMs: 0,
  vainLooks: 0,
  deniedUntilMs: 0,
  leaseEndsAtMs: 0,
};

const NO_CHANGE: SchemaChange = { removed: [], returned: [] };

/** How long the type must not be described on this occasion; 0 when it may be now. */
function describeWaitMs(state: SchemaState, occasion: Occasion, nowMs: number): number {
  const { askedAtMs, describedAtMs, deniedUntilMs, leaseEndsAtMs } = state;
  const afterAsk = askedAtMs === 0 ? 0 : askedAtMs + gapMs(state, occasion, nowMs);
  const afterHour = describedAtMs === 0 ? 0 : describedAtMs + SCHEMA_POLICY.refreshMs;
  const soonestMs = occasion === 'hourly' ? Math.max(afterAsk, afterHour) : afterAsk;
  return Math.max(0, Math.max(soonestMs, deniedUntilMs, leaseEndsAtMs) - nowMs);
}

function gapMs(state: SchemaState, occasion: Occasion, nowMs: number): number {
  const { lookGapsMs, contradictionGapMs, refreshMs } = SCHEMA_POLICY;
  if (occasion === 'hourly' && state.describedAtMs === 0) return refreshMs;
  // Whoever has no schema yet needs one: a look may follow a failed attempt.
  if (occasion === 'contradiction' && state.describedAtMs > 0) return contradictionGapMs;
  return lookGapsMs[Math.min(looksInVain(state, nowMs), lookGapsMs.length - 1)] ?? 0;
}

function looksInVain({ askedAtMs, vainLooks }: SchemaState, nowMs: number): number {
  return nowMs - askedAtMs > SCHEMA_POLICY.looksForgottenMs ? 0 : vainLooks;
}

function isDenied({ deniedUntilMs }: SchemaState, nowMs: number): boolean {
  return deniedUntilMs > nowMs;
}

/** Whether what Describe did not show is still called missing. */
function isCertain({ describedAtMs }: SchemaState, nowMs: number): boolean {
  return nowMs - describedAtMs <= SCHEMA_POLICY.certainMs;
}

function withLease(state: SchemaState, nowMs: number): SchemaState {
  return { ...state, leaseEndsAtMs: nowMs + SCHEMA_POLICY.leaseMs };
}

/** The state after a call of Describe, and what has changed by it. */
function afterDescribe(
  state: SchemaState,
  answer: DescribeAnswer,
  occasion: Occasion,
  nowMs: number,
): { readonly state: SchemaState; readonly change: SchemaChange } {
  const released = { ...state, leaseEndsAtMs: 0 };
  const looks = looksInVain(state, nowMs);
  const asked = { ...released, askedAtMs: nowMs, vainLooks: occasion === 'hourly' ? looks : looks + 1 };
  switch (answer.kind) {
    case 'notMade':
      return { state: released, change: NO_CHANGE };
    case 'denied':
      return { state: { ...asked, deniedUntilMs: nowMs + SCHEMA_POLICY.deniedMs }, change: NO_CHANGE };
    case 'failed':
      return { state: { ...asked, vainLooks: looks + 1 }, change: NO_CHANGE };
    case 'schema':
      return withSchema(asked, answer, nowMs);
  }
}

function withSchema(
  state: SchemaState,
  { schema, sentAtMs }: Extract<DescribeAnswer, { kind: 'schema' }>,
  nowMs: number,
): { readonly state: SchemaState; readonly change: SchemaChange } {
  const [before, now] = [namesOf(state.schema), namesOf(schema)];
  const removed = [...before].flatMap(([key, name]) => (now.has(key) ? [] : [name]));
  const returned = [...state.removed.keys()].filter((name) => now.has(nameKey(name)));
  const isNew = [...now.keys()].some((key) => !before.has(key));
  const stillGone = [...state.removed].filter(
    ([name, atMs]) => !now.has(nameKey(name)) && nowMs - atMs < SCHEMA_POLICY.removedKeptMs,
  );
  const gone = [...stillGone, ...removed.map((name): [string, number] => [name, nowMs])];
  const sameKeys = String(state.schema?.dedupeFields) === String(schema.dedupeFields);
  return {
    change: { removed, returned },
    state: {
      ...state,
      schema,
      describedAtMs: sentAtMs,
      keysSinceMs: sameKeys ? state.keysSinceMs : nowMs,
      removed: new Map(gone.slice(-SCHEMA_POLICY.maxRemoved)),
      vainLooks: isNew || removed.length > 0 ? 0 : state.vainLooks,
      deniedUntilMs: 0,
    },
  };
}

function namesOf(schema: ObjectSchema | undefined): ReadonlyMap<string, string> {
  return new Map(schema?.fields.map(({ name }) => [nameKey(name), name]));
}

export type { DescribeAnswer, Occasion, SchemaChange, SchemaState };
export { afterDescribe, describeWaitMs, EMPTY_SCHEMA_STATE, isCertain, isDenied, NO_CHANGE, withLease };
