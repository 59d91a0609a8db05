import { dayOpensAtMs, leftToday } from './day.ts';
import { heldUntilMs, type View } from './fold.ts';
import type { PermitAnswer, PermitAsk, RefusalReason } from './ledger.ts';
import { SHORTEST_WAIT_MS } from './policy.ts';
import type { LedgerState, Probe, Slot } from './state.ts';

type Refusal = Extract<PermitAnswer, { kind: 'refused' }>;
type Asking = Pick<PermitAsk, 'operation' | 'healthCheck'>;

function refused(reason: RefusalReason, waitMs: number, detail?: string): Refusal {
  const bounded = Math.max(SHORTEST_WAIT_MS, Math.ceil(waitMs));
  return { kind: 'refused', reason, waitMs: bounded, ...(detail !== undefined && { detail }) };
}

/**
 * What stops a call however free window and slots are: the line, the day, its operation. `open` with what the call would probe;
 * nothing, while all is well.
 */
type Gate =
  | { readonly kind: 'shut'; readonly refusal: Refusal }
  | { readonly kind: 'open'; readonly probes: readonly Probe[] };

const OPEN: Gate = { kind: 'open', probes: [] };
const shut = (refusal: Refusal): Gate => ({ kind: 'shut', refusal });
const probeOf = (probe: Probe): Gate => ({ kind: 'open', probes: [probe] });

function isProbed(slots: readonly Slot[], probe: 'line' | 'day'): boolean {
  return slots.some(({ probes }) => probes.includes(probe));
}

/** How long a probe that is under way may take: as long as calls do, or until Marketo has given up what got no reply. */
function probeWaitMs({ slots, releases, callMs }: LedgerState, isIt: (slot: Slot) => boolean, view: View): number {
  const [id = ''] = Object.entries(slots).find(([, slot]) => isIt(slot)) ?? [];
  const end = releases[id];
  return end === undefined ? callMs : heldUntilMs(id, end, view) - view.nowMs;
}

/** Half-open after passing failures, nothing is risked but a health check; else an ordinary call has to find out. */
function lineGate(state: LedgerState, slots: readonly Slot[], ask: Asking, view: View): Gate {
  const { stop } = state.line;
  const { nowMs } = view;
  if (stop === undefined) return OPEN;
  if (nowMs < stop.untilMs) return shut(refused('circuit', stop.untilMs - nowMs, stop.reason));
  const mayTry = ask.healthCheck === true || stop.reason !== 'transientFailures';
  if (mayTry && !isProbed(slots, 'line')) return probeOf('line');
  return shut(
    refused(
      'circuit',
      probeWaitMs(state, ({ probes }) => probes.includes('line'), view),
      stop.reason,
    ),
  );
}

/** A health check is let through beside the day's probe: what it is made for does not hang on the day. */
function dayGate(state: LedgerState, slots: readonly Slot[], ask: Asking, view: View): Gate {
  const { day } = state;
  const { nowMs, limits } = view;
  const opensAtMs = dayOpensAtMs(day, limits);
  if (opensAtMs === undefined) {
    const left = leftToday(day, limits) - (slots.length - Object.keys(state.slots).length);
    return left < 1 ? shut(refused('day', day.resetsAtMs + limits.clockSkewMs - nowMs, 'quotaUsed')) : OPEN;
  }
  if (nowMs < opensAtMs) return shut(refused('day', opensAtMs - nowMs, 'daySpent'));
  if (ask.healthCheck) return OPEN;
  if (!isProbed(slots, 'day')) return probeOf('day');
  return shut(
    refused(
      'day',
      probeWaitMs(state, ({ probes }) => probes.includes('day'), view),
      'daySpent',
    ),
  );
}

/** Half-open, an operation is tried when Marketo is known to work: then the failure of a call is its own. */
function operationGate(state: LedgerState, slots: readonly Slot[], { operation }: Asking, view: View): Gate {
  const stop = state.circuits[operation]?.stop;
  if (stop === undefined) return OPEN;
  const { nowMs } = view;
  if (nowMs < stop.untilMs) return shut(refused('operation', stop.untilMs - nowMs, stop.reason));
  // Only a probe's slot names its operation.
  const isProbe = (slot: Slot): boolean => slot.operation === operation;
  if (worksSince(state, stop.sinceMs) && !slots.some(isProbe)) return probeOf('operation');
  return shut(refused('operation', probeWaitMs(state, isProbe, view), stop.reason));
}

/** While anything is stopped, one health check tells all workers. */
function healthCheckGate(state: LedgerState, slots: readonly Slot[], view: View): Gate {
  const isStopped = state.line.stop !== undefined || state.day.probeAtMs !== undefined;
  const isPaused = Object.values(state.circuits).some(({ stop }) => stop !== undefined);
  const isCheck = ({ healthCheck }: Slot): boolean => healthCheck === true;
  if (!(isStopped || isPaused) || !slots.some(isCheck)) return OPEN;
  return shut(refused('circuit', probeWaitMs(state, isCheck, view), 'healthCheck'));
}

function worksSince({ lastSuccess }: LedgerState, sinceMs: number): boolean {
  return lastSuccess !== undefined && lastSuccess.atMs >= sinceMs;
}

/**
 * @param state folded to `nowMs`.
 * @param slots those of the state, and of what has been granted since.
 */
function gateOf(state: LedgerState, slots: readonly Slot[], ask: Asking, view: View): Gate {
  const gates = [
    lineGate(state, slots, ask, view),
    dayGate(state, slots, ask, view),
    // A health check is not the operation's: it must not wait for what it is to find out.
    ask.healthCheck ? healthCheckGate(state, slots, view) : operationGate(state, slots, ask, view),
  ];
  const refusals = gates.flatMap((gate) => (gate.kind === 'shut' ? [gate.refusal] : []));
  const [longest] = refusals.sort((a, b) => b.waitMs - a.waitMs);
  if (longest !== undefined) return shut(longest);
  return { kind: 'open', probes: gates.flatMap((gate) => (gate.kind === 'open' ? gate.probes : [])) };
}

/**
 * Whether a half-open circuit waits for a health check, and one would be let through: the line after passing failures or
 * after denials (whoever may call the usage endpoint is not locked out, whatever else is denied), an operation while nothing shows that Marketo works.
 *
 * @param state folded to `nowMs`.
 */
function isHealthCheckDue(state: LedgerState, view: View): boolean {
  const { line, circuits } = state;
  const { nowMs } = view;
  const mayTell = line.stop?.reason === 'transientFailures' || line.stop?.reason === 'accessDenied';
  const lineWaits = mayTell && line.stop !== undefined && nowMs >= line.stop.untilMs;
  const operationWaits = Object.values(circuits).some(
    ({ stop }) => stop !== undefined && nowMs >= stop.untilMs && !worksSince(state, stop.sinceMs),
  );
  if (!lineWaits && !operationWaits) return false;
  const ask = { operation: '', healthCheck: true } as const;
  return gateOf(state, Object.values(state.slots), ask, view).kind === 'open';
}

/** Whether anything is stopped, or can be once what has ended is accounted for: while nothing is, most questions are answered. */
function mayBeStopped({ line, circuits, releases }: LedgerState): boolean {
  const isPaused = Object.values(circuits).some(({ stop }) => stop !== undefined);
  return line.stop !== undefined || isPaused || Object.keys(releases).length > 0;
}

export type { Gate, Refusal };
export { gateOf, isHealthCheckDue, mayBeStopped, refused };
