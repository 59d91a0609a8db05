interface Load {
  readonly windowCalls: number;
  readonly windowMs: number;
  readonly slots: number;
  readonly workers: number;
  /** Calls that each invocation asks for at once. */
  readonly atOnce: number;
  /** Records in each call, all with a key of their own. @default 0 */
  readonly keysPerCall?: number;
  readonly latencyMs: readonly [low: number, high: number];
  readonly seconds: number;
  readonly seed: number;
}

/** What a run did, as Marketo and the table saw it. */
interface Run {
  readonly arrivalsAtMs: readonly number[];
  readonly worstWindow: number;
  readonly worstSlots: number;
  readonly swaps: number;
  readonly conflicts: number;
  readonly ends: number;
  readonly reads: number;
  /** DynamoDB's capacity units of all that, by the item's size at each. */
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly largestItemBytes: number;
  /** What the ledger made wait. */
  readonly refusals: Readonly<Record<string, number>>;
}

interface Figures {
  readonly calls: number;
  /** Mean over all windows of the run that begin after the first one. */
  readonly callsPerWindow: number;
  readonly shareOfLimit: number;
  /** What counting each call until its completion allows at this latency, if nothing else cost any time. */
  readonly mostPossible: number;
  readonly worstWindow: number;
  readonly worstSlots: number;
  readonly writesPerCall: number;
  readonly conflictsPerCall: number;
  readonly readsPerCall: number;
  readonly writeUnitsPerCall: number;
  readonly readUnitsPerCall: number;
  readonly largestItemBytes: number;
  readonly refusalsPerCall: number;
  readonly refusals: Readonly<Record<string, number>>;
}

/** How long it takes from a call to the one that is a whole window of calls later, on average after the first window. */
function meanTurnMs(arrivalsAtMs: readonly number[], windowCalls: number): number {
  const sorted = [...arrivalsAtMs].sort((a, b) => a - b);
  const turns: number[] = [];
  for (let index = windowCalls; index + windowCalls < sorted.length; index++) {
    turns.push((sorted[index + windowCalls] ?? 0) - (sorted[index] ?? 0));
  }
  if (turns.length === 0) throw new RangeError('too short a run: two windows at least');
  return turns.reduce((sum, turn) => sum + turn, 0) / turns.length;
}

function figuresOf({ windowCalls, windowMs, latencyMs }: Load, run: Run): Figures {
  const calls = run.arrivalsAtMs.length;
  const shareOfLimit = windowMs / meanTurnMs(run.arrivalsAtMs, windowCalls);
  const refusals = Object.values(run.refusals).reduce((sum, one) => sum + one, 0);
  return {
    calls,
    callsPerWindow: shareOfLimit * windowCalls,
    shareOfLimit,
    mostPossible: windowMs / (windowMs + (latencyMs[0] + latencyMs[1]) / 2),
    worstWindow: run.worstWindow,
    worstSlots: run.worstSlots,
    writesPerCall: (run.swaps + run.ends) / calls,
    conflictsPerCall: run.conflicts / calls,
    readsPerCall: run.reads / calls,
    writeUnitsPerCall: run.writeUnits / calls,
    readUnitsPerCall: run.readUnits / calls,
    largestItemBytes: run.largestItemBytes,
    refusalsPerCall: refusals / calls,
    refusals: run.refusals,
  };
}

export type { Figures, Load, Run };
export { figuresOf };
