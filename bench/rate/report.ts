import type { Plot, Series, Table } from '../frame/types.ts';
import type { Seen } from './compare.ts';
import type { Figures, Load } from './figures.ts';
import { LIMITERS } from './limiters.ts';

/** Marketo's calls: small ones, those of 300 records on a usual day, and on a slow one. */
const LATENCIES = { quick: [80, 150], usual: [200, 450], slow: [300, 3_000] } as const;

type Row = readonly [name: string, load: Load, figures: Figures];

const overCeiling = ({ shareOfLimit, mostPossible }: Figures): number => shareOfLimit / mostPossible;

function tableOf(title: string, rows: readonly Row[]): Table {
  return {
    title,
    head: [
      'latency',
      'workers',
      'at once',
      'share of the limit',
      'ceiling',
      'worst 20 s',
      'most in flight',
      'writes',
      'lost races',
      'reads',
      'write units',
      'read units',
      'largest item, bytes',
    ],
    rows: rows.map(([name, { workers, atOnce, latencyMs }, one]) => [
      `${name}, ${latencyMs.join(' to ')} ms`,
      workers,
      atOnce,
      percent(one.shareOfLimit),
      percent(one.mostPossible),
      one.worstWindow,
      one.worstSlots,
      round(one.writesPerCall),
      round(one.conflictsPerCall),
      round(one.readsPerCall),
      round(one.writeUnitsPerCall),
      round(one.readUnitsPerCall),
      one.largestItemBytes,
    ]),
  };
}

function comparison({ seconds, workers }: Load, own: Figures, others: readonly (readonly [string, Seen])[]): Table {
  const setups = new Map(LIMITERS.map(({ name, setup }) => [name, setup]));
  return {
    title: `Beside published limiters: ${workers} workers, calls of 200 to 450 ms, ${seconds} s; a call that Marketo refuses counts as made`,
    head: ['limiter', 'accepted, of the limit', 'worst 20 s', 'most in flight', 'refused with 606 or 615', 'set up as'],
    rows: [
      ['the relay', percent(own.shareOfLimit), own.worstWindow, own.worstSlots, 0, 'the ledger in DynamoDB'],
      ...others.map(([name, one]) => [
        name,
        percent(one.acceptedShare),
        one.worstWindow,
        one.worstSlots,
        one.refused,
        setups.get(name) ?? '',
      ]),
    ],
  };
}

function plotsOf(rows: readonly Row[], own: Figures, others: readonly (readonly [string, Seen])[]): readonly Plot[] {
  const series = Object.keys(LATENCIES).map((latency): Series => {
    const points = rows
      .filter(([name]) => name === latency)
      .map(([, { workers }, figures]) => [String(workers), 100 * overCeiling(figures)] as const);
    return { name: `${latency} calls`, points };
  });
  return [
    {
      name: 'rate',
      title: 'Calls at saturation, of what the limit allows at that latency',
      kind: 'bar',
      x: { name: 'workers', scale: 'names' },
      y: { name: '%', scale: 'linear' },
      series,
      mark: { name: '100 %', y: 100 },
    },
    {
      name: 'limiters',
      title: 'Most calls in any 20 s, as Marketo counts',
      kind: 'bar',
      x: { name: 'limiter', scale: 'names' },
      y: { name: 'calls', scale: 'linear' },
      series: [
        {
          name: 'worst window',
          points: [['the relay', own.worstWindow], ...others.map(([name, one]) => [name, one.worstWindow] as const)],
        },
      ],
      mark: { name: "Marketo's limit: 100", y: 100 },
    },
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const round = (value: number): number => Math.round(value * 100) / 100;

export type { Row };
export { comparison, LATENCIES, overCeiling, plotsOf, tableOf };
