import type { Rule } from './types.ts';

const OBJECTS = [
  { id: 'objects-dedupe-by', does: '1003 for an unknown `dedupeBy`', tag: 'recorded', source: 'Talend, live tests' },
  {
    id: 'objects-id-updates',
    does: '1003 for `idField` with an action that may create',
    tag: 'documented',
    source: 'Marketo: custom-objects',
  },
  {
    id: 'objects-numbered',
    does: 'Results carry `seq`, skipped ones too',
    tag: 'documented',
    source: 'Marketo: lead-database',
  },
  {
    id: 'objects-key-missing',
    does: '1002 for a record without a dedupe field',
    tag: 'inferred',
    source: 'Marketo: error-codes 1002',
  },
  {
    id: 'objects-twice',
    does: '1036 for the second record of a key in one call',
    tag: 'documented',
    source: 'Marketo: error-codes 1036',
  },
  {
    id: 'objects-link',
    does: '1004 or 1013 for a record that refers to nothing',
    tag: 'inferred',
    source: 'Marketo: custom-objects, link fields',
  },
  {
    id: 'objects-salesperson',
    does: '718 for the whole call where the sales person does not exist',
    tag: 'documented',
    source: 'Marketo: error-codes 718 (which level: inferred)',
  },
  {
    id: 'objects-update-only',
    does: '1013 where the object is not found',
    tag: 'documented',
    source: 'Marketo: error-codes 1013',
  },
  {
    id: 'objects-create-only',
    does: '1017 where the object exists',
    tag: 'documented',
    source: 'Marketo: error-codes 1017',
  },
  {
    id: 'objects-delete',
    does: 'Deleted, or 1013 where there is none',
    tag: 'documented',
    source: 'Marketo: custom-objects',
  },
  {
    id: 'objects-filter',
    does: '1003 for a filter type that is neither id nor the one dedupe field',
    tag: 'recorded',
    source: 'Talend, live tests',
  },
  {
    id: 'objects-crm',
    does: '1018 for writes of a subscription with a native CRM sync',
    tag: 'documented',
    source: 'Marketo: error-codes 1018',
  },
  {
    id: 'objects-named-accounts',
    does: '703 where named accounts are not enabled',
    tag: 'inferred',
    source: 'Marketo: error-codes 703',
  },
  {
    id: 'objects-disabled',
    does: '1026 where custom objects are not enabled',
    tag: 'documented',
    source: 'Marketo: error-codes 1026',
  },
  {
    id: 'objects-unknown-type',
    does: '1013 for a type that does not exist',
    tag: 'inferred',
    source: 'Marketo: error-codes 1013',
  },
  {
    id: 'objects-metadata',
    does: '616 where types may not be changed',
    tag: 'documented',
    source: 'Marketo: error-codes 616',
  },
  {
    id: 'objects-discard',
    does: '1048 where there is no draft to discard',
    tag: 'documented',
    source: 'Marketo: error-codes 1048',
  },
  {
    id: 'objects-in-use',
    does: '1022 for a type that has records',
    tag: 'inferred',
    source: 'Marketo: error-codes 1022',
  },
  {
    id: 'account-lists-in-use',
    does: '1022 for a list that holds accounts',
    tag: 'inferred',
    source: 'Marketo: error-codes 1022',
  },
] as const satisfies readonly Rule[];

export { OBJECTS };
