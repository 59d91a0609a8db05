import { describe, expect, it } from 'vitest';
import { RELAY_NUMBERS } from '../../lib/cloud/relay-numbers.ts';
import { MAX_RECEIVES } from '../../lib/settings/policy.ts';
import { sourceFiles, withoutTexts } from './source.ts';

const POLICY = 'lib/settings/policy.ts';

interface Fact {
  readonly name: string;
  /** How a statement of it looks in code. */
  readonly pattern: RegExp;
  /** How often the policy states it. */
  readonly times: number;
  /** Files where the same number is another fact. */
  readonly elsewhere?: readonly string[];
}

const FACTS: readonly Fact[] = [
  { name: "the delivery function's timeout, 420 s", pattern: /(?<![\d_.])420(?![\d_.])/g, times: 1 },
  {
    name: '1 MiB',
    pattern: /1_048_576|1048576|(?<!\d \* )1024 \* 1024|2 \*\* 20\b/g,
    times: 1,
  },
  {
    name: "SQS's longest delay and Lambda's longest timeout, 900 s",
    pattern: /(?<![\d_.])900(?![\d_.])/g,
    times: 2,
    // How long a run of the command line takes at most.
    elsewhere: ['lib/local/cli/arguments.ts'],
  },
  {
    name: 'ten entries of a batch request or a receive',
    pattern: /\b\w*(?:ENTRIES|MAX_RECEIVE|BATCH_SIZE)\s*=\s*10\b|[^+]\+=? 10\b/g,
    times: 1,
  },
  { name: '14 days of retention', pattern: /RETENTION\w* = 14\b|1_?209_?600|14 \* (?:24|86_?400)/g, times: 1 },
  { name: '12 hours of visibility', pattern: /43_?200\b|12 \* 3_?600\b/g, times: 1 },
  { name: '6 MB of payload', pattern: /\b6 \* (?:MIB|1024|1_048_576)|6_291_456/g, times: 1 },
  {
    name: '64 KB of a billed request',
    pattern: /65_?536\b/g,
    times: 1,
    // What is read of an attribute that anybody may have written.
    elsewhere: ['lib/message/relay-attribute.ts'],
  },
  {
    name: 'the default of maxReceiveCount',
    pattern: /RECEIVE_COUNT\s*=\s*10\b|maxReceiveCount\W{1,12}10\b/g,
    times: 1,
  },
  {
    name: 'the last receive, as a number instead of one less than maxReceiveCount',
    pattern: /RECEIVES?\s*=\s*9\b/g,
    times: 0,
  },
];

const files = sourceFiles('lib', 'bin', 'functions', 'bench')
  // What checks the relay has its own statement of what it checks.
  .filter(({ path }) => !/^lib\/(?:fake-marketo|simulation)\//.test(path))
  .map(({ path, text }) => ({ path, code: withoutTexts(text) }));

function statedIn(pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, code }) => [...code.matchAll(pattern)].map(() => path));
}

describe('the policy', () => {
  it.each(FACTS)('is the one place that states $name', ({ pattern, times, elsewhere = [] }) => {
    const stated = statedIn(pattern).filter((path) => !elsewhere.includes(path));

    expect(stated).toEqual(Array.from({ length: times }, () => POLICY));
  });

  it.each(FACTS.filter(({ elsewhere }) => elsewhere))('names no file beside it in vain for $name', (fact) => {
    const stated = new Set(statedIn(fact.pattern));

    expect(fact.elsewhere?.filter((path) => !stated.has(path))).toEqual([]);
  });

  it('lets the relay write its own dead letter before SQS can move the message, whatever the stack is given', () => {
    expect(MAX_RECEIVES).toBeLessThan(RELAY_NUMBERS.maxReceiveCount.min);
    expect(RELAY_NUMBERS.maxReceiveCount.default).toBeGreaterThanOrEqual(RELAY_NUMBERS.maxReceiveCount.min);
  });
});
