import type { JournalEntry } from '../journal/entry.ts';
import type { Lane } from '../settings/lane.ts';
import { Checks } from './checks.ts';
import { Dice } from './dice.ts';
import { type FaultName, type Faults, NO_FAULTS } from './faults.ts';
import { drawFiles, type FilePublication } from './files.ts';
import { createLedgerWatch } from './lanes.ts';
import type { ImportJob } from './model/imports.ts';
import { ModelQueue } from './model/queue.ts';
import { ModelStore } from './model/store.ts';
import { ModelTable } from './model/table.ts';
import { OrderWatch } from './order-watch.ts';
import { drawPublications, marksIn, messageMark, type Publication } from './publications.ts';
import type { Scenario } from './scenario.ts';
import type { Tally } from './tally.ts';
import { VirtualTime } from './virtual-time.ts';

interface TraceLine {
  readonly atMs: number;
  /** Publications it is about; none: about all. */
  readonly marks: readonly string[];
  readonly text: string;
}

/** Of the one subscription of a run. */
const LEDGER_KEY = 'ledger#model.mktorest.com';
/** How often one fault strikes in a run at most. */
const MOST_STRIKES = 80;
/** Of those that leave one message more each: a hundred copies of ten messages are hours of waiting for their turn. */
const MOST_MULTIPLIED = 25;
const MULTIPLYING: ReadonlySet<FaultName> = new Set(['duplicate', 'resurrection', 'deleteLost', 'queueReplyLost']);

/** By which the table may not take a mark in time. */
const HINDRANCES: readonly FaultName[] = ['tableThrottled', 'tableRequestLost', 'tableReplyLost', 'freeze'];

/** Where a run happens: its time, its chances, what is stored, and who watches. */
class World {
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly dice: Dice;
  readonly checks: Checks;
  readonly order: OrderWatch;
  /** All that is published, those that name a file among them. */
  readonly publications: ReadonlyMap<string, Publication>;
  readonly files: ReadonlyMap<string, FilePublication>;
  /** Uploads that Marketo has taken, in their order, and the letters about files. */
  readonly imports: ImportJob[] = [];
  readonly fileLetters: { readonly mark: string; readonly letter: Letter; readonly atMs: number }[] = [];
  readonly queue: ModelQueue;
  readonly deadLetters: ModelQueue;
  readonly table: ModelTable;
  readonly store: ModelStore;
  readonly tally: Tally;
  /** Undefined unless somebody wants to read it: it costs more than the run. */
  readonly trace: TraceLine[] | undefined;
  /** Marks that Marketo has: executed, or told to be so already; and how often. */
  readonly executed = new Map<string, number>();
  readonly alreadySo = new Set<string>();
  /** Marks whose success some worker lives to know. */
  readonly known = new Set<string>();
  /** What letters have said is unknown, and what they said of things that were executed. */
  readonly unknownTold = new Set<string>();
  readonly hidden: { readonly mark: string; readonly code: string }[] = [];
  /** Marks of which a result tells. */
  readonly told = new Set<string>();
  /** What the workers wrote of outcomes, a list for each write. */
  readonly journal: (readonly JournalEntry[])[] = [];
  /** Whose life a relay id names. */
  readonly markOf = new Map<string, string>();
  readonly faultsEndMs: number;
  /** When each message was published, and when the last of its records was first executed, said to be so, or dead. */
  readonly publishedAtMs = new Map<string, number>();
  readonly doneAtMs = new Map<string, number>();
  readonly deadAtMs = new Map<string, number>();
  readonly deathCodes = new Map<string, string>();
  /** Calls that held each message. */
  readonly callsOf = new Map<string, number>();
  /** How often SQS gave each message to two workers at once: each may put back a copy, which has a budget of its own. */
  readonly doubledOf = new Map<string, number>();

  readonly #watchLedger: ReturnType<typeof createLedgerWatch>;

  constructor(scenario: Scenario, traced: boolean) {
    this.scenario = scenario;
    this.time = new VirtualTime(scenario.startMs);
    this.dice = new Dice(scenario.seed);
    this.checks = new Checks(() => this.time.nowMs);
    this.faultsEndMs = scenario.startMs + scenario.faultsMs;
    const drawn = drawPublications(scenario, this.dice.stream('publications'));
    const files = drawFiles(scenario.files, drawn.length, scenario, this.dice.stream('file contents'));
    this.files = new Map(files.map((file) => [file.publication.mark, file]));
    const all = [...drawn, ...files.map(({ publication }) => publication)];
    this.publications = new Map(all.map((publication) => [publication.mark, publication]));
    this.order = new OrderWatch({
      checks: this.checks,
      publications: this.publications,
      nowMs: () => this.time.nowMs,
      clockSkewMs: scenario.clockSkewMs,
      isKnown: (mark) => this.known.has(mark) || this.alreadySo.has(mark),
      mayLackMarks: () => HINDRANCES.some((name) => this.tally.faults.has(name)) || this.#hadTableOutage(),
    });
    this.trace = traced ? [] : undefined;
    this.tally = {
      calls: 0,
      identityCalls: 0,
      executions: 0,
      invocations: 0,
      letters: 0,
      copies: 0,
      tableRequests: 0,
      busiestIdentityMinute: 0,
      faults: new Map(),
    };
    const contents = (body: string): readonly string[] => this.contentsOf(body);
    this.store = new ModelStore();
    for (const { key, csv } of files) this.store.objects.set(key, csv);
    this.table = new ModelTable();
    this.#watchLedger = createLedgerWatch(this);
    this.queue = new ModelQueue('queue', this.time, this.dice.stream('queue'), contents);
    this.deadLetters = new ModelQueue('dlq', this.time, this.dice.stream('dlq'), contents);
  }

  /** A request of the table; where there are two queues, the ledger is watched. */
  execute(command: unknown): ReturnType<ModelTable['execute']> {
    if (this.scenario.backfillShare === 0) return this.table.execute(command);
    const before = this.table.items.get(LEDGER_KEY);
    const result = this.table.execute(command);
    const after = this.table.items.get(LEDGER_KEY);
    if (after !== before) this.#watchLedger(before, after);
    return result;
  }

  #hadTableOutage(): boolean {
    return this.time.nowMs - this.scenario.startMs >= this.scenario.tableOutageMs[0];
  }

  get faulty(): boolean {
    return this.time.nowMs < this.faultsEndMs;
  }

  /** The chances of now: none when the faults are over. */
  get faults(): Faults {
    return this.faulty ? this.scenario.faults : NO_FAULTS;
  }

  /** Whether a fault strikes now. */
  strikes(name: FaultName, dice: Dice): boolean {
    if (!dice.chance(this.chanceOf(name))) return false;
    this.count(name);
    return true;
  }

  /** Nothing strikes for ever: a world that only ever fails shows no recovery, and takes all night. */
  chanceOf(name: FaultName): number {
    const most = MULTIPLYING.has(name) ? MOST_MULTIPLIED : MOST_STRIKES;
    return (this.tally.faults.get(name) ?? 0) < most ? this.faults[name] : 0;
  }

  count(fault: string): void {
    this.tally.faults.set(fault, (this.tally.faults.get(fault) ?? 0) + 1);
  }

  within([fromMs, toMs]: readonly [number, number]): boolean {
    const sinceMs = this.time.nowMs - this.scenario.startMs;
    return sinceMs >= fromMs && sinceMs < toMs;
  }

  note(marks: readonly string[], text: () => string): void {
    this.trace?.push({ atMs: this.time.nowMs, marks: [...new Set(marks.map(messageMark))], text: text() });
  }

  publicationOf(mark: string): Publication | undefined {
    return this.publications.get(messageMark(mark));
  }

  countCall(marks: readonly string[]): void {
    for (const mark of new Set(marks.map(messageMark))) this.callsOf.set(mark, (this.callsOf.get(mark) ?? 0) + 1);
  }

  countDoubled(marks: readonly string[]): void {
    for (const mark of new Set(marks.map(messageMark))) this.doubledOf.set(mark, (this.doubledOf.get(mark) ?? 0) + 1);
  }

  noteDone(mark: string): void {
    if (!this.executed.has(mark)) this.doneAtMs.set(messageMark(mark), this.time.nowMs);
  }

  noteDead(mark: string, code: string): void {
    const message = messageMark(mark);
    if (this.deadAtMs.has(message)) return;
    this.deadAtMs.set(message, this.time.nowMs);
    this.deathCodes.set(message, code);
  }

  isDone(mark: string): boolean {
    return this.executed.has(mark) || this.alreadySo.has(mark);
  }

  /** What a message on a queue would bring about: of a letter, the message in it. */
  contentsOf(body: string): readonly string[] {
    if (!body.includes('"deadLetter"')) return marksIn(body);
    const letter = parseLetter(body);
    if (letter === undefined) return marksIn(body);
    if (letter.overflow?.cut.includes('message.body')) {
      return this.contentsOf(this.store.objects.get(letter.overflow.key) ?? '');
    }
    const inner = letter.message?.body ?? '';
    // A letter that could not be fetched whole is put into another as it is.
    return this.contentsOf(typeof inner === 'string' ? inner : JSON.stringify(inner));
  }
}

interface Letter {
  readonly relayId: string;
  readonly lane?: Lane;
  readonly file?: {
    readonly imported: number;
    readonly failed: number;
    readonly warned: number;
    readonly unknownRows?: string;
    readonly notUploadedFromRow?: number;
  };
  readonly failure: { readonly code: string; readonly outcomeUnknown: boolean; readonly message: string };
  readonly message?: { readonly body?: unknown };
  readonly request?: unknown;
  readonly response?: unknown;
  readonly overflow?: { readonly key: string; readonly cut: readonly string[] };
}

function parseLetter(body: string): Letter | undefined {
  try {
    const letter = JSON.parse(body) as Letter & { deadLetter?: unknown };
    return letter.deadLetter === 1 ? letter : undefined;
  } catch {
    return undefined;
  }
}

export type { Letter, TraceLine };
export { parseLetter, World };
