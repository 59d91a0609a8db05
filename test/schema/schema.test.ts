import { describe, expect, it } from 'vitest';
import { matchEndpoint } from '../../lib/marketo/endpoints/endpoints.ts';
import type { JsonObject, MarketoRequest } from '../../lib/marketo/request.ts';
import { findingsIn } from '../../lib/schema/check-record.ts';
import { missingInForm } from '../../lib/schema/form-fields.ts';
import { nearestName } from '../../lib/schema/nearest-name.ts';
import type { ObjectSchema, ObjectType } from '../../lib/schema/object-schema.ts';
import { describePathsOf, objectTypesOf } from '../../lib/schema/object-types.ts';
import { parseDescribe } from '../../lib/schema/parse-describe.ts';
import { EMPTY_SCHEMA_STATE } from '../../lib/schema/schema-state.ts';
import { type SchemaView, viewOf } from '../../lib/schema/schema-view.ts';
import { withoutFields } from '../../lib/schema/without-fields.ts';

const describedAtMs = Date.UTC(2027, 2, 1);

function viewOfFields(fields: ObjectSchema['fields'], removed: readonly string[] = []): SchemaView | undefined {
  const gone = new Map(removed.map((name) => [name, describedAtMs]));
  return viewOf({ ...EMPTY_SCHEMA_STATE, schema: { fields, dedupeFields: [] }, describedAtMs, removed: gone });
}

function post(path: string, body: JsonObject = {}): MarketoRequest {
  return { method: 'POST', path, body };
}

function found(
  path: string,
  record: JsonObject,
  views: Partial<Record<ObjectType, SchemaView | undefined>>,
  body: JsonObject = {},
) {
  const request = post(path, body);
  const findings = findingsIn(request, matchEndpoint(request), [record], (type) => views[type]);
  return findings.map(({ kind, field }) => `${kind} ${field}`);
}

const LEADS = viewOfFields(
  [
    { name: 'email', formName: 'Email' },
    { name: 'firstName', formName: 'FirstName' },
    { name: 'leadScore', formName: 'Lead_Score', dataType: 'score' },
    { name: 'nickname' },
  ],
  ['shoeSize'],
);

describe('a reply of Describe', () => {
  it('is read in the older form of leads, which alone has the names of forms', () => {
    const result = [
      {
        id: 2,
        displayName: 'First Name',
        dataType: 'string',
        length: 255,
        rest: { name: 'firstName', readOnly: false },
        soap: { name: 'FirstName' },
      },
      { id: 3, displayName: 'Made', dataType: 'datetime', rest: { name: 'createdAt', readOnly: true } },
      { id: 4, displayName: 'Of SOAP alone', dataType: 'string', soap: { name: 'Old' } },
    ];
    expect(parseDescribe('leads', JSON.stringify({ success: true, result }))?.fields).toEqual([
      { name: 'firstName', formName: 'FirstName', displayName: 'First Name', dataType: 'string', length: 255 },
      { name: 'createdAt', displayName: 'Made', dataType: 'datetime', readOnly: true },
    ]);
  });

  it('is read in the newer form, with the dedupe fields', () => {
    const result = [{ dedupeFields: ['vin'], fields: [{ name: 'vin', dataType: 'String', updateable: false }] }];
    expect(parseDescribe('customobjects/car_c', JSON.stringify({ success: true, result }))).toEqual({
      dedupeFields: ['vin'],
      fields: [{ name: 'vin', dataType: 'string', readOnly: true }],
    });
  });

  it('is read of a form, with the fields in its sets', () => {
    const result = [
      { id: 'Email', required: true },
      { id: 'FieldSet1', fields: ['City'] },
    ];
    const names = parseDescribe('forms/7', JSON.stringify({ success: true, result }))?.fields.map(({ name }) => name);
    expect(names).toEqual(['Email', 'FieldSet1', 'City']);
  });

  it.each([
    'not JSON',
    '[]',
    'null',
    '{"success":false,"errors":[]}',
    '{"success":true}',
    '{"success":true,"result":[]}',
    '{"success":true,"result":[null,7,{"rest":null},{"rest":{"name":7}}]}',
    '{"success":true,"moreResult":true,"result":[{"rest":{"name":"email"}}]}',
  ])('is none where it is %s', (body) => {
    expect(parseDescribe('leads', body)).toBeUndefined();
  });
});

describe('what is looked at', () => {
  it.each([
    ['/rest/v1/leads.json', {}, ['leads']],
    ['/rest/v1/customobjects/car_c.json', {}, ['customobjects/car_c']],
    ['/rest/v1/customobjects/car_c/delete.json', {}, ['customobjects/car_c']],
    ['/rest/v1/opportunities/roles.json', {}, ['opportunities/roles']],
    ['/rest/v1/leads/submitForm.json', { formId: 7 }, ['forms/7', 'leads', 'programs/members']],
    ['/rest/v1/leads/submitForm.json', { formId: 'x' }, []],
    ['/rest/v1/lists/7/leads.json', {}, []],
    ['/rest/v1/things.json', {}, []],
  ])('of %s are %j', (path, body, types) => {
    const request = post(path, body);
    expect(objectTypesOf(request, matchEndpoint(request))).toEqual(types);
  });

  it('is described by an endpoint that Marketo has', () => {
    const types: ObjectType[] = [
      'leads',
      'companies',
      'opportunities',
      'opportunities/roles',
      'salespersons',
      'namedaccounts',
      'activities',
      'programs/members',
      'customobjects/car_c',
      'forms/7',
    ];
    for (const path of types.flatMap(describePathsOf)) {
      expect(matchEndpoint({ method: 'GET', path }).operation, path).not.toBe('unknown');
    }
  });
});

describe('a record', () => {
  it.each<[JsonObject, string[]]>([
    [{ email: 'a', firstName: 'A' }, []],
    [{ email: 'a', frstName: 'A' }, ['unknown frstName']],
    [{ email: 'a', FIRSTNAME: 'A' }, []],
    [{ email: 'a', shoeSize: 1 }, ['unknown shoeSize']],
    [JSON.parse('{"email":"a","__proto__":1,"constructor":2}'), ['unknown __proto__', 'unknown constructor']],
    [{ email: 'a', leadScore: 'high' }, ['value leadScore']],
    [{ email: 'a', leadScore: null }, []],
    [{ email: 'a', leadScore: '' }, []],
    [{ email: 'a', leadScore: ' ' }, []],
    [{ email: 'a', leadScore: '€' }, []],
    [{ email: 'a', leadScore: '1.5' }, []],
    [{ email: 'a', leadScore: 'NaN' }, []],
    [{ email: 'a', leadScore: 'true' }, []],
    [{ email: 'a', leadScore: 'ten5' }, []],
    [{ id: 7, leadPartitionId: 1, sfdcLeadId: 'x', ecids: [], externalSalesPersonId: 'x' }, []],
  ])('%j has %j', (record, findings) => {
    expect(found('/rest/v1/leads.json', record, { leads: LEADS })).toEqual(findings);
  });

  it('is not looked at without a schema, nor where it is deleted', () => {
    expect(found('/rest/v1/leads.json', { nothing: 1 }, {})).toEqual([]);
    expect(found('/rest/v1/companies/delete.json', { nothing: 1 }, { companies: LEADS })).toEqual([]);
  });

  it.each([
    ['crmKey', ['unknown crmKey']],
    ['sfdcLeadId', []],
    ['FirstName', []],
    ['', []],
    [7, []],
  ])('is looked up by %j: %j', (lookupField, findings) => {
    expect(found('/rest/v1/leads.json', { email: 'a' }, { leads: LEADS }, { lookupField })).toEqual(findings);
  });

  it('of an activity has attributes, by either name, and only where its type has some', () => {
    const activities = viewOfFields([{ name: '7:note' }, { name: '7:Long Note' }]);
    const path = '/rest/v1/activities/external.json';
    const withAttributes = (activityTypeId: number, ...attributes: JsonObject[]) =>
      found(path, { leadId: 1, activityTypeId, attributes }, { activities });
    expect(withAttributes(7, { name: 'long note' }, { apiName: 'note' })).toEqual([]);
    expect(withAttributes(7, { apiName: 'nte' })).toEqual(['unknown nte']);
    expect(withAttributes(8, { apiName: 'nte' })).toEqual([]);
  });
});

describe('a submission', () => {
  const path = '/rest/v1/leads/submitForm.json';
  const form = viewOfFields([
    { name: 'Email', required: true },
    { name: 'FirstName', required: true },
  ]);
  const members = viewOfFields([{ name: 'mealPreference' }]);
  const all = { 'forms/7': form, leads: LEADS, 'programs/members': members } as const;
  const submitted = (fields: JsonObject, views: Parameters<typeof found>[2] = all) =>
    found(path, { leadFormFields: { email: 'a', ...fields } }, views, { formId: 7 });

  it('may have what the form has, by the name that leads have for it', () => {
    expect(submitted({ firstName: 'A' })).toEqual([]);
    expect(submitted({ leadScore: 1 })).toEqual(['unknown leadScore']);
  });

  it('is not refused for what nobody can tell', () => {
    expect(submitted({ nickname: 'A', mealPreference: 'none' })).toEqual([]);
    expect(submitted({ shoe: 1 }, { 'forms/7': form, leads: LEADS })).toEqual([]);
    expect(submitted({ leadScore: 1 }, { leads: LEADS, 'programs/members': members })).toEqual([]);
  });

  it('has no field that exists nowhere', () => {
    expect(submitted({ shoe: 1 })).toEqual(['unknown shoe']);
  });

  it('tells of required fields that it lacks', () => {
    if (form === undefined) throw new Error('no view');
    expect(missingInForm({ leadFormFields: { email: 'a' } }, form, LEADS)).toEqual(['FirstName']);
    expect(missingInForm({ leadFormFields: { email: 'a', firstName: 'A' } }, form, LEADS)).toEqual([]);
  });
});

describe('the nearest name', () => {
  it.each([
    ['favouriteColour', 'favoriteColor'],
    ['First Name', 'firstName'],
    ['titel', 'title'],
    ['xyz', undefined],
    ['', undefined],
  ])('to %j is %j', (name, nearest) => {
    expect(nearestName(name, ['firstName', 'favoriteColor', 'title', 'lastName'])).toBe(nearest);
  });
});

describe('a record without fields', () => {
  it('keeps all others, wherever they stand', () => {
    expect(withoutFields('leads', { a: 1, B: 2, attributes: [] }, ['b'])).toEqual({ a: 1, attributes: [] });
    expect(withoutFields('forms/7', { cookie: 'c', leadFormFields: { a: 1, b: 2 } }, ['b'])).toEqual({
      cookie: 'c',
      leadFormFields: { a: 1 },
    });
    const attributes = [
      { apiName: 'a', value: 1 },
      { name: 'b', value: 2 },
    ];
    expect(withoutFields('activities', { leadId: 1, attributes }, ['b'])).toEqual({
      leadId: 1,
      attributes: [attributes[0]],
    });
  });
});
