/** What must hold in every run. Each is looked at by itself, and each has a planted bug that it finds. */
const CHECKS = {
  nothingLost:
    'a record leaves the queue only when Marketo has it, a dead letter has it, or another message on the queue',
  deliveredOnce:
    'a record whose success a worker knows is in no copy and no letter that it writes, and in no later call of it',
  notExecutedTwice: 'what may not be repeated is executed once at most',
  unknownIsSaid: 'a letter about something that was executed and may not be repeated says that its outcome is unknown',
  windowKept: 'no more calls in any 20 s than allowed, as Marketo counts arrivals',
  slotsKept: 'no more calls at once than allowed, as Marketo counts them',
  dayKept: 'no more counted calls between two resets than allowed, as Marketo counts them',
  keysApart: 'no two calls at once about one key',
  laneKept: 'what came by a queue goes back to that queue, and its dead letter says which it was',
  liveFirst:
    'a backfill asks as one, and but for its first call in a window leaves a place of the window and a slot to live calls',
  newestWins:
    'what has gone back to the queue is never overtaken: no newer record of its keys is sent before it has an end',
  delayKept: 'a copy is not visible sooner than the delay that its failure demands',
  noSecrets: 'no token and no client secret in any log line, letter, copy, event, stored item or error',
  queueDrains: 'after the last fault the queue is empty within the stated bound',
  identityBounded: 'identity is asked a bounded number of times, whatever goes wrong',
  endsInTime: 'no invocation that the world left in peace is cut off by its deadline',
  neverThrows: 'an invocation never throws, and no rejection goes unhandled',
  permitsReturned: 'each permit is given back exactly once by the time its invocation ends',
  resumes: 'after the last fault messages are taken off the queue again, whatever had paused the relay',
  neighboursUnharmed:
    'a message with no fault of its own is delivered, within a stated bound, whatever its neighbours do for ever',
  budgetEnds: 'a message that always fails of its own fault is dead after a bounded number of calls and a bounded time',
  resultsTrue:
    "no result contradicts Marketo's own log or the dead letters, and each record that is settled is told of",
  journalTells: 'the journal has an end for each record, none that Marketo contradicts, and shows no promise broken',
  filesUploadedOnce: 'no row of a file that may not be repeated is taken by Marketo twice',
  filesTold: 'what is told of a file counts its rows as Marketo does, and names every row that is in doubt',
  importsBounded:
    'a file has one job at once, questions about a job become rarer, and waiting for a place costs no attempt',
  fieldsTrue: 'nobody is refused, or stripped of, a field that Marketo has',
  lettersAreOwn: 'a letter holds only the records of its own message',
} as const;

type CheckName = keyof typeof CHECKS;
const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

interface Finding {
  readonly check: CheckName;
  readonly detail: string;
  readonly atMs: number;
  /** Publications that it is about. */
  readonly marks: readonly string[];
}

/** More would tell nothing new, and a run that goes wrong can go wrong everywhere. */
const MAX_FINDINGS = 20;

class Checks {
  readonly findings: Finding[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  fail(check: CheckName, detail: string, marks: readonly string[] = []): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ check, detail, marks, atMs: this.#nowMs() });
  }
}

export type { CheckName, Finding };
export { CHECK_NAMES, CHECKS, Checks };
