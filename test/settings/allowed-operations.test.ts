import { describe, expect, it } from 'vitest';
import { ENDPOINTS, matchEndpoint } from '../../lib/marketo/endpoints/endpoints.ts';
import { allowedName, allows } from '../../lib/marketo/endpoints/operation-patterns.ts';
import {
  DEFAULT_ALLOWED_OPERATIONS,
  parseAllowedOperations,
  REVERSIBLE_OPERATIONS,
} from '../../lib/settings/allowed-operations.ts';

type Method = 'GET' | 'POST' | 'DELETE';

function nameOf(method: Method, path: string, query: Record<string, string> = {}): string {
  const request = { method, path, query };
  return allowedName(request, matchEndpoint(request));
}

const isReversible = (name: string): boolean => allows(REVERSIBLE_OPERATIONS, name);

describe('the operations that are allowed by default', () => {
  it('are all', () => {
    expect(ENDPOINTS.filter(({ operation }) => !allows(DEFAULT_ALLOWED_OPERATIONS, operation))).toEqual([]);
    expect(allows(DEFAULT_ALLOWED_OPERATIONS, 'deleteUnknown')).toBe(true);
  });
});

describe('the operations that can be undone', () => {
  it('are all but those that delete or merge', () => {
    const refused = ENDPOINTS.map(({ operation }) => operation).filter((name) => !isReversible(name));
    expect(refused).toEqual(ENDPOINTS.map(({ operation }) => operation).filter((name) => /^(delete|merge)/.test(name)));
    expect(refused).toContain('deleteLeads');
    expect(refused).toContain('mergeLeads');
  });

  it('are none whose path says that it deletes or merges', () => {
    const destructive = ENDPOINTS.filter(
      ({ method, path }) => method !== 'GET' && /\/(delete|merge)\w*\.json$/.test(path),
    );
    expect(destructive.length).toBeGreaterThan(25);
    expect(destructive.filter(({ operation }) => isReversible(operation))).toEqual([]);
  });

  it.each<[Method, string]>([
    ['POST', '/rest/v1/things/delete.json'],
    ['POST', '/rest/v1/Leads/Delete.json'],
    ['POST', '/rest/v1/leads/%64elete.json'],
    ['POST', '/rest/asset/v1/things/7/deleteAll.json'],
    ['DELETE', '/rest/v1/things/7.json'],
    ['POST', '/rest/v1/things/7/MERGE.json'],
  ])('are none that the table lacks and that looks like one: %s %s', (method, path) => {
    expect(isReversible(nameOf(method, path))).toBe(false);
  });

  it('are what is deleted by a POST that asks to be taken for a DELETE neither', () => {
    expect(nameOf('POST', '/rest/v1/leads.json', { _method: 'DELETE' })).toBe('deleteLeadsByMethod');
    expect(isReversible('deleteLeadsByMethod')).toBe(false);
  });

  it.each<[Method, string, string]>([
    ['POST', '/rest/v1/things.json', 'unknown'],
    ['POST', '/rest/asset/v1/things/7.json', 'writeAsset'],
    ['GET', '/rest/asset/v1/things/100%.json', 'readAsset'],
    ['DELETE', '/rest/v1/lists/7/leads.json', 'removeLeadsFromList'],
  ])('are others of the kind: %s %s is %s', (method, path, name) => {
    expect(nameOf(method, path)).toBe(name);
    expect(isReversible(name)).toBe(true);
  });
});

describe('a list of operations', () => {
  it('allows what one of its patterns means and none refuses', () => {
    const patterns = ['syncLeads', 'get*', '!getEmail*'];
    const names = ['syncLeads', 'syncCompanies', 'getLeadById', 'getEmailById'];
    expect(names.filter((name) => allows(patterns, name))).toEqual(['syncLeads', 'getLeadById']);
  });

  it('is read with commas between, once each', () => {
    expect(parseAllowedOperations('syncLeads, get* ,syncLeads')).toEqual({ ok: true, value: ['syncLeads', 'get*'] });
  });

  it.each([
    ['', 'has "": give operations with commas between them'],
    ['syncLeads,,get*', 'has "": give'],
    ['sync Leads', 'has "sync Leads": give'],
    ['*Leads', 'has "*Leads": give'],
    ['syncleads', 'has "syncleads", and no operation has such a name (syncLeads has)'],
    ['sendLeads', 'has "sendLeads", and no operation has such a name: give'],
    ['!delete*', 'is "!delete*", which allows nothing'],
    ['a'.repeat(2_001), 'has 2001 characters, of 2000 at most'],
  ])('is refused as %j', (text, problem) => {
    expect(parseAllowedOperations(text)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
  });
});
