import { describe, expect, it } from 'vitest';
import { eraseFrom } from '../../lib/journal/erase.ts';
import { createKeyHash } from '../../lib/journal/key-hash.ts';
import { toLine } from '../../lib/journal/line.ts';
import { livesOf } from '../../lib/journal/lives.ts';
import { isWanted, leadIdsIn, wantedBy } from '../../lib/journal/search.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { entryOf } from './entries.ts';

const hash = createKeyHash(new Secret('s'.repeat(64)));
const line = (rest: Parameters<typeof entryOf>[0] = {}) => toLine(entryOf(rest), hash);
const ada = wantedBy(' Ada@Example.com ', hash);
const BEN = ['lead:email:ben@example.com'];

describe('what is looked for', () => {
  it('is an address, however it is written, in keys of leads and of other objects, or as a relay id', () => {
    expect(isWanted(line(), ada)).toBe(true);
    expect(isWanted(line({ keys: ['customObject:car_c:owner:ADA@example.com'] }), ada)).toBe(true);
    expect(isWanted(line({ relayId: 'Ada@Example.com', keys: [] }), ada)).toBe(true);
    expect(isWanted(line({ keys: BEN }), ada)).toBe(false);
  });

  it('is a relay id, a Marketo id, or a lead by its id', () => {
    expect(isWanted(line(), wantedBy('order-7', hash))).toBe(true);
    expect(isWanted(line({ objects: [{ id: '318' }] }), wantedBy('318', hash))).toBe(true);
    expect(isWanted(line({ keys: ['lead:id:318'] }), wantedBy('318', hash))).toBe(true);
    expect(isWanted(line(), wantedBy('318', hash))).toBe(false);
  });

  it('leads to the lead ids that a record of the address was given, and to no other', () => {
    const lines = [
      line({ objects: [{ id: '318' }] }),
      line({ keys: BEN, objects: [{ id: '319' }] }),
      // Whose is which, such a line does not say.
      line({ keys: ['lead:email:ada@example.com', ...BEN], objects: [{ id: '320' }, { id: '321' }] }),
    ];
    expect([...leadIdsIn(lines, ada)]).toEqual(['318']);
  });
});

describe('erasing a person', () => {
  it('takes all lines of her records, and leaves those of others as they are', () => {
    const others = [line({ keys: BEN, position: 1 })];
    const { lines, removed, stripped } = eraseFrom([line({ position: 0 }), ...others, line()], ada);
    expect(lines).toEqual(others);
    expect([removed, stripped]).toEqual([2, 0]);
  });

  it('leaves a line of several people, without her hash and without the ids that could be hers', () => {
    const shared = line({
      operation: 'pushLeads',
      keys: ['lead:email:ada@example.com', ...BEN],
      objects: [{ id: '1' }, { id: '2' }],
    });
    const { lines, stripped } = eraseFrom([shared], ada);
    const { marketo_ids: _, statuses: __, ...rest } = shared;
    expect(lines).toEqual([{ ...rest, keys: BEN.map(hash) }]);
    expect(stripped).toBe(1);
  });
});

describe('the life of a record', () => {
  it('is what its latest line says, of each publication', () => {
    const at = (minutes: number) => Date.UTC(2027, 0, 31, 12, minutes);
    const again = { publishedAtMs: at(30) };
    const lives = livesOf([
      line({ ...again, outcome: 'requeued', code: '713', settledAtMs: at(31) }),
      line({ outcome: 'dead', code: '1003', settledAtMs: at(2) }),
      line({ outcome: 'requeued', code: '713', settledAtMs: at(1) }),
    ]);
    expect(lives.map(({ state, lines }) => [state, lines.length])).toEqual([
      ['dead', 2],
      ['onTheWay', 1],
    ]);
  });
});
