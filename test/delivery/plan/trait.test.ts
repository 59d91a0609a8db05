import { describe, expect, it } from 'vitest';
import { traitOf } from '../../../lib/delivery/plan/trait.ts';
import { toWorkItems } from '../../../lib/delivery/work-item.ts';
import { messageOf } from '../fixtures.ts';

const RECORDS = [
  { email: 'ann@x.test', score: 'a lot', id: 84 },
  { email: 'bob@x.test', score: 5, note: null },
  { email: 'cleo@x.test', noSuch: true },
];
const items = toWorkItems(
  messageOf({ path: '/rest/v1/leads.json', body: { lookupField: 'crmId', partitionName: 'EU', input: RECORDS } }, 'm'),
);

describe('what a failure names', () => {
  it.each<[string, string, string | undefined, readonly number[]]>([
    ['1003', "Invalid value for field 'score' and value 'a lot'", 'pair', [0]],
    ['1003', 'Invalid value for field "score" and value "a lot"', 'pair', [0]],
    ['1004', 'Lead [84] not found', 'value', [0]],
    ['1004', 'Leads [7, 84, 9] not found', 'value', [0]],
    ['1001', "Invalid value 'null' specified", 'value', [1]],
    ['1003', 'Invalid value for email bob@x.test.', 'pair', [1]],
    ['1006', "Field 'noSuch' not found", 'field', [2]],
    ['1003', "Invalid value for 'score'", 'field', [0, 1]],
    ['1006', "Lookup field 'crmId' not found", 'frame', [0, 1, 2]],
    ['609', 'Malformed record at index 1', 'place', [1]],
    ['609', 'Unexpected token at input[2]', 'place', [2]],
    ['609', 'Malformed record at index 99', undefined, []],
    ['609', 'Invalid JSON', undefined, []],
    ['701', '', undefined, []],
    ['1003', "Invalid value 'somebody else'", undefined, []],
  ])('%s %s: %s', (code, text, kind, places) => {
    const trait = traitOf({ code, text }, items);
    expect(trait?.kind).toBe(kind);
    expect(items.flatMap((item, index) => (trait?.has(item) ? [index] : []))).toEqual(places);
  });

  it('proves a record bad only where a field is said not to exist, and nothing else is quoted', () => {
    const isProof = (code: string, text: string) => traitOf({ code, text }, items)?.isProof;
    expect(isProof('1006', "Field 'noSuch' not found")).toBe(true);
    expect(isProof('1006', "Lookup field 'crmId' not found")).toBe(true);
    expect(isProof('1006', "Field 'other' not found: valid are 'noSuch'")).toBe(false);
    expect(isProof('1006', 'Field noSuch not found')).toBe(false);
    expect(isProof('1003', "Field 'noSuch' not found")).toBe(false);
    expect(isProof('1006', "Invalid value 'a lot' for field 'score'")).toBe(false);
  });

  it('is another kind for another code, another name, another endpoint', () => {
    const idOf = (code: string, text: string) => traitOf({ code, text }, items)?.id;
    const id = idOf('1003', "Invalid value for 'score'");
    expect(idOf('1003', "'score' has an invalid value")).toBe(id);
    expect(idOf('1001', "Invalid value for 'score'")).not.toBe(id);
    expect(idOf('1003', "Invalid value for 'email'")).not.toBe(id);
    const [elsewhere] = toWorkItems(messageOf({ path: '/rest/v1/companies.json', body: { input: RECORDS } }, 'n'));
    expect(elsewhere && traitOf({ code: '1003', text: "Invalid value for 'score'" }, items)?.has(elsewhere)).toBe(
      false,
    );
  });

  it('costs little for a text that quotes hundreds of names', () => {
    const text = Array.from({ length: 400 }, (_, index) => `'name${index}'`).join(' ');
    expect(traitOf({ code: '1003', text: `${text} 'score'` }, items)?.kind).toBeUndefined();
  });
});
