import type { Rule } from './types.ts';

const LIMITS = [
  {
    id: 'limits-rate',
    does: '606 for more than 100 calls in 20 s, with its message',
    tag: 'recorded',
    source: 'Marketo: integration-best-practices; 606 as recorded',
  },
  {
    id: 'limits-rolling',
    does: 'Any 20 s count, not fixed ones',
    tag: 'inferred',
    source: 'Marketo: error-codes 606, "in the past 20 seconds"',
  },
  {
    id: 'limits-concurrency',
    does: '615 for more than 10 calls at work, with its message',
    tag: 'recorded',
    source: 'Marketo: integration-best-practices; 615 as recorded',
  },
  {
    id: 'limits-quota',
    does: '607 for more than the calls of the day',
    tag: 'documented',
    source: 'Marketo: error-codes 607',
  },
  { id: 'limits-precedence', does: '607 before 606 before 615', tag: 'unknown', source: 'No source' },
  {
    id: 'limits-reset',
    does: 'The day starts at midnight in America/Chicago, summer time included',
    tag: 'inferred',
    source: 'Adobe knowledge base ka-29461, "midnight central time"',
  },
  {
    id: 'limits-refused-count',
    does: 'Refused calls count in the window and the day',
    tag: 'inferred',
    source: 'Marketo: error-codes: 606, 607 and 615 have no star',
  },
  {
    id: 'limits-free-codes',
    does: '601, 602, 604, 605, 608 and 611 count against nothing',
    tag: 'documented',
    source: 'Adobe knowledge base ka-28813, starred codes',
  },
  {
    id: 'limits-slot-held',
    does: 'A call holds its slot until it is done, also when its client has left',
    tag: 'inferred',
    source: 'Marketo: integration-best-practices, "have not yet returned"',
  },
  {
    id: 'limits-identity-free',
    does: 'Calls to identity count against nothing',
    tag: 'documented',
    source: 'Marketo: OpenAPI of identity',
  },
  {
    id: 'usage-days',
    does: 'Usage and errors of today and of seven days, by user and by code',
    tag: 'documented',
    source: 'Marketo: usage',
  },
  {
    id: 'usage-counts-itself',
    does: 'A call for the usage is in the figure that it gets',
    tag: 'inferred',
    source: 'Marketo: usage: nothing exempts it',
  },
] as const satisfies readonly Rule[];

export { LIMITS };
