import type { admit } from '../../../lib/ledger/admit.ts';
import type { fold } from '../../../lib/ledger/fold.ts';
import type { isHealthCheckDue } from '../../../lib/ledger/gate.ts';
import type { CallOutcome, Permit, PermitAsk } from '../../../lib/ledger/ledger.ts';
import type { LedgerState } from '../../../lib/ledger/state.ts';
import { between, seeded } from '../../../lib/simulation/seeded.ts';
import { askOf, RESET_MS, stateOf, viewAt } from './builders.ts';
import { type CircuitFinding, CircuitJudge } from './circuit-judge.ts';
import { type Ailment, type CircuitScenario, MINUTE_MS, TROUBLE_MS } from './circuit-scenario.ts';

/** What a planted fault replaces. */
interface CircuitParts {
  readonly admit: typeof admit;
  readonly fold: typeof fold;
  readonly isHealthCheckDue: typeof isHealthCheckDue;
}

interface CircuitReport {
  readonly findings: readonly CircuitFinding[];
  readonly calls: number;
  /** Permits that tried something, and health checks. */
  readonly probes: number;
}

interface Call {
  readonly ask: PermitAsk;
  readonly permit: Permit;
  readonly outcome: CallOutcome;
  readonly endsAtMs: number;
}

const CALL_MS: readonly [number, number] = [100, 3_000];
const CALL_TIMEOUT_MS = 20_000;
const USAGE = 'getDailyUsage';
/** The longest pauses of an operation and of the line after one another; two pauses for a quota. */
const RECOVERY_MS = 50 * MINUTE_MS;
const QUOTA_RECOVERY_MS = 150 * MINUTE_MS;
const RECOVERY_STEP_MS = 20_000;
const ROOMY = { windowCalls: 1_000, slots: 80 };

/** The pure ledger alone, with one clock, and a Marketo whose operations fail each in its own way. */
function runCircuits(scenario: CircuitScenario, parts: CircuitParts): CircuitReport {
  const random = seeded(scenario.seed);
  const resetMs = RESET_MS;
  const startMs = resetMs - scenario.resetAfterMs;
  const judge = new CircuitJudge(resetMs);
  let state: LedgerState = stateOf({ day: { ...stateOf().day, startedAtMs: startMs - 1, resetsAtMs: resetMs } });
  let nowMs = startMs;
  let underWay: Call[] = [];
  let calls = 0;
  let probes = 0;
  let daySpent = scenario.daySpentAtMs === undefined;
  const view = () => viewAt(nowMs, ROOMY);

  function outcomeOf({ operation, healthCheck }: PermitAsk, probe: Permit['probe']): CallOutcome {
    const sinceMs = nowMs - startMs;
    const [fromMs, toMs] = scenario.outageMs;
    const isDown = sinceMs >= fromMs && sinceMs < toMs;
    if (healthCheck) return isDown ? 'transient' : scenario.usageDenied ? 'denied' : 'success';
    if (!daySpent && sinceMs >= (scenario.daySpentAtMs ?? 0) && sinceMs < TROUBLE_MS) {
      daySpent = true;
      return 'daySpent';
    }
    const failure = isDown ? 'transient' : ailmentOf(scenario, operation, sinceMs);
    if (failure === undefined) return 'success';
    // A probe of the line is reported as it is; of a message that has failed before nothing else is.
    const isStale = failure !== 'operationQuotaSpent' && probe !== 'line' && random() < scenario.stale;
    return isStale ? 'neutral' : failure;
  }

  function ask(asks: readonly PermitAsk[]): boolean[] {
    const ids = asks.map(() => `w-${(calls++).toString(36)}`);
    const before = parts.fold(state, view());
    const { state: next, answers } = parts.admit(state, asks, ids, view());
    state = next;
    judge.remembers(Object.keys(state.circuits).length);
    return answers.map((answer, index) => {
      const asked = asks[index] ?? askOf();
      judge.answered(asked, answer, nowMs);
      if (answer.kind === 'refused') return false;
      const { permit } = answer;
      if (permit.probe === 'line' && !permit.healthCheck && before.line.stop?.reason === 'transientFailures') {
        judge.findings.add('ordinaryProbe');
      }
      if (permit.probe !== undefined || permit.healthCheck) probes += 1;
      const endsAtMs = permit.notBeforeMs + Math.floor(between(random, ...CALL_MS));
      const isLost = random() < scenario.death && nowMs - startMs < TROUBLE_MS;
      if (!isLost) underWay.push({ ask: asked, permit, outcome: outcomeOf(asked, permit.probe), endsAtMs });
      return permit.probe === undefined;
    });
  }

  /** Lets time pass, and calls end one by one, each told at once. */
  function pass(untilMs: number): void {
    const over = underWay.filter(({ endsAtMs }) => endsAtMs <= untilMs).sort((a, b) => a.endsAtMs - b.endsAtMs);
    underWay = underWay.filter(({ endsAtMs }) => endsAtMs > untilMs);
    for (const { ask: asked, permit, outcome, endsAtMs: atMs } of over) {
      const { operation } = asked;
      const release = { atMs, holdMs: 0, outcome, counted: true, operation };
      nowMs = atMs;
      state = { ...state, releases: { ...state.releases, [permit.id]: release } };
      judge.ended({ id: permit.id, operation, outcome, permit, atMs });
    }
    nowMs = untilMs;
  }

  function checkHealth(): void {
    if (!parts.isHealthCheckDue(parts.fold(state, view()), view())) return;
    ask([askOf({ operation: USAGE, healthCheck: true, callTimeoutMs: CALL_TIMEOUT_MS })]);
  }

  const asked = (operation: number): PermitAsk =>
    askOf({ operation: `op${operation}`, callTimeoutMs: CALL_TIMEOUT_MS });
  while (nowMs - startMs < TROUBLE_MS) {
    const count = 1 + Math.floor(random() * scenario.asksAtOnce);
    ask(Array.from({ length: count }, () => asked(Math.floor(random() * scenario.operations))));
    checkHealth();
    pass(nowMs + Math.ceil(random() * scenario.stepMs));
  }

  let waiting = Array.from({ length: scenario.operations }, (_, operation) => operation);
  const hadQuotaSpent = (operation: number): boolean =>
    scenario.illnesses.some((one) => one.operation === operation && one.ailment === 'operationQuotaSpent');
  const isStuck = (operation: number): boolean =>
    nowMs - startMs - TROUBLE_MS > (hadQuotaSpent(operation) ? QUOTA_RECOVERY_MS : RECOVERY_MS);
  while (waiting.length > 0 && !waiting.some(isStuck)) {
    const granted = ask(waiting.map(asked));
    waiting = waiting.filter((_, index) => !granted[index]);
    checkHealth();
    pass(nowMs + RECOVERY_STEP_MS);
  }
  if (waiting.length > 0) judge.findings.add('stuck');
  return { findings: [...judge.findings], calls, probes };
}

function ailmentOf({ illnesses }: CircuitScenario, operation: string, sinceMs: number): Ailment | undefined {
  return illnesses.find((one) => `op${one.operation}` === operation && sinceMs >= one.fromMs && sinceMs < one.toMs)
    ?.ailment;
}

export type { CircuitParts, CircuitReport };
export { runCircuits };
