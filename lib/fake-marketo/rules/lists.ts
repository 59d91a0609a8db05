import type { Rule } from './types.ts';

const LISTS = [
  {
    id: 'lists-not-specified',
    does: '1003 "Lead ids not specified" without ids',
    tag: 'recorded',
    source: 'Recording of a Ruby client',
  },
  {
    id: 'lists-ids',
    does: 'Ids in the body or in the query',
    tag: 'recorded',
    source: 'Marketo: OpenAPI; recordings of grouparoo',
  },
  {
    id: 'lists-bad-id',
    does: '1001 for the whole call where one id is no number',
    tag: 'recorded',
    source: 'Report: looker/actions, issue 180',
  },
  {
    id: 'lists-limit',
    does: '1003 for more than 300 ids',
    tag: 'inferred',
    source: 'Marketo: OpenAPI (the limit; the code: inferred)',
  },
  {
    id: 'lists-unknown',
    does: '1013 for a list that does not exist',
    tag: 'recorded',
    source: 'Recordings of grouparoo and mrkt',
  },
  {
    id: 'lists-unknown-lead',
    does: 'A record is skipped with 1004',
    tag: 'documented',
    source: 'Marketo: list-membership',
  },
  { id: 'lists-added', does: 'Added again is `added`', tag: 'recorded', source: 'Recording of grouparoo, lead 7149' },
  {
    id: 'lists-removed',
    does: 'Removed, or 1015 for one who is not on the list',
    tag: 'recorded',
    source: 'Recordings of removals; Marketo: error-codes 1015',
  },
] as const satisfies readonly Rule[];

export { LISTS };
