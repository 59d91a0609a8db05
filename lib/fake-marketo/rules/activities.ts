import type { Rule } from './types.ts';

const ACTIVITIES = [
  {
    id: 'activities-errors',
    does: 'The reasons of a skipped activity are called `errors`',
    tag: 'documented',
    source: 'Marketo: activities, sample',
  },
  { id: 'activities-required', does: '1002 for a missing member', tag: 'inferred', source: 'Marketo: activities' },
  {
    id: 'activities-type',
    does: '1013 for a type that does not exist',
    tag: 'inferred',
    source: 'Marketo: error-codes 1013',
  },
  {
    id: 'activities-lead',
    does: '1004 for a person who is not there',
    tag: 'inferred',
    source: 'Marketo: error-codes 1004',
  },
  {
    id: 'activities-too-long',
    does: '1049 for attributes of more than 65,536 bytes',
    tag: 'documented',
    source: 'Marketo: error-codes 1049',
  },
  {
    id: 'activities-attributes',
    does: '1028 for more than 20 attributes of a type',
    tag: 'documented',
    source: 'Marketo: error-codes 1028',
  },
  {
    id: 'activities-types',
    does: '1027 when there are as many types as may be',
    tag: 'documented',
    source: "Marketo: error-codes 1027 (how many: the fake's own)",
  },
  {
    id: 'activities-not-kept',
    does: 'Reads of activities find nothing',
    tag: 'unknown',
    source: "The fake's own: it counts activities and does not keep them",
  },
] as const satisfies readonly Rule[];

export { ACTIVITIES };
