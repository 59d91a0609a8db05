import { SEED } from '../../lib/fake-marketo/seed-data.ts';
import { type Line, times } from './people.ts';

/** Reads: they go through the queue seldom, but they may. The first has a URI of more than 8 KB. */
function readMessages(): Line[] {
  const filterValues = times(300, (index) => `somebody.with.a.long.address.${index}@mail.example.org`).join(',');
  return [
    {
      method: 'GET',
      path: '/rest/v1/leads.json',
      query: { filterType: 'email', filterValues, fields: 'email,leadScore' },
    },
    { method: 'GET', path: '/rest/v1/leads.json', query: { filterType: 'id', filterValues: '1001,1002,1003' } },
    { path: '/rest/v1/lead/1001.json', query: { fields: 'email,city' } },
    { method: 'GET', path: `/rest/v1/lists/${SEED.webinarList}/leads.json`, query: { batchSize: 50 } },
    { path: '/rest/v1/stats/usage.json' },
    { method: 'GET', path: '/rest/asset/v1/emails.json', query: { maxReturn: 20 } },
  ];
}

export { readMessages };
