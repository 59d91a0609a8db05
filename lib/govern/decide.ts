import type { LineStopReason } from '../telemetry/events.ts';
import { OWN_CHANGE_MS, PAUSE_AFTER_MS, PROBE_AFTER_MS, RESUME_AHEAD_MS, SETTLED_AFTER_MS } from './policy.ts';
import type { LineStop, Memory, Seen } from './seen.ts';

/**
 * What to do next, in this order. A run may end after any of them, or in the middle of one:
 *
 *     pause:   rememberDisabling -> notePause -> disable
 *     resume:  enable -> forgetPause
 *
 * So a mapping is never left disabled without a note or a memory that says by whom: what the run left undone, the next
 * one does. The note says how things are meant to be, and the mapping is brought there, whoever has moved it: a deployment
 * may enable what is paused.
 */
type Action =
  /** Undefined: the line is not stopped. */
  | { readonly kind: 'rememberStop'; readonly sinceMs: number | undefined }
  /** Undefined: messages are taken, or there are none. */
  | { readonly kind: 'rememberQueued'; readonly sinceMs: number | undefined }
  | { readonly kind: 'rememberDisabling'; readonly atMs: number }
  /** Only where there is no note. */
  | { readonly kind: 'notePause'; readonly reason: string; readonly sinceMs: number }
  /** Only governing's own note. */
  | { readonly kind: 'forgetPause' }
  | { readonly kind: 'disable' }
  | { readonly kind: 'enable' }
  /** One call to Marketo, to see whether it works again. */
  | { readonly kind: 'probe'; readonly reason: LineStopReason };

/** Who keeps the relay from taking messages. `outside`: somebody disabled the mapping, and left no note. */
type PausedBy = 'person' | 'govern' | 'outside';

/**
 * What to do about what is seen. Pure: the same is done whichever run finds it so.
 *
 * @example
 * // Credentials have been refused for eleven minutes:
 * decide(seen, nowMs); // [rememberDisabling, notePause, disable]
 */
function decide(seen: Seen, nowMs: number): readonly Action[] {
  const sinceMs = stoppedSinceMs(seen, nowMs);
  const queuedMs = queuedSinceMs(seen, nowMs);
  return [
    ...(sinceMs === seen.memory.stoppedSinceMs ? [] : [{ kind: 'rememberStop', sinceMs } as const]),
    ...(queuedMs === seen.memory.queuedSinceMs ? [] : [{ kind: 'rememberQueued', sinceMs: queuedMs } as const]),
    ...actionsOf(seen, sinceMs, nowMs),
  ];
}

function actionsOf(seen: Seen, sinceMs: number | undefined, nowMs: number): readonly Action[] {
  const { mapping, stop } = seen;
  // Lambda refuses a second change while it makes the first.
  if (mapping.state === 'changing') return [];
  const isDisabled = mapping.state === 'disabled';
  const hasLasted = sinceMs !== undefined && nowMs - sinceMs >= PAUSE_AFTER_MS;
  switch (pausedBy(seen)) {
    case 'person':
      return isDisabled ? [] : [{ kind: 'disable' }];
    case 'outside':
      return [];
    case 'govern': {
      // Whoever took the note away wants the relay to run.
      if (seen.pause === undefined) return [{ kind: 'enable' }];
      if (stop === undefined || !hasLasted || endsSoon(seen, nowMs)) return resume(seen);
      if (!isDisabled) return [{ kind: 'rememberDisabling', atMs: nowMs }, { kind: 'disable' }];
      return stop.needsProbe && nowMs >= stop.untilMs ? [{ kind: 'probe', reason: stop.reason }] : [];
    }
    case undefined: {
      if (stop === undefined || endsSoon(seen, nowMs)) return [];
      const isSettled = nowMs - mapping.changedAtMs >= SETTLED_AFTER_MS;
      if (hasLasted && isSettled && holdsForAll(stop, sinceMs)) return pause(stop.reason, nowMs);
      return stop.needsProbe && nowMs >= stop.untilMs + PROBE_AFTER_MS ? [{ kind: 'probe', reason: stop.reason }] : [];
    }
  }
}

/**
 * Some operations that are denied stop the line too, and one call of another that works opens it again: each of them is paused by
 * itself then. Until a probe was denied after the line stopped, others may get through, and a pause would end with that probe.
 */
function holdsForAll({ reason, sinceMs: stoppedMs }: LineStop, sinceMs: number): boolean {
  return reason !== 'accessDenied' || stoppedMs > sinceMs;
}

function pause(reason: string, nowMs: number): readonly Action[] {
  return [
    { kind: 'rememberDisabling', atMs: nowMs },
    { kind: 'notePause', reason, sinceMs: nowMs },
    { kind: 'disable' },
  ];
}

function resume({ mapping }: Seen): readonly Action[] {
  return mapping.state === 'disabled' ? [{ kind: 'enable' }, { kind: 'forgetPause' }] : [{ kind: 'forgetPause' }];
}

/**
 * Since when nothing has been delivered: as long as each run finds the line stopped, and no call worked in between.
 * A clock that was set back must not make it the future.
 */
function stoppedSinceMs({ stop, worksAtMs, memory }: Seen, nowMs: number): number | undefined {
  if (stop === undefined) return undefined;
  const { stoppedSinceMs: known } = memory;
  const isStill = known !== undefined && known <= nowMs && (worksAtMs === undefined || worksAtMs < known);
  return isStill ? known : nowMs;
}

/**
 * Since when something has waited for the pause to end. Nothing leaves the queue meanwhile, so the oldest message is at
 * least as old as that; who reads none cannot know more.
 */
function queuedSinceMs(seen: Seen, nowMs: number): number | undefined {
  if (seen.messages === 0 || pausedBy(seen) === undefined) return undefined;
  const { queuedSinceMs: known } = seen.memory;
  return known !== undefined && known <= nowMs ? known : nowMs;
}

/** A day that begins anew at a known time finds the mapping enabled. */
function endsSoon({ stop }: Seen, nowMs: number): boolean {
  return stop !== undefined && !stop.needsProbe && nowMs >= stop.untilMs - RESUME_AHEAD_MS;
}

/** @returns undefined when messages are taken, or are meant to be. */
function pausedBy({ pause: note, mapping, memory }: Pick<Seen, 'pause' | 'mapping' | 'memory'>): PausedBy | undefined {
  if (note !== undefined) return note.by;
  if (mapping.state !== 'disabled') return undefined;
  return isOwnChange(mapping.changedAtMs, memory) ? 'govern' : 'outside';
}

/**
 * A note can be gone and the mapping disabled after all: somebody resumed the relay while a run was about to pause it.
 * What was disabled about then was disabled by governing, and is enabled again.
 */
function isOwnChange(changedAtMs: number, { disabledAtMs }: Memory): boolean {
  return disabledAtMs !== undefined && Math.abs(changedAtMs - disabledAtMs) <= OWN_CHANGE_MS;
}

export type { Action, PausedBy };
export { decide, pausedBy, queuedSinceMs };
