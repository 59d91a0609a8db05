import type { Rule } from './types.ts';

const CAMPAIGNS = [
  {
    id: 'trigger-all-or-nothing',
    does: '1004 for the whole call where one lead is not there',
    tag: 'recorded',
    source: 'Talend and mrkt, live tests (that nobody passes: inferred)',
  },
  { id: 'trigger-batch', does: '1003 for a batch campaign', tag: 'documented', source: 'Marketo: error-codes 1003' },
  {
    id: 'trigger-inactive',
    does: '1003 for a campaign that is not active',
    tag: 'inferred',
    source: 'Marketo: smart-campaigns',
  },
  {
    id: 'trigger-bad-id',
    does: '1001 for the whole call where one id is no number',
    tag: 'recorded',
    source: 'Report: looker/actions, issue 180',
  },
  {
    id: 'trigger-limit',
    does: '1003 for more than 100 leads or tokens',
    tag: 'documented',
    source: 'Marketo: smart-campaigns (the code: inferred)',
  },
  { id: 'trigger-token', does: '1003 for a token of another form', tag: 'recorded', source: 'Talend, live tests' },
  {
    id: 'trigger-result',
    does: "The campaign's id, and nothing of the leads",
    tag: 'documented',
    source: 'Marketo: smart-campaigns, sample',
  },
  { id: 'schedule-trigger', does: '1003 for a trigger campaign', tag: 'recorded', source: 'Talend, live tests' },
  {
    id: 'schedule-ahead',
    does: '1042 for more than two years ahead',
    tag: 'documented',
    source: 'Marketo: error-codes 1042',
  },
  {
    id: 'schedule-clone-taken',
    does: '611 for a program name that is taken',
    tag: 'recorded',
    source: 'Talend, live tests',
  },
  {
    id: 'schedule-clones',
    does: '1020 after 20 clones a day',
    tag: 'documented',
    source: 'Marketo: error-codes 1020; smart-campaigns',
  },
] as const satisfies readonly Rule[];

export { CAMPAIGNS };
