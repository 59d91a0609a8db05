import { describe, expect, it } from 'vitest';
import { type ColumnMap, readColumnMap, readColumns } from '../../../lib/local/load/columns.ts';
import { destinationOf } from '../../../lib/local/load/destination.ts';
import { readDescribe } from '../../../lib/local/load/known-fields.ts';

const leads = destinationOf({});
const maps = (...texts: readonly string[]): readonly ColumnMap[] =>
  texts.map((text) => {
    const map = readColumnMap(text);
    if (map === undefined) throw new Error(text);
    return map;
  });
const known = readDescribe(
  JSON.stringify({
    result: [
      {
        name: 'API Lead',
        fields: [
          { name: 'email', displayName: 'Email Address', dataType: 'email', updateable: true },
          { name: 'firstName', displayName: 'First Name', dataType: 'string', length: 255, updateable: true },
          { name: 'id', displayName: 'Id', dataType: 'integer', updateable: false },
          { name: 'createdAt', displayName: 'Created At', dataType: 'datetime', updateable: false },
        ],
      },
    ],
  }),
  'describe.json',
);

describe('columns of a file', () => {
  it('become the fields that they name, or that --map gives them; the last = counts', () => {
    const header = ['email', 'First Name', 'a=b', 'Notes', ''];
    const reading = readColumns(
      header,
      maps('First Name=firstName', 'a=b=company', 'Notes=', '#5=title'),
      leads,
      undefined,
    );
    expect(reading).toEqual({
      columns: [
        { index: 0, header: 'email', field: 'email' },
        { index: 1, header: 'First Name', field: 'firstName' },
        { index: 2, header: 'a=b', field: 'company' },
        { index: 4, header: '', field: 'title' },
      ],
      leftOut: ['Notes'],
      problems: [],
    });
  });

  it('that say something about a row are left out: a file of rejects is loaded as it is', () => {
    const header = ['Reject Line', 'Reject Reason', 'email', 'Import Failure Reason', 'Import Warning Reason'];
    const { columns, problems } = readColumns(header, [], leads, undefined);
    expect({ fields: columns.map(({ field }) => field), problems }).toEqual({ fields: ['email'], problems: [] });
  });

  it.each([
    ['one without a name', ['email', ''], [], /column 2 has no name: --map '#2=FIELD'/],
    ['two for one field', ['email', 'email'], [], /columns #1 and #2 both give "email": keep one, --map '#2='/],
    [
      'a name from a screen',
      ['email', 'First Name'],
      [],
      /column "First Name" is no API name .* --map 'First Name=FIELD'/,
    ],
    ['none for the key', ['firstName'], [], /no column gives "email", by which Marketo finds leads/],
    ['a map of a column that is not there', ['email'], ['Emial=email'], /has no such column; it has email/],
    ['a map by a number beyond the last', ['email'], ['#2=x'], /has no such column/],
    ['a map of a name that two have', ['email', 'x', 'x'], ['x=a'], /columns #2 and #3 have this name/],
  ])('are refused: %s', (_what, header, texts, message) => {
    const { problems } = readColumns(header, maps(...texts), leads, undefined);
    expect(problems.join('\n')).toMatch(message);
  });

  it.each([
    ['the name on the screen', 'Email Address', /no field of leads: did you mean email\? --map 'Email Address=email'/],
    ['another case', 'FIRSTNAME', /did you mean firstName\?/],
    ['a slip of the finger', 'firstNane', /did you mean firstName\?/],
    ['nothing like a field', 'shoeSize', /column "shoeSize" is no field of leads: --map 'shoeSize=FIELD'/],
    ['what Marketo writes itself', 'createdAt', /column "createdAt" is read-only in Marketo/],
  ])('are checked against the fields of the subscription: %s', (_what, column, message) => {
    const { problems } = readColumns(['email', column], [], leads, known);
    expect(problems).toEqual([expect.stringMatching(message)]);
  });

  it('may be read-only where they are what the record is found by', () => {
    const byId = destinationOf({ action: 'updateOnly', lookupField: 'id' });
    expect(readColumns(['id', 'firstName'], [], byId, known).problems).toEqual([]);
  });

  it('of a list or a status are the id alone', () => {
    const list = destinationOf({ list: '7' });
    expect(readColumns(['id'], [], list, undefined).problems).toEqual([]);
    expect(readColumns(['leadId', 'x'], [], list, undefined).problems).toEqual([
      expect.stringMatching(/members of list 7 take id alone: --map 'leadId=id' if it is that/),
      expect.stringMatching(/"x".*take id alone/),
    ]);
    expect(readColumns(['email'], maps('email='), list, undefined).problems).toEqual([
      expect.stringMatching(/no column gives "id", by which Marketo finds members of list 7/),
    ]);
  });
});

describe('a destination', () => {
  it.each([
    [{ list: '7', program: '8' }, /one of --custom-object, --companies, --program and --list/],
    [{ list: 'x' }, /--list takes the id of one, a whole number; got "x"/],
    [{ program: '0' }, /--program takes the id/],
    [{ customObject: 'a/b' }, /--custom-object takes an API name/],
    [{ list: '7', action: 'createOnly' }, /list members take none of these; got --action/],
    [{ status: 'Attended' }, /leads take --action, --lookup-field, --partition; got --status/],
    [{ lookupField: 'id' }, /--lookup-field id goes with --action updateOnly/],
    [{ companies: true, dedupeBy: 'idField' }, /--dedupe-by idField goes with --action updateOnly/],
  ] as const)('refuses %j', (options, message) => {
    expect(() => destinationOf(options)).toThrow(message);
  });
});

describe('a saved reply of Describe', () => {
  it('may be that of the older leads/describe.json', () => {
    const reply = { result: [{ id: 1, displayName: 'E', dataType: 'email', rest: { name: 'email', readOnly: true } }] };
    const { fields } = readDescribe(JSON.stringify(reply), 'd.json');
    expect([...fields.values()]).toEqual([{ name: 'email', displayName: 'E', dataType: 'email', readOnly: true }]);
  });

  it('may be of a custom object, whose dedupe fields are its keys', () => {
    const reply = { result: [{ name: 'car_c', dedupeFields: ['vin'], fields: [{ name: 'vin', dataType: 'string' }] }] };
    const read = readDescribe(JSON.stringify(reply), 'd.json');
    const { problems } = readColumns(['vim'], [], destinationOf({ customObject: 'car_c' }), read);
    expect(problems).toEqual([expect.stringMatching(/did you mean vin/)]);
    const { problems: missing } = readColumns(
      ['color_c'],
      maps('color_c='),
      destinationOf({ customObject: 'car_c' }),
      read,
    );
    expect(missing).toEqual([expect.stringMatching(/no column gives "vin"/)]);
  });

  it.each(['', '[]', '{"result":[]}', '{"success":false,"errors":[]}', '{"result":[{"id":1}]}'])(
    'is not %s',
    (text) => {
      expect(() => readDescribe(text, 'd.json')).toThrow(/--fields d.json is no reply of Describe/);
    },
  );
});
