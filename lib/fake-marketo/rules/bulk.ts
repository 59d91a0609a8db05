import type { Rule } from './types.ts';

const BULK = [
  {
    id: 'bulk-multipart',
    does: '613 for a body that is no multipart with a part named file',
    tag: 'documented',
    source: 'Marketo: error-codes 613; bulk-import',
  },
  {
    id: 'bulk-size',
    does: 'HTTP 413 for 10 MB and more',
    tag: 'documented',
    source: 'Marketo: bulk-import (the whole body counts: inferred)',
  },
  {
    id: 'bulk-format',
    does: '1003 for a format that is not csv, tsv or ssv',
    tag: 'inferred',
    source: 'Marketo: bulk-lead-import',
  },
  { id: 'bulk-empty', does: '1003 "Empty File" without a row', tag: 'documented', source: 'Marketo: bulk-import' },
  {
    id: 'bulk-header-unknown',
    does: '1006 for a column that is no field',
    tag: 'unknown',
    source: 'No source: a column may as well be ignored',
  },
  {
    id: 'bulk-header-key',
    does: '1003 for a header without the field that people are found by',
    tag: 'unknown',
    source: 'No source',
  },
  {
    id: 'bulk-columns',
    does: 'A row with another number of columns fails',
    tag: 'inferred',
    source: 'Marketo: bulk-lead-import, failures',
  },
  { id: 'bulk-empty-cell', does: 'An empty cell leaves its field as it is', tag: 'unknown', source: 'No source' },
  {
    id: 'bulk-bad-cell',
    does: 'A cell of another type is left out with a warning',
    tag: 'unknown',
    source: 'No source: what makes a warning is not documented',
  },
  {
    id: 'bulk-too-many',
    does: '1016 for an eleventh job, with its message',
    tag: 'recorded',
    source: 'Marketo: bulk-import; message as reported',
  },
  {
    id: 'bulk-list-busy',
    does: '1019 for a list that is being imported to',
    tag: 'documented',
    source: 'Marketo: error-codes 1019',
  },
  {
    id: 'bulk-workers',
    does: 'Two jobs at work, first in first out',
    tag: 'documented',
    source: 'Marketo: bulk-lead-import',
  },
  { id: 'bulk-pace', does: 'How long a job takes', tag: 'unknown', source: "The fake's own figures" },
  {
    id: 'bulk-kept',
    does: 'A job is known for seven days',
    tag: 'documented',
    source: 'Marketo: bulk-lead-import (what comes after: inferred)',
  },
  {
    id: 'bulk-figures',
    does: 'Processed rows are those that did not fail; figures once at work',
    tag: 'documented',
    source: 'Marketo: bulk-lead-import, sample',
  },
  {
    id: 'bulk-message',
    does: 'A complete job says how many rows came in and how many failed',
    tag: 'documented',
    source: 'Marketo: bulk-lead-import, sample',
  },
  {
    id: 'bulk-failure-file',
    does: 'The columns as sent and one more with the reason',
    tag: 'documented',
    source: 'Marketo: bulk-lead-import',
  },
  {
    id: 'bulk-no-file',
    does: 'HTTP 404 where no row failed',
    tag: 'documented',
    source: 'Marketo: bulk-custom-object-import',
  },
  {
    id: 'bulk-empty-list',
    does: 'Where switched on, an empty file with HTTP 200 instead',
    tag: 'recorded',
    source: 'Recordings of a Ruby client',
  },
  {
    id: 'bulk-members',
    does: 'A member who is no person yet becomes one',
    tag: 'inferred',
    source: 'Marketo: bulk-program-member-import',
  },
  {
    id: 'exports-queued-twice',
    does: '1029 for a job that is queued already, and for an eleventh',
    tag: 'documented',
    source: 'Marketo: error-codes 1029',
  },
  {
    id: 'exports-filter',
    does: '1035 for a filter that the subscription does not have',
    tag: 'documented',
    source: 'Marketo: error-codes 1035',
  },
] as const satisfies readonly Rule[];

export { BULK };
