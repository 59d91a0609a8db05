import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOURNAL_QUERIES } from '../../lib/cloud/journal/schema.ts';
import { createJournal } from '../../lib/journal/journal.ts';
import { createKeyHash } from '../../lib/journal/key-hash.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import { silentLog } from '../../lib/simulation/silent-log.ts';
import { entryOf, fullEntry } from '../journal/entries.ts';

/** As much of DuckDB's own interface as is used here. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRowObjectsJson(): Record<string, unknown>[] }>;
        closeSync(): void;
      }>;
    }>;
  };
}

function duckDbFolder(): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'marketo-relay');
  const names = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('duckdb-')) : [];
  return names
    .map((name) => join(cache, name, 'node_modules/@duckdb/node-api'))
    .find((folder) => existsSync(join(folder, 'package.json')));
}

const page = readFileSync(join(import.meta.dirname, '../../docs/journal.md'), 'utf8');
const statements = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql.trim());
const salt = new Secret('s'.repeat(64));
const hash = createKeyHash(salt);
const folder = duckDbFolder();

it('the saved queries of the work group stand in docs/journal.md, word for word', () => {
  for (const { sql } of JOURNAL_QUERIES) expect(statements).toContain(sql);
});

describe('the journal, read by DuckDB by the SQL of docs/journal.md', () => {
  if (folder === undefined) {
    it.skip('skipped: no DuckDB (run test/second-tier/duckdb.sh)', () => undefined);
    return;
  }
  const bucket = mkdtempSync(join(tmpdir(), 'relay-journal-'));
  let query: (sql: string) => Promise<Record<string, unknown>[]>;
  let close: () => void;

  beforeAll(async () => {
    const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string };
    const { DuckDBInstance } = (await import(pathToFileURL(join(folder, main)).href)) as DuckDb;
    const connection = await (await DuckDBInstance.create()).connect();
    query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    close = () => connection.closeSync();

    const journal = createJournal({
      store: {
        async put(key, body) {
          mkdirSync(dirname(join(bucket, key)), { recursive: true });
          writeFileSync(join(bucket, key), body);
        },
      },
      salt: async () => salt,
      random: () => 0.5,
      observe: () => {},
      log: silentLog,
    });
    const later = {
      settledAtMs: fullEntry.settledAtMs + 86_400_000,
      attempts: 3,
      objects: [{ id: '318', status: 'created' }],
    };
    const { outcomeUnknown: _, ...requeued } = fullEntry;
    await journal.write([
      { ...requeued, outcome: 'requeued', code: '713', attempts: 1 },
      entryOf({ relayId: 'other', position: 0 }),
    ]);
    await journal.write([{ ...requeued, ...later, outcome: 'delivered', code: 'ok' }]);
    const [view = ''] = statements.filter((sql) => sql.startsWith('CREATE VIEW'));
    await query(view.replace("'journal/", `'${bucket}/journal/`));
  });
  afterAll(() => {
    close();
    rmSync(bucket, { recursive: true, force: true });
  });

  it('has every member of a line, and the day as its partition', async () => {
    const [row] = await query("SELECT * FROM journal WHERE outcome = 'delivered' AND relay_id = 'order-7'");
    expect(row).toEqual({
      v: 1,
      relay_id: 'order-7',
      message_id: 'm-1',
      receive_count: 1,
      suspect: true,
      part: 0,
      position: 3,
      operation: 'syncLeads',
      idempotent: true,
      outcome: 'delivered',
      code: 'ok',
      attempts: 3,
      published_at: '2027-01-31T12:00:00.123Z',
      settled_at: '2027-02-01T12:00:09.000Z',
      sent_at: '2027-01-31T12:00:05.000Z',
      request_id: '1a2b#3c4d',
      marketo_ids: ['318'],
      statuses: ['created'],
      outcome_unknown: null,
      rows_imported: 48,
      rows_failed: 2,
      rows_warned: 1,
      failed_rows: [7, 41],
      stripped: ['shoeSize'],
      keys: [hash('lead:email:ada@example.com'), hash('customObject:car_c:owner:eve@example.com')],
      addresses: [hash('eve@example.com')],
      dt: '2027-02-01',
    });
  });

  it.each([
    ['relay id', 'RELAY-ID', 'order-7'],
    ['Marketo id', 'MARKETO-ID', '318'],
    ['address', 'KEY-HASH', hash('lead:email:ada@example.com')],
  ])('finds a person by %s', async (_, place, value) => {
    const [sql = ''] = statements.filter((one) => one.includes('KEY-HASH'));
    const rows = await query(sql.replace(place, value));
    const other = rows.filter(({ relay_id: id }) => id !== 'order-7');
    expect(rows.filter(({ relay_id: id }) => id === 'order-7').map(({ outcome }) => outcome)).toEqual([
      'requeued',
      'delivered',
    ]);
    // Both examples are about Ada; only the first is the message of that id, or made the lead of that id.
    expect(other).toHaveLength(place === 'KEY-HASH' ? 1 : 0);
  });

  it('counts by outcome, and gives the latest of each record', async () => {
    const [counts = '', latest = ''] = ['count(*)', 'max_by'].map((word) =>
      statements.find((sql) => sql.includes(word)),
    );
    expect(await query(counts)).toMatchObject([
      { dt: '2027-01-31', outcome: expect.stringMatching('requeued|delivered'), entries: '1' },
      { dt: '2027-01-31', entries: '1' },
      { dt: '2027-02-01', operation: 'syncLeads', outcome: 'delivered', code: 'ok', entries: '1' },
    ]);
    expect(await query(`${latest} ORDER BY relay_id`)).toMatchObject([
      { relay_id: 'order-7', position: 3, outcome: 'delivered', code: 'ok', published_at: '2027-01-31T12:00:00.123Z' },
      { relay_id: 'other', outcome: 'delivered' },
    ]);
  });
});
