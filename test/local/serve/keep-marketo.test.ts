import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SEED } from '../../../lib/fake-marketo/seed-data.ts';
import { startFakeMarketo } from '../../../lib/fake-marketo/server.ts';
import { keepMarketo, keptMarketo } from '../../../lib/local/serve/keep-marketo.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-marketo-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a fake that is kept', () => {
  it('has its people, lists, members and objects the next time', async () => {
    const first = await startFakeMarketo();
    const keeper = keepMarketo(first, folder);
    // Any call: without one nothing can have changed.
    await fetch(`${first.url}/rest/v1/leads/describe.json`);
    const { database } = first;
    const ada = database.leads.create({ email: 'ada@example.com', lastName: 'Lovelace' }, 'EMEA', 0);
    database.deleteLead(SEED.firstLead);
    database.lists.get(SEED.newsletterList)?.members.add(ada.id);
    database.programs.get(SEED.webinarProgram)?.members.set(ada.id, { statusName: 'Invited', values: new Map() });
    database.objects.get('companies')?.create({ externalCompanyId: 'lovelace', company: 'Lovelace' }, 0);
    await keeper.stop();
    await first.stop();

    const data = await keptMarketo(folder);
    const second = await startFakeMarketo(data === undefined ? {} : { data });
    await second.stop();

    const [again] = second.database.leadsByEmail('ada@example.com');
    expect(again).toMatchObject({ id: ada.id, partitionName: 'EMEA' });
    expect(again?.fields.get('lastName')).toBe('Lovelace');
    expect(second.database.leads.get(SEED.firstLead)).toBeUndefined();
    expect(second.database.listMembers(SEED.newsletterList)).toContain(ada.id);
    expect(second.database.programStatus(SEED.webinarProgram, ada.id)).toBe('Invited');
    expect(second.database.objects.get('companies')?.byName('lovelace')).toBeDefined();
    expect(second.database.leads.create({ email: 'b@example.com' }, 'Default', 0).id).toBe(ada.id + 1);
  });

  it('begins as shipped where the file is not there, or cannot be read', async () => {
    expect(await keptMarketo(folder)).toBeUndefined();
    await writeFile(join(folder, 'marketo.json'), '{"leads":');
    expect(await keptMarketo(folder)).toBeUndefined();
  });
});
