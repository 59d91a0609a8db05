import type { LineStopReason } from '../telemetry/events.ts';

/** Why nothing can be delivered, as the ledger has it. */
interface LineStop {
  readonly reason: LineStopReason;
  /** When the line stopped, or was stopped again after a probe that failed. */
  readonly sinceMs: number;
  /** From here on a probe may be made; of a day that is used up by the relay's own count, the reset. */
  readonly untilMs: number;
  /** False: it ends by itself at `untilMs`, and nothing need be tried. */
  readonly needsProbe: boolean;
}

/** The event source mapping that feeds the delivery function. `changing`: Lambda has not done yet what it was told. */
interface MappingSeen {
  readonly state: 'enabled' | 'disabled' | 'changing';
  readonly changedAtMs: number;
}

/** The item `pause#<subscription>`: the relay is meant to be paused, and who says so. */
interface PauseSeen {
  readonly by: 'person' | 'govern';
  readonly reason: string;
  readonly sinceMs: number;
}

/** What governing knows from its last run: the item `govern#<subscription>`. */
interface Memory {
  /** Since when every run has found the line stopped. */
  readonly stoppedSinceMs?: number;
  /** When it last began to disable the mapping. */
  readonly disabledAtMs?: number;
  /** Since when every run has found the relay paused, and messages on the queue. */
  readonly queuedSinceMs?: number;
}

/** All that is looked at before anything is done. */
interface Seen {
  readonly stop?: LineStop;
  /** The last call that is known to have worked; undefined where nothing tells. */
  readonly worksAtMs?: number;
  readonly mapping: MappingSeen;
  readonly pause?: PauseSeen;
  readonly memory: Memory;
  /** Messages on the queue: visible, delayed and in flight, by SQS's own count. */
  readonly messages: number;
}

export type { LineStop, MappingSeen, Memory, PauseSeen, Seen };
