import type { Rule } from './types.ts';

const WIRE = [
  {
    id: 'wire-unknown-path',
    does: '610 for a path that Marketo does not have',
    tag: 'documented',
    source: 'Marketo: error-codes 610',
  },
  {
    id: 'wire-wrong-method',
    does: '605 for a known path with another method',
    tag: 'documented',
    source: 'Marketo: error-codes 605',
  },
  {
    id: 'wire-content-type',
    does: '612 for a body that is not named JSON where JSON is due',
    tag: 'documented',
    source: 'Marketo: error-codes 612',
  },
  {
    id: 'wire-invalid-json',
    does: '609 for a body that is not JSON, is no object, or is not UTF-8',
    tag: 'documented',
    source: 'Marketo: error-codes 609 (UTF-8: inferred)',
  },
  {
    id: 'wire-form-read',
    does: 'A form POST with `_method=GET` is the read that it stands for',
    tag: 'recorded',
    source: 'Recording of grouparoo; Marketo: lead-database, long URIs',
  },
  {
    id: 'wire-form-read-refused',
    does: 'Where switched on, such a read gets 605, and now and then 612',
    tag: 'recorded',
    source: 'Reports: node-marketo, issues 36 and 40',
  },
  {
    id: 'wire-asset-method',
    does: 'The asset API takes no `_method`',
    tag: 'documented',
    source: 'Marketo: blog, February 2020',
  },
  {
    id: 'wire-denied',
    does: '603 for a path that the role of the user does not allow',
    tag: 'documented',
    source: 'Marketo: error-codes 603',
  },
  {
    id: 'wire-token-in-header',
    does: 'Only the header carries a token; without one 603',
    tag: 'documented',
    source: 'Marketo: authentication; blog, August 2022',
  },
  {
    id: 'wire-token-first',
    does: 'The token is looked at before path, limits and body',
    tag: 'inferred',
    source: 'No source; a gateway checks who calls first',
  },
  {
    id: 'wire-uri-limit',
    does: 'HTTP 414 for more than 8 KB of path and query',
    tag: 'documented',
    source: 'Marketo: error-codes 414',
  },
  {
    id: 'wire-body-limit',
    does: 'HTTP 413 for a body of more than 1 MB',
    tag: 'documented',
    source: 'Marketo: error-codes 413 (counted as 1,048,576 bytes: inferred)',
  },
  {
    id: 'wire-request-id',
    does: '`requestId` ends in the time in hex after a `#`',
    tag: 'recorded',
    source: '132 recordings of several clients',
  },
  {
    id: 'wire-envelope',
    does: 'Errors and skipped records come with HTTP 200 in one envelope',
    tag: 'documented',
    source: 'Marketo: error-codes',
  },
  {
    id: 'wire-unmodelled',
    does: 'HTTP 501 with the path for what Marketo has and the fake does not play',
    tag: 'unknown',
    source: "The fake's own: it does not know the reply",
  },
  {
    id: 'wire-record-limit',
    does: '1003 for more than 300 records in one call',
    tag: 'inferred',
    source: 'Marketo: lead-database (the limit; the code: inferred)',
  },
  {
    id: 'wire-input-missing',
    does: '1002 for a call without `input`, 1003 for an empty one',
    tag: 'inferred',
    source: 'Marketo: error-codes 1002, 1003',
  },
  {
    id: 'wire-paging',
    does: 'At most 300 results in a page, with a token for the next',
    tag: 'documented',
    source: "Marketo: paging-tokens (what a token looks like: the fake's own)",
  },
] as const satisfies readonly Rule[];

export { WIRE };
