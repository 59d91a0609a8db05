import { type GovernDeps, govern } from '../../lib/govern/govern.ts';
import type { LineView } from '../../lib/govern/line-view.ts';
import type { LineStop, MappingSeen, Memory, PauseSeen } from '../../lib/govern/seen.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.parse('2027-01-20T12:00:00Z');
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface GovernWorld {
  nowMs: number;
  stop: LineStop | undefined;
  worksAtMs: number | undefined;
  mapping: MappingSeen;
  note: PauseSeen | undefined;
  memory: Memory;
  messages: number;
  usageDue: boolean;
  readonly asked: { readonly atMs: number; readonly purpose: string }[];
  readonly events: DeliveryEvent[];
  /** What was done, in order. */
  readonly effects: string[];
  /** Called before and after each effect: a test that throws here ends the run. */
  atEffect: (point: string) => void;
  /** What a probe brings about. */
  onProbe: () => void;
  /** How long Lambda takes for a change. */
  changeMs: number;
  /** One run of governing. Resolves whatever becomes of it. */
  run(): Promise<void>;
  /** A run each minute. */
  runFor(minutes: number): Promise<void>;
  /** What the command line does. */
  personPauses(): void;
  personResumes(): void;
  setMapping(enabled: boolean): void;
}

/** A line, a mapping and a table, as governing sees them, in virtual time. */
function createGovernWorld(): GovernWorld {
  let changing: { readonly to: 'enabled' | 'disabled'; readonly atMs: number } | undefined;

  function settle(): void {
    if (changing === undefined || world.nowMs < changing.atMs) return;
    world.mapping = { state: changing.to, changedAtMs: changing.atMs };
    changing = undefined;
  }

  async function effect(name: string, work: () => void): Promise<void> {
    world.atEffect(`before ${name}`);
    work();
    world.effects.push(name);
    world.atEffect(`after ${name}`);
  }

  const change = (to: 'enabled' | 'disabled') => async (): Promise<void> => {
    settle();
    if (changing !== undefined) throw new Error('ResourceInUseException');
    await effect(to === 'enabled' ? 'enable' : 'disable', () => world.setMapping(to === 'enabled'));
  };

  const deps: GovernDeps = {
    clock: { nowMs: () => world.nowMs, sleep: async () => {} },
    log: SILENT,
    observe: (event) => world.events.push(event),
    readLine: async () => lineOf(world),
    countQueues: async () => ({ messages: world.messages, deadLetters: 0 }),
    mapping: {
      read: async () => {
        settle();
        return changing === undefined ? world.mapping : { ...world.mapping, state: 'changing' };
      },
      enable: change('enabled'),
      disable: change('disabled'),
    },
    notes: {
      read: async () => world.note,
      note: async (reason, sinceMs) => {
        if (world.note !== undefined) return false;
        await effect('notePause', () => {
          world.note = { by: 'govern', reason, sinceMs };
        });
        return true;
      },
      forget: () =>
        effect('forgetPause', () => {
          if (world.note?.by === 'govern') world.note = undefined;
        }),
    },
    memory: {
      read: async () => world.memory,
      rememberStop: (ms) => effect('rememberStop', () => remember('stoppedSinceMs', ms)),
      rememberQueued: (ms) => effect('rememberQueued', () => remember('queuedSinceMs', ms)),
      rememberDisabling: (ms) => effect('rememberDisabling', () => remember('disabledAtMs', ms)),
    },
    askMarketo: async (purpose) => {
      world.asked.push({ atMs: world.nowMs, purpose });
      if (purpose !== 'usage') await effect('probe', world.onProbe);
    },
  };

  function remember(name: keyof Memory, ms: number | undefined): void {
    const { [name]: _old, ...rest } = world.memory;
    world.memory = ms === undefined ? rest : { ...rest, [name]: ms };
  }

  const world: GovernWorld = {
    nowMs: START_MS,
    stop: undefined,
    worksAtMs: undefined,
    mapping: { state: 'enabled', changedAtMs: START_MS - 24 * 60 * MINUTE_MS },
    note: undefined,
    memory: {},
    messages: 1,
    usageDue: false,
    asked: [],
    events: [],
    effects: [],
    atEffect: () => {},
    onProbe: () => {},
    changeMs: 40_000,
    run: () => govern(deps, world.nowMs + 55_000).catch(() => {}),
    async runFor(minutes) {
      for (let minute = 0; minute < minutes; minute += 1) {
        await world.run();
        world.nowMs += MINUTE_MS;
      }
    },
    personPauses() {
      world.note = { by: 'person', reason: 'a migration', sinceMs: world.nowMs };
      settle();
      if (changing === undefined) world.setMapping(false);
    },
    personResumes() {
      settle();
      // Lambda refuses a second change, and the command fails: it enables before it takes the note away.
      if (changing !== undefined) return;
      world.setMapping(true);
      world.note = undefined;
    },
    setMapping(enabled) {
      changing = { to: enabled ? 'enabled' : 'disabled', atMs: world.nowMs + world.changeMs };
      settle();
    },
  };
  return world;
}

function lineOf({ stop, worksAtMs, usageDue, nowMs }: GovernWorld): LineView {
  return {
    ...(stop && { stop }),
    ...(worksAtMs !== undefined && { worksAtMs }),
    pausedOperations: [],
    callsInWindow: 3,
    windowCalls: 50,
    slotsTaken: 1,
    slots: 5,
    usedToday: 100,
    othersToday: 7,
    leftToday: 49_893,
    usage: { isDue: usageDue, askedAtMs: nowMs },
  };
}

export type { GovernWorld };
export { createGovernWorld, MINUTE_MS };
