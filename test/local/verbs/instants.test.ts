import { describe, expect, it } from 'vitest';
import { readInstant } from '../../../lib/local/verbs/instants.ts';

const NOW = new Date(2027, 2, 1, 12, 0, 0);
const at = (text: string, edge: 'start' | 'end' = 'start'): number | string => {
  const reading = readInstant(text, edge, NOW.getTime());
  return reading.ok ? reading.atMs : reading.problem;
};

describe('an instant as an operator says it', () => {
  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['2h ago', 7_200_000],
    ['3d', 3 * 86_400_000],
    ['1w', 7 * 86_400_000],
    ['now', 0],
  ])('%s is counted from the start of the command', (text, agoMs) => {
    expect(at(text)).toBe(NOW.getTime() - agoMs);
  });

  it.each([
    ['today', 'start', new Date(2027, 2, 1)],
    ['yesterday', 'start', new Date(2027, 1, 28)],
    ['yesterday', 'end', new Date(2027, 2, 1, 0, 0, 0, -1)],
    ['2027-01-31', 'start', new Date(2027, 0, 31)],
    ['2027-01-31', 'end', new Date(2027, 1, 1, 0, 0, 0, -1)],
    ['2027-01-31T12:00Z', 'start', new Date('2027-01-31T12:00:00Z')],
    ['2027-01-31T12:00:00+02:00', 'end', new Date('2027-01-31T10:00:00Z')],
  ] as const)('%s as %s', (text, edge, expected) => {
    expect(at(text, edge)).toBe(expected.getTime());
  });

  it.each(['', '2', 'h', '-2h', '2 fortnights', 'tomorrow', '2027-02-30', '2027-13-01', '99999999h'])(
    '%j is none',
    (text) => {
      expect(at(text)).toContain('is no time: give an age such as 30m, 2h, 3d');
    },
  );
});
