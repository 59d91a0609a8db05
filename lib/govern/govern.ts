import type { Clock, Log } from '../ports.ts';
import type { Observe } from '../telemetry/events.ts';
import type { AskPurpose } from './ask-marketo.ts';
import { type Action, decide, pausedBy } from './decide.ts';
import type { LineView } from './line-view.ts';
import { LAST_MS, USAGE_EVERY_MS } from './policy.ts';
import type { MappingSeen, Memory, PauseSeen, Seen } from './seen.ts';
import { type QueuesSeen, tellLine, tellPause, tellQueues } from './tell.ts';

/** The event source mapping. Each change throws when Lambda refuses it, as it does while it makes another one. */
interface MappingSwitch {
  read(): Promise<MappingSeen>;
  enable(): Promise<void>;
  disable(): Promise<void>;
}

/** The note that the relay is meant to be paused. A person writes it with the command line. */
interface PauseNotes {
  read(): Promise<PauseSeen | undefined>;
  /** Writes governing's note. @returns false when there is one already */
  note(reason: string, sinceMs: number): Promise<boolean>;
  /** Takes governing's own note away, and no other. */
  forget(): Promise<void>;
}

interface GovernMemory {
  read(): Promise<Memory>;
  /** Changes what is given, and leaves the rest. */
  rememberStop(sinceMs: number | undefined): Promise<void>;
  rememberQueued(sinceMs: number | undefined): Promise<void>;
  rememberDisabling(atMs: number): Promise<void>;
}

interface GovernDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly observe: Observe;
  readonly readLine: () => Promise<LineView>;
  readonly countQueues: () => Promise<QueuesSeen>;
  readonly mapping: MappingSwitch;
  readonly notes: PauseNotes;
  readonly memory: GovernMemory;
  /** One call to the usage endpoint, within all limits. Never throws. */
  readonly askMarketo: (purpose: AskPurpose) => Promise<void>;
}

/**
 * One run: looks, tells, and does what is to be done. It may end anywhere: what it has left undone the next run does, a
 * minute later.
 *
 * @throws what the table, SQS or Lambda throw: the run is over then, and counts as failed.
 */
async function govern(deps: GovernDeps, deadlineMs: number): Promise<void> {
  const { clock, observe } = deps;
  const line = await deps.readLine();
  tellLine(line, observe);
  const queues = await deps.countQueues();
  tellQueues(queues, observe);
  const first = await look(deps, line, queues.messages);
  tellPause(first, clock.nowMs(), observe);
  const actions = decide(first, clock.nowMs());
  await act(actions, deps, deadlineMs);
  if (actions.some(({ kind }) => kind === 'probe')) {
    // What the probe has shown is acted on at once, and not a minute later.
    const after = decide(await look(deps, await deps.readLine(), queues.messages), clock.nowMs());
    await act(
      after.filter(({ kind }) => kind !== 'probe'),
      deps,
      deadlineMs,
    );
  } else if (isUsageDue(line, first, clock.nowMs())) await deps.askMarketo('usage');
}

async function look({ mapping, notes, memory }: GovernDeps, line: LineView, messages: number): Promise<Seen> {
  const [seen, note, known] = await Promise.all([mapping.read(), notes.read(), memory.read()]);
  return {
    ...(line.stop && { stop: line.stop }),
    ...(line.worksAtMs !== undefined && { worksAtMs: line.worksAtMs }),
    mapping: seen,
    ...(note && { pause: note }),
    memory: known,
    messages,
  };
}

async function act(actions: readonly Action[], deps: GovernDeps, deadlineMs: number): Promise<void> {
  for (const action of actions) {
    if (deps.clock.nowMs() >= deadlineMs - LAST_MS) {
      deps.log.warn('the run ends: the next one does what is left', { left: action.kind });
      return;
    }
    if (!(await doAction(action, deps))) return;
  }
}

/** @returns false when what the actions were decided from no longer holds. */
async function doAction(action: Action, { notes, memory, mapping, log, askMarketo }: GovernDeps): Promise<boolean> {
  switch (action.kind) {
    case 'rememberStop':
      await memory.rememberStop(action.sinceMs);
      return true;
    case 'rememberQueued':
      await memory.rememberQueued(action.sinceMs);
      return true;
    case 'rememberDisabling':
      await memory.rememberDisabling(action.atMs);
      return true;
    case 'notePause': {
      const isNoted = await notes.note(action.reason, action.sinceMs);
      if (isNoted) log.warn('nothing can be delivered: the relay pauses', { reason: action.reason });
      return isNoted;
    }
    case 'disable':
      await mapping.disable();
      log.info('the event source mapping is being disabled');
      return true;
    case 'enable':
      // Somebody may have paused the relay since it was looked at.
      if ((await notes.read())?.by === 'person') return false;
      await mapping.enable();
      log.info('the event source mapping is being enabled');
      return true;
    case 'forgetPause':
      await notes.forget();
      log.warn('messages can be delivered again: the relay resumes');
      return true;
    case 'probe':
      await askMarketo(action.reason === 'transientFailures' ? 'healthCheck' : 'probe');
      return true;
  }
}

/** Not while a person keeps the relay still, nor while the line has its own probes. */
function isUsageDue({ stop, usage }: LineView, seen: Seen, nowMs: number): boolean {
  if (stop !== undefined || pausedBy(seen) === 'person') return false;
  return usage.isDue || nowMs - (usage.askedAtMs ?? 0) >= USAGE_EVERY_MS;
}

export type { GovernDeps, GovernMemory, MappingSwitch, PauseNotes };
export { govern };
