import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SeedData, shippedData } from '../../fake-marketo/seed-data.ts';
import type { FakeMarketo } from '../../fake-marketo/server.ts';

const FILE_NAME = 'marketo.json';
const SAVE_EVERY_MS = 5_000;

/** What of the fake is kept: the rest (fields, campaigns, activity types, assets) is as shipped. */
type Kept = Pick<SeedData, 'leads' | 'firstFreeLeadId' | 'lists' | 'programs' | 'objects'>;

interface MarketoKeeper {
  /** Saves for the last time. */
  stop(): Promise<void>;
}

/**
 * Keeps people, lists, program members and objects of the fake in a folder: every few seconds while calls come, and at the end.
 * Objects get new GUIDs, and Marketo's count of the day begins anew.
 */
function keepMarketo(fake: FakeMarketo, folder: string): MarketoKeeper {
  let savedCalls = 0;
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    const { apiCalls } = fake.stats;
    if (apiCalls === savedCalls) return saving;
    savedCalls = apiCalls;
    saving = saving.then(() => write(folder, keptOf(fake))).catch(() => {});
    return saving;
  };
  const timer = setInterval(() => void save(), SAVE_EVERY_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await save();
    },
  };
}

/** What was kept the last time; undefined where nothing was, or nothing that can be read. */
async function keptMarketo(folder: string): Promise<SeedData | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(folder, FILE_NAME), 'utf8')) as Partial<Kept>;
    const isSound = Array.isArray(kept.leads) && Array.isArray(kept.lists) && Array.isArray(kept.programs);
    return isSound ? { ...shippedData(), ...kept } : undefined;
  } catch {
    return undefined;
  }
}

function keptOf({ database }: FakeMarketo): Kept {
  const leads = [...database.leads.all()].map(({ id, partitionName, fields }) => ({
    ...Object.fromEntries(fields),
    id,
    partitionName,
  }));
  return {
    leads,
    firstFreeLeadId: Math.max(shippedData().firstFreeLeadId, ...leads.map(({ id }) => id + 1)),
    lists: [...database.lists.values()].map((list) => ({ ...list, members: [...list.members] })),
    programs: [...database.programs.values()].map(({ members, ...program }) => ({
      ...program,
      members: Object.fromEntries([...members].map(([id, { statusName }]) => [id, statusName])),
    })),
    objects: Object.fromEntries(
      [...database.objects].map(([name, objects]) => [
        name,
        [...objects.all()].map(({ values }) => Object.fromEntries(values)),
      ]),
    ),
  };
}

/** In one step: a crash leaves the file of before. */
async function write(folder: string, kept: Kept): Promise<void> {
  const path = join(folder, FILE_NAME);
  await writeFile(`${path}.new`, JSON.stringify(kept), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export type { MarketoKeeper };
export { keepMarketo, keptMarketo };
