import type { Dice } from './dice.ts';

/** Chances of each fault at each occasion, from 0 to 1. A seed draws which of them its run knows, and how often. */
interface Faults {
  /** A worker ends, before or after any await of its I/O. */
  readonly death: number;
  /** A worker stands still for up to a minute, before or after any await of its I/O. */
  readonly freeze: number;
  /** A request to the table: throttled, lost, or done with its reply lost. The SDK sends it again. */
  readonly tableThrottled: number;
  readonly tableRequestLost: number;
  readonly tableReplyLost: number;
  /** A request to SQS fails as a whole, loses its reply, or is half refused. */
  readonly queueFails: number;
  readonly queueReplyLost: number;
  readonly queueEntryFails: number;
  /** A message is received twice at once, once more after it was deleted, or its deletion is lost. */
  readonly duplicate: number;
  readonly resurrection: number;
  readonly deleteLost: number;
  /** Marketo's replies: a code for the whole call, for a record, in the HTTP status, or nothing readable. */
  readonly responseCode: number;
  readonly recordCode: number;
  readonly httpCode: number;
  readonly garbage: number;
  /** What the network to Marketo does: no connection, a reset at any time, a reply that never comes. */
  readonly notConnected: number;
  readonly reset: number;
  readonly hang: number;
  /** A call takes up to Marketo's own timeout. */
  readonly slow: number;
  /** A reply quotes a secret. */
  readonly echo: number;
  /** Identity fails, or answers something strange. */
  readonly identity: number;
  /** A token is revoked before its time. */
  readonly tokenRevoked: number;
  /** The overflow store or the secret store fails. */
  readonly storeFails: number;
}

type FaultName = keyof Faults;

/** The highest chance of each fault. */
const MOST: Faults = {
  death: 0.012,
  freeze: 0.006,
  tableThrottled: 0.03,
  tableRequestLost: 0.02,
  tableReplyLost: 0.03,
  queueFails: 0.1,
  queueReplyLost: 0.06,
  queueEntryFails: 0.1,
  duplicate: 0.15,
  resurrection: 0.03,
  deleteLost: 0.06,
  responseCode: 0.25,
  recordCode: 0.2,
  httpCode: 0.15,
  garbage: 0.15,
  notConnected: 0.1,
  reset: 0.12,
  hang: 0.04,
  slow: 0.15,
  echo: 0.3,
  identity: 0.5,
  tokenRevoked: 0.05,
  storeFails: 0.2,
};

const NO_FAULTS = Object.fromEntries(Object.keys(MOST).map((name) => [name, 0])) as unknown as Faults;

/** Each fault is in a third of the runs, so that a run shows its own few and not the average of all. */
function drawFaults(dice: Dice): Faults {
  if (dice.chance(0.03)) return NO_FAULTS;
  const share = dice.pick([0.15, 0.35, 0.6]);
  const entries = Object.entries(MOST).map(([name, most]) => {
    return [name, dice.chance(share) ? most * dice.between(0.1, 1) : 0] as const;
  });
  return Object.fromEntries(entries) as unknown as Faults;
}

export type { FaultName, Faults };
export { drawFaults, NO_FAULTS };
