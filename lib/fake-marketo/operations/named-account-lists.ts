import type { JsonObject } from '../json.ts';
import { type ApiCall, type Operation, operations, readInput, text } from '../operation.ts';
import { fail, numbered, type Outcome, reason, skipped, succeed } from '../outcome.ts';
import { hexDigits } from '../random.ts';
import type { Subscription } from '../subscription.ts';

function syncLists(call: ApiCall, { database, random }: Subscription): Outcome {
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const results = input.records.map((record): JsonObject => {
    const name = text(record.name);
    if (name === '') return skipped(reason('1002', "Missing value for the required parameter 'name'"));
    const found = [...database.namedAccountLists].find(([, list]) => list.name === name);
    if (found !== undefined) return { marketoGUID: found[0], status: 'updated' };
    const marketoGUID = [8, 4, 4, 4, 12].map((length) => hexDigits(random, length)).join('-');
    database.namedAccountLists.set(marketoGUID, { name, accounts: new Set() });
    return { marketoGUID, status: 'created' };
  });
  return succeed(numbered(results));
}

/** A list that still holds accounts is in use. */
function deleteLists(call: ApiCall, { database }: Subscription): Outcome {
  const input = readInput(call);
  if (input.kind === 'failure') return input;
  const results = input.records.map((record): JsonObject => {
    const marketoGUID = text(record.marketoGUID);
    const list = database.namedAccountLists.get(marketoGUID);
    if (list === undefined) return skipped(reason('1013', 'Object not found'));
    // Rule: account-lists-in-use
    if (list.accounts.size > 0) return skipped(reason('1022', 'Object in use'), { marketoGUID });
    database.namedAccountLists.delete(marketoGUID);
    return { marketoGUID, status: 'deleted' };
  });
  return succeed(numbered(results));
}

function changeMembers(change: (accounts: Set<string>, guid: string) => JsonObject) {
  return (call: ApiCall, { database }: Subscription): Outcome => {
    const list = database.namedAccountLists.get(call.params.id ?? '');
    if (list === undefined) return fail('1013', `Named account list '${call.params.id}' not found`);
    const input = readInput(call);
    if (input.kind === 'failure') return input;
    const results = input.records.map((record): JsonObject => {
      const guid = text(record.marketoGUID);
      const known = database.objects.get('namedaccounts')?.byId(guid) !== undefined;
      return known ? change(list.accounts, guid) : skipped(reason('1013', 'Object not found'));
    });
    return succeed(numbered(results));
  };
}

const add = changeMembers((accounts, marketoGUID) => {
  accounts.add(marketoGUID);
  return { marketoGUID, status: 'added' };
});

const remove = changeMembers((accounts, marketoGUID) => {
  if (accounts.delete(marketoGUID)) return { marketoGUID, status: 'removed' };
  return skipped(reason('1013', 'Object not found'), { marketoGUID });
});

function getLists(_call: ApiCall, { database }: Subscription): Outcome {
  return succeed([...database.namedAccountLists].map(([marketoGUID, { name }], seq) => ({ seq, marketoGUID, name })));
}

function getMembers(call: ApiCall, { database }: Subscription): Outcome {
  const list = database.namedAccountLists.get(call.params.id ?? '');
  if (list === undefined) return fail('1013', `Named account list '${call.params.id}' not found`);
  return succeed([...list.accounts].map((marketoGUID, seq) => ({ seq, marketoGUID })));
}

const namedAccountListOperations: readonly Operation[] = [
  ...operations('json', [
    ['syncNamedAccountLists', 'POST', '/rest/v1/namedAccountLists.json', syncLists],
    ['deleteNamedAccountLists', 'POST', '/rest/v1/namedAccountLists/delete.json', deleteLists],
    ['addToNamedAccountList', 'POST', '/rest/v1/namedAccountList/{id}/namedAccounts.json', add],
    ['removeFromNamedAccountList', 'POST', '/rest/v1/namedAccountList/{id}/namedAccounts/remove.json', remove],
  ]),
  ...operations('none', [
    ['getNamedAccountLists', 'GET', '/rest/v1/namedAccountLists.json', getLists],
    ['getNamedAccountListMembers', 'GET', '/rest/v1/namedAccountList/{id}/namedAccounts.json', getMembers],
  ]),
];

export { namedAccountListOperations };
