import { SEED } from '../../lib/fake-marketo/seed-data.ts';
import { type Line, type People, times } from './people.ts';

/** Changes to lists and programs. */
function memberMessages(people: People): Line[] {
  const lists = [SEED.newsletterList, SEED.webinarList, SEED.customersList];
  return [
    ...times(11, () => addToList(people.pick(lists), people.knownIds(people.number(1, 10), 1001, 1110))),
    ...times(5, () => removeFromList(SEED.newsletterList, people.knownIds(people.number(1, 3), 1001, 1040))),
    ...times(3, () => removeByQuery(SEED.customersList, people.knownIds(2, 1061, 1100))),
    ...times(7, () => status(SEED.webinarProgram, 'Registered', people.knownIds(people.number(1, 6), 1061, 1110))),
    ...times(4, () => status(SEED.emailProgram, 'Opened', people.knownIds(people.number(1, 4), 1001, 1020))),
    ...times(4, (index) => memberData(people, 1041 + index * 3)),
    { path: `/rest/v1/programs/${SEED.webinarProgram}/members/delete.json`, body: { input: [{ leadId: 1060 }] } },
  ];
}

function addToList(listId: number, ids: readonly number[]): Line {
  return { path: `/rest/v1/lists/${listId}/leads.json`, body: { input: ids.map((id) => ({ id })) } };
}

function removeFromList(listId: number, ids: readonly number[]): Line {
  return { method: 'DELETE', path: `/rest/v1/lists/${listId}/leads.json`, body: { input: ids.map((id) => ({ id })) } };
}

/** The older way: ids in the query. */
function removeByQuery(listId: number, ids: readonly number[]): Line {
  return { method: 'DELETE', path: `/rest/v1/lists/${listId}/leads.json`, query: { id: ids } };
}

function status(programId: number, statusName: string, ids: readonly number[]): Line {
  const input = ids.map((leadId) => ({ leadId }));
  return { path: `/rest/v1/programs/${programId}/members/status.json`, body: { statusName, input } };
}

function memberData(people: People, first: number): Line {
  const input = times(3, (index) => ({
    leadId: first + index,
    mealPreference: people.pick(['vegan', 'fish', 'none']),
  }));
  return { path: `/rest/v1/programs/${SEED.webinarProgram}/members.json`, body: { input } };
}

export { memberMessages };
