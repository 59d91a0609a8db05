import type { Rule } from './types.ts';

const PROGRAMS = [
  { id: 'programs-status-missing', does: '1002 without a status', tag: 'inferred', source: 'Marketo: program-members' },
  {
    id: 'programs-status-unknown',
    does: '1025 for a status that the channel does not have',
    tag: 'documented',
    source: 'Marketo: error-codes 1025',
  },
  {
    id: 'programs-status-back',
    does: '1037 for one who is in or past the status',
    tag: 'documented',
    source: 'Marketo: error-codes 1037',
  },
  {
    id: 'programs-not-member',
    does: '1013 for the data of one who is no member',
    tag: 'documented',
    source: 'Marketo: program-members',
  },
  {
    id: 'programs-delete',
    does: 'Deleted, or 1037 for one who is no member',
    tag: 'documented',
    source: 'Marketo: program-members',
  },
  {
    id: 'programs-unknown-lead',
    does: 'A record is skipped with 1004, or 1002 without an id',
    tag: 'inferred',
    source: 'Marketo: error-codes',
  },
  {
    id: 'programs-unknown',
    does: '1013 for a program that does not exist',
    tag: 'inferred',
    source: 'Marketo: error-codes 1013',
  },
] as const satisfies readonly Rule[];

export { PROGRAMS };
