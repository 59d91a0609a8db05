/** What a figure must not pass. Beyond it `npm run bench -- --check` fails, and CI with it for the quick scenarios. */
interface Budget {
  readonly most?: number;
  readonly least?: number;
}

/**
 * One for each figure, by `SCENARIO.FIGURE`. Counts and sizes are exact, and their budgets close; times are ratios of two
 * things in one run, and have room for a busy machine.
 */
const BUDGETS: Readonly<Record<string, Budget>> = {
  'calls.clean.overFewest': { most: 1.02 },
  'calls.quarterPercent.calls': { most: 1_000 },
  'calls.quarterPercentNamed.calls': { most: 500 },
  'calls.onePercent.calls': { most: 3_550 },
  'calls.lone.calls': { most: 12 },
  'calls.loneNamed.calls': { most: 3 },
  'calls.stormAlone.callsPerBad': { most: 1.05 },
  'calls.stormLookedUp.calls': { most: 3 },
  'calls.stormAmongGood.callsPerBad': { most: 6.6 },
  'calls.stormNamedAmongGood.callsPerBad': { most: 1.05 },

  'rate.share': { least: 0.98 },
  'rate.manyWorkers.overCeiling': { least: 0.95 },
  'rate.fewWorkers.overCeiling': { least: 0.75 },
  'rate.worstWindow': { most: 100 },
  'rate.writes': { most: 2.15 },
  'rate.reads': { most: 1.5 },
  'rate.writeUnits': { most: 2.2 },
  'rate.readUnits': { most: 1.5 },
  'rate.fullCalls.writeUnits': { most: 19 },
  'rate.fullCalls.readUnits': { most: 3.5 },
  'rate.fullCallsSlow.writeUnits': { most: 19 },

  'work.delivery': { most: 12 },
  'work.instrumented': { most: 13 },
  'work.growth': { most: 2 },
  'work.peakMemory': { most: 450 },

  'latency.running.before': { most: 2 },
  'latency.newCopy.before': { most: 4 },
  'latency.first.before': { most: 7 },
  'latency.running.after': { most: 1 },
  'latency.lowLatency': { most: 250 },
  'latency.default': { most: 2_400 },

  'cold.start': { most: 1.6 },
  'cold.import': { most: 2.1 },
  'cold.first': { most: 1.5 },
  'cold.size': { most: 2.7 },
  'cold.bundle': { most: 700 },

  'cost.million.beyondSqs': { most: 0.125 },
  'cost.million.fuller': { most: 0.1 },
  'cost.million.sqs': { most: 0.125 },
  'cost.million.logBytes': { most: 55 },
  'cost.million.functionMs': { most: 2_500 },
  'cost.idleMonth': { most: 12 },

  'clients.relay.delivered': { least: 200 },
  'clients.relay.calls': { most: 52 },
  'clients.relay.refused': { most: 0 },

  'day.drain.overFloor': { most: 1.1 },
  'day.drain.callsOverFewest': { most: 1.001 },
  'day.outage.extra': { most: 1.8 },
  'day.outage.calls': { most: 20 },
  'day.sideBySide.slowest': { most: 3 },

  'lanes.calm.wait': { most: 1 },
  'lanes.calm.share': { least: 0.95 },
  'lanes.busy.wait': { most: 1 },
  'lanes.busy.share': { least: 0.95 },
  'lanes.bursts.wait': { most: 1 },
  'lanes.bursts.share': { least: 0.85 },
  'lanes.dense.wait': { most: 1.5 },
  'lanes.dense.share': { least: 0.82 },
  'lanes.slow.wait': { most: 1 },
  'lanes.slow.share': { least: 0.95 },
  'lanes.silent.share': { least: 0.95 },
  'lanes.crowded.live': { least: 0.93 },
  'lanes.crowded.backfill': { least: 1 },
};

/** Of all that, what a reader of the README sees first. */
const README_SHOWS = {
  figures: [
    'calls.clean.overFewest',
    'rate.share',
    'rate.worstWindow',
    'clients.relay.delivered',
    'cost.million.beyondSqs',
    'cost.million.fuller',
    'work.delivery',
  ],
  plots: ['limiters', 'clients'],
};

export type { Budget };
export { BUDGETS, README_SHOWS };
