interface Load {
  readonly windowCalls: number;
  readonly windowMs: number;
  readonly slots: number;
  readonly workers: number;
  /** Calls that each invocation asks for at once. */
  readonly atOnce: number;
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
    refusalsPerCall: refusals / calls,
    refusals: run.refusals,
  };
}

function render(load: Load, figures: Figures, where: string): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const seconds = load.windowMs / 1_000;
  const reasons = Object.entries(figures.refusals)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`);
  return [
    `load        ${load.workers} workers, ${load.atOnce} calls at once each, ${load.latencyMs.join(' to ')} ms a call, ${load.seconds} s of ${where}`,
    `calls       ${figures.calls}`,
    `rate        ${figures.callsPerWindow.toFixed(2)} in ${seconds} s, ${percent(figures.shareOfLimit)} of the limit of ${load.windowCalls} (most possible at this latency: ${percent(figures.mostPossible)})`,
    `worst       ${figures.worstWindow} in any ${seconds} s, limit ${load.windowCalls}; ${figures.worstSlots} in flight, limit ${load.slots}`,
    `writes      ${figures.writesPerCall.toFixed(2)} a call, of which ${figures.conflictsPerCall.toFixed(2)} lost a race`,
    `reads       ${figures.readsPerCall.toFixed(2)} a call`,
    `refusals    ${figures.refusalsPerCall.toFixed(2)} a call: ${reasons.join(', ') || 'none'}`,
  ].join('\n');
}

export type { Figures, Load, Run };
export { figuresOf, render };
