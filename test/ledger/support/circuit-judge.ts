import type { CallOutcome, Permit, PermitAnswer, PermitAsk } from '../../../lib/ledger/ledger.ts';
import { MINUTE_MS } from './circuit-scenario.ts';

/**
 * - `hasty`: an operation is paused without five failures of its own in a row.
 * - `eager`: one is let through that has just been paused.
 * - `isolation`: one is paused that has not failed since it last succeeded.
 * - `blind`: one is tried, and nothing has succeeded since it was paused.
 * - `lineAlone`: the line is stopped without five failures in a row over two operations.
 * - `ordinaryProbe`: after passing failures, the line is tried with something else than a health check.
 * - `probes`: two calls try the same at once.
 * - `late`: a quota, or a day, is not tried when it may be there again.
 * - `unbounded`: more operations are remembered than there is room for.
 * - `stuck`: something is still stopped long after all trouble is over.
 */
type CircuitFinding =
  | 'hasty'
  | 'eager'
  | 'isolation'
  | 'blind'
  | 'lineAlone'
  | 'ordinaryProbe'
  | 'probes'
  | 'late'
  | 'unbounded'
  | 'stuck';

interface EndedCall {
  readonly id: string;
  readonly operation: string;
  readonly outcome: CallOutcome;
  readonly permit: Permit;
  readonly atMs: number;
}

/** What is known of an operation since its last success. */
interface Record {
  transient: number;
  denied: number;
  failed: boolean;
  /** When it must have been paused last, and for how long at least. */
  pausedAtMs?: number;
  leastMs: number;
  seenPaused: boolean;
  /** More operations have failed at once than there is room for: unless it is paused, it may have been forgotten. */
  crowded: boolean;
}

interface Run {
  count: number;
  readonly operations: Set<string>;
  /** A health check is among them: it weighs twice, and what it fails of holds for all. */
  checked: boolean;
}

const newRun = (): Run => ({ count: 0, operations: new Set(), checked: false });

const IN_A_ROW = 5;
const ROOM = 16;
const LEAST_MS = { transient: 5_000, denied: MINUTE_MS } as const;
const HALF_HOUR_MS = 30 * MINUTE_MS;
const SKEW_MS = 500;
const ANSWERS: readonly CallOutcome[] = ['denied', 'daySpent', 'windowSpent', 'slotsSpent'];

/** Keeps books of its own, from what went in and what came out, and compares. */
class CircuitJudge {
  readonly findings = new Set<CircuitFinding>();
  readonly #records = new Map<string, Record>();
  readonly #underWay = new Map<string, { probe: string; untilMs: number }>();
  #failures = newRun();
  #denials = newRun();
  #worksAtMs = 0;
  readonly #resetMs: number;

  constructor(resetMs: number) {
    this.#resetMs = resetMs;
  }

  answered(ask: PermitAsk, answer: PermitAnswer, nowMs: number): void {
    if (answer.kind === 'granted') this.#granted(ask, answer.permit, nowMs);
    else this.#refused(ask, answer, nowMs);
  }

  remembers(circuits: number): void {
    if (circuits > ROOM) this.findings.add('unbounded');
  }

  #refused({ operation }: PermitAsk, answer: Extract<PermitAnswer, { kind: 'refused' }>, nowMs: number): void {
    const { reason, detail, waitMs } = answer;
    const latestMs = Math.min(HALF_HOUR_MS, this.#untilReset(nowMs)) + SKEW_MS;
    if (reason === 'day' && waitMs > latestMs) this.findings.add('late');
    if (reason === 'circuit') {
      const run =
        detail === 'transientFailures' ? this.#failures : detail === 'accessDenied' ? this.#denials : undefined;
      if (run && (run.count < IN_A_ROW || (run.operations.size < 2 && !run.checked))) this.findings.add('lineAlone');
    }
    if (reason !== 'operation') return;
    const record = this.#records.get(operation);
    if (record?.failed !== true) this.findings.add('isolation');
    else if (detail !== 'quotaSpent' && record.pausedAtMs === undefined) this.findings.add('hasty');
    if (detail === 'quotaSpent' && waitMs > this.#untilReset(nowMs) + SKEW_MS) this.findings.add('late');
    if (record !== undefined) record.seenPaused = true;
  }

  #untilReset(nowMs: number): number {
    return nowMs < this.#resetMs + SKEW_MS ? Math.max(0, this.#resetMs - nowMs) : Number.POSITIVE_INFINITY;
  }

  #granted(ask: PermitAsk, { id, probe, healthCheck, sendByMs }: Permit, nowMs: number): void {
    const record = this.#records.get(ask.operation);
    if (record?.pausedAtMs !== undefined && !healthCheck) {
      const isKnown = !record.crowded || record.seenPaused;
      const isOver = nowMs >= Math.min(record.pausedAtMs + record.leastMs, this.#nextResetMs(record.pausedAtMs));
      if (isKnown && !isOver) this.findings.add('eager');
      if (probe === 'operation' && this.#worksAtMs < record.pausedAtMs) this.findings.add('blind');
    }
    if (probe === undefined) return;
    const name = probe === 'operation' ? `operation ${ask.operation}` : probe;
    const rival = [...this.#underWay.values()].some((one) => one.probe === name && nowMs < one.untilMs);
    if (rival) this.findings.add('probes');
    this.#underWay.set(id, { probe: name, untilMs: sendByMs + ask.callTimeoutMs });
  }

  #nextResetMs(afterMs: number): number {
    return afterMs < this.#resetMs ? this.#resetMs : Number.POSITIVE_INFINITY;
  }

  ended({ id, operation, outcome, permit, atMs }: EndedCall): void {
    this.#underWay.delete(id);
    const works = outcome === 'success' || outcome === 'operationQuotaSpent';
    if (works || (permit.healthCheck && ANSWERS.includes(outcome))) {
      this.#worksAtMs = atMs;
      this.#failures = newRun();
    }
    if (works) this.#denials = newRun();
    if (outcome === 'transient') count(this.#failures, operation, permit.healthCheck);
    if (outcome === 'denied') count(this.#denials, operation);
    if (outcome === 'success') this.#records.delete(operation);
    else this.#note(operation, outcome, permit, atMs);
  }

  #note(operation: string, outcome: CallOutcome, { probe }: Permit, atMs: number): void {
    const record = this.#records.get(operation) ?? {
      transient: 0,
      denied: 0,
      failed: false,
      leastMs: 0,
      seenPaused: false,
      crowded: false,
    };
    const isProbe = probe === 'operation';
    // What a call under way says of an operation that is paused already is not news.
    const isNews = isProbe || record.pausedAtMs === undefined;
    const pause = (leastMs: number): void => {
      record.pausedAtMs = atMs;
      record.leastMs = leastMs;
      record.seenPaused = false;
      record.crowded &&= !isProbe;
    };
    this.#records.set(operation, record);
    if (this.#records.size > ROOM) for (const one of this.#records.values()) one.crowded = true;
    if (outcome === 'transient' || outcome === 'denied') {
      record.failed = true;
      if (!isNews) return;
      record[outcome] += 1;
      if (isProbe || record[outcome] >= IN_A_ROW) pause(LEAST_MS[outcome]);
    } else if (outcome === 'operationQuotaSpent') {
      record.failed = true;
      if (isNews) pause(HALF_HOUR_MS);
    } else if (outcome === 'neutral' && isProbe) {
      pause(LEAST_MS.transient);
    }
  }
}

function count(run: Run, operation: string, isHealthCheck = false): void {
  run.count += isHealthCheck ? 2 : 1;
  run.checked ||= isHealthCheck;
  run.operations.add(operation);
}

export type { CircuitFinding };
export { CircuitJudge };
