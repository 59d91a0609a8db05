import type { Hit } from './faults.ts';
import type { Limits } from './limits.ts';
import { type Ending, htmlReply } from './reply.ts';
import { operationNames } from './routes.ts';
import type { Tokens } from './tokens.ts';

/**
 * A fault that is there until it is switched off, as an operator would rehearse it.
 *
 * - `outage`: nobody gets through, to identity neither. `refuse`: nothing listens at the port. `reset`: each connection is
 *   reset. `badGateway`: HTTP 502 with HTML. Nothing is executed or counted against a limit.
 * - `hang`: calls are taken and never answered, those of identity too. They end when the client leaves.
 * - `slow`: what a call takes is multiplied, and is at least `atLeastMs`.
 * - `trickle`: one byte of a reply's body every `byteMs`. What is under way when it is switched off comes at once.
 * - `quotaSpent`: others have used the rest of the day: 607 until the day resets. Switched off, they have not.
 * - `credentialsRevoked`: identity answers 401, and tokens that it gave before 601.
 * - `tokenInvalid`: 601 to every API call, whatever token identity gave.
 * - `rateLimitedByOthers`, `slotsTakenByOthers`: 606 and 615 to every call, which counts as ever.
 * - `code`: one code for the calls of one operation, which is not run. At response level, or HTTP for 4xx and 5xx; `record`
 *   gives it to the first record and runs the others.
 */
type Switch =
  | { readonly kind: 'outage'; readonly how: 'refuse' | 'reset' | 'badGateway' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly factor: number; readonly atLeastMs?: number }
  | { readonly kind: 'trickle'; readonly byteMs: number }
  | { readonly kind: 'quotaSpent' }
  | { readonly kind: 'credentialsRevoked' }
  | { readonly kind: 'tokenInvalid' }
  | { readonly kind: 'rateLimitedByOthers' }
  | { readonly kind: 'slotsTakenByOthers' }
  | { readonly kind: 'code'; readonly operation: string; readonly code: string; readonly record?: true };

type SwitchOf<Kind extends Switch['kind']> = Extract<Switch, { kind: Kind }>;

/** What may be done to the switches of a running fake. */
interface Switches {
  /** Replaces a switch of the same kind; for `code`, of the same operation. Resolves when it works. */
  on(fault: Switch): Promise<void>;
  /**
   * Safe for one that is not on. One that cannot be taken back, as when its port is taken, stays on and can be tried again.
   * `operation` chooses one `code`; without it all of them are meant.
   */
  off(kind: Switch['kind'], operation?: string): Promise<void>;
  allOff(): Promise<void>;
  /** In the order in which they were switched on; `quotaSpent` no longer once its day is over. */
  active(): readonly Switch[];
}

/** What the handlers of calls ask. */
interface SwitchBoard extends Switches {
  find<Kind extends Switch['kind']>(kind: Kind): SwitchOf<Kind> | undefined;
  /** How a call ends that does not get through. */
  gateway(): Ending | undefined;
  latencyMs(drawnMs: number): number;
  /** `operation` is asked for only while there is a code for some operation. */
  codeFor(operation: () => string | undefined): Hit | undefined;
}

/** The door of the server, for `outage` by refusal. */
interface Door {
  open(): Promise<void>;
  close(): Promise<void>;
}

interface SwitchedParts {
  readonly limits: Limits;
  readonly tokens: Tokens;
  readonly door: () => Door;
  nowMs(): number;
}

interface Entry {
  readonly fault: Switch;
  readonly isOver?: () => boolean;
  readonly undo?: () => void | Promise<void>;
}

function createSwitches(parts: SwitchedParts): SwitchBoard {
  const entries = new Map<string, Entry>();

  const active = (): Switch[] => {
    for (const [key, { isOver }] of entries) if (isOver?.()) entries.delete(key);
    return [...entries.values()].map(({ fault }) => fault);
  };
  const find = <Kind extends Switch['kind']>(kind: Kind): SwitchOf<Kind> | undefined =>
    active().find((fault): fault is SwitchOf<Kind> => fault.kind === kind);
  const off = async (kind: Switch['kind'], operation?: string): Promise<void> => {
    for (const [key, { fault, undo }] of entries) {
      if (fault.kind !== kind || (operation !== undefined && operation !== operationOf(fault))) continue;
      await undo?.();
      entries.delete(key);
    }
  };

  return {
    async on(fault) {
      check(fault);
      await off(fault.kind, operationOf(fault));
      entries.set(`${fault.kind} ${operationOf(fault) ?? ''}`, { fault, ...(await start(fault, parts)) });
    },
    off,
    async allOff() {
      for (const { kind } of active()) await off(kind);
    },
    active,
    find,
    gateway() {
      const outage = find('outage');
      if (outage !== undefined) return outage.how === 'badGateway' ? htmlReply(502, 'Bad Gateway') : { kind: 'reset' };
      return find('hang') && { kind: 'hang', holdsSlotMs: 0 };
    },
    latencyMs(drawnMs) {
      const slow = find('slow');
      return slow === undefined ? drawnMs : Math.max(drawnMs * slow.factor, slow.atLeastMs ?? 0);
    },
    codeFor(operation) {
      const codes = active().filter((fault) => fault.kind === 'code');
      if (codes.length === 0) return undefined;
      const name = operation();
      const fault = codes.find((one) => one.operation === name);
      return fault && hitOf(fault);
    },
  };
}

/** What a switch does to the machine at once, and how that is taken back. */
async function start(
  fault: Switch,
  { limits, tokens, door, nowMs }: SwitchedParts,
): Promise<Pick<Entry, 'isOver' | 'undo'>> {
  switch (fault.kind) {
    case 'outage':
      if (fault.how !== 'refuse') return {};
      await door().close();
      return { undo: () => door().open() };
    case 'quotaSpent':
      return limits.spendDay(nowMs);
    case 'credentialsRevoked':
      tokens.revokeAll();
      return {};
    case 'rateLimitedByOthers':
      return { undo: limits.refuseAll('606') };
    case 'slotsTakenByOthers':
      return { undo: limits.refuseAll('615') };
    default:
      return {};
  }
}

function hitOf({ code, record }: SwitchOf<'code'>): Hit {
  const isHttp = /^[45]\d\d$/.test(code);
  const level = record ? 'record' : isHttp ? 'http' : 'response';
  const effect = { kind: 'code', code, level } as const;
  return { rule: { gives: effect }, effect };
}

function operationOf(fault: Switch): string | undefined {
  return fault.kind === 'code' ? fault.operation : undefined;
}

function check(fault: Switch): void {
  if (fault.kind === 'code' && !operationNames.has(fault.operation)) {
    const known = [...operationNames].sort().join(', ');
    throw new Error(`no operation of the fake is called '${fault.operation}'; there are: ${known}`);
  }
  if (fault.kind === 'slow' && !(fault.factor > 0)) {
    throw new Error(`the factor of 'slow' must be above 0, not ${fault.factor}`);
  }
  if (fault.kind === 'trickle' && !(fault.byteMs > 0)) {
    throw new Error(`byteMs of 'trickle' must be above 0, not ${fault.byteMs}`);
  }
}

export type { Door, Switch, SwitchBoard, Switches };
export { createSwitches };
