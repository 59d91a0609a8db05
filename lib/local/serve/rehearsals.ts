import type { Switch, Switches } from '../../fake-marketo/switches.ts';
import type { CrashSwitch } from '../runs.ts';
import { detailOf, type FaultName, type FaultRequest, kindOf, nameOf, switchOf } from './fault-names.ts';
import { FAULT_OPERATIONS, relayNameOf } from './fault-operations.ts';

/** A fault that is on. */
interface Rehearsal {
  readonly name: FaultName;
  /** For the reader: `1006 to syncLeads`. */
  readonly detail: string;
  /** Of a `code` only. */
  readonly operation?: string;
  /** Absent: until it is switched off. */
  readonly untilMs?: number;
}

interface Rehearsals {
  /** Switches a fault on or off; gives what is wrong with the request. */
  apply(request: FaultRequest): Promise<string | undefined>;
  active(): readonly Rehearsal[];
  /** Forgets the timers. The faults end with the fake. */
  stop(): void;
}

/** The fake's switches and the relay's own, with an end: a rehearsal that somebody forgets ends by itself. */
function createRehearsals(switches: Switches, crash: CrashSwitch, nowMs: () => number): Rehearsals {
  const ends = new Map<string, { readonly untilMs: number; readonly timer: NodeJS.Timeout }>();
  /** The names that operations were given by, where the fake has one for several. */
  const given = new Map<string, string>();

  function forget(key: string): void {
    clearTimeout(ends.get(key)?.timer);
    ends.delete(key);
  }

  async function off(kind: Switch['kind'], operation: string | undefined): Promise<void> {
    await switches.off(kind, operation);
    for (const key of [...ends.keys()]) {
      if (key === keyOf(kind, operation) || (operation === undefined && key.startsWith(`${kind} `))) forget(key);
    }
  }

  /** The end that was asked for, instead of the one before. */
  function endAfter(key: string, forSeconds: number | undefined, switchOff: () => void): void {
    forget(key);
    if (forSeconds === undefined) return;
    const durationMs = forSeconds * 1000;
    const timer = setTimeout(() => {
      ends.delete(key);
      switchOff();
    }, durationMs);
    ends.set(key, { untilMs: nowMs() + durationMs, timer });
  }

  async function apply(request: FaultRequest): Promise<string | undefined> {
    const { name } = request;
    if (name === 'crash') {
      crash.set(request.on);
      endAfter(name, request.on ? request.forSeconds : undefined, () => crash.set(false));
      return undefined;
    }
    const kind = kindOf(name);
    if (!request.on) {
      await off(kind, request.operation && (FAULT_OPERATIONS.get(request.operation) ?? request.operation));
      return undefined;
    }
    const fault = switchOf({ ...request, name });
    if (typeof fault === 'string') return fault;
    try {
      await switches.on(fault);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const operation = operationOf(fault);
    if (operation !== undefined && request.operation !== undefined) given.set(operation, request.operation);
    // One that cannot be taken back stays on, and is shown.
    endAfter(keyOf(kind, operation), request.forSeconds, () => void switches.off(kind, operation).catch(() => {}));
    return undefined;
  }

  return {
    apply,
    active: () => [
      ...(crash.isOn() ? [{ name: 'crash' as const, detail: '', ...until(ends.get('crash')) }] : []),
      ...switches.active().map((fault) => {
        const operation = operationOf(fault);
        const shown = operation === undefined ? undefined : (given.get(operation) ?? relayNameOf(operation));
        const end = ends.get(keyOf(fault.kind, operation));
        return {
          name: nameOf(fault.kind),
          detail: detailOf(fault, shown),
          ...(shown === undefined ? {} : { operation: shown }),
          ...until(end),
        };
      }),
    ],
    stop() {
      for (const key of [...ends.keys()]) forget(key);
    },
  };
}

function until(end: { readonly untilMs: number } | undefined): { readonly untilMs?: number } {
  return end === undefined ? {} : { untilMs: end.untilMs };
}

function operationOf(fault: Switch): string | undefined {
  return fault.kind === 'code' ? fault.operation : undefined;
}

function keyOf(kind: Switch['kind'], operation: string | undefined): string {
  return `${kind} ${operation ?? ''}`;
}

export type { Rehearsal, Rehearsals };
export { createRehearsals };
