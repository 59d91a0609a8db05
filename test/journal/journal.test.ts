import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../lib/journal/entry.ts';
import { createJournal } from '../../lib/journal/journal.ts';
import { createKeyHash } from '../../lib/journal/key-hash.ts';
import { parseLine, toLine } from '../../lib/journal/line.ts';
import { MAX_OBJECT_LINES, unpackLines } from '../../lib/journal/object.ts';
import { Secret } from '../../lib/marketo/secret.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';
import { entryOf, fullEntry } from './entries.ts';

const SALT = new Secret('s'.repeat(64));
const hash = createKeyHash(SALT);

/** A journal over a store in memory, and everything that it did. */
function world({ put, salt = async () => SALT }: { put?: () => Promise<void>; salt?: () => Promise<Secret> } = {}) {
  const objects = new Map<string, Uint8Array>();
  const events: DeliveryEvent[] = [];
  const logged: string[] = [];
  const note = (message: string, fields = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  let saltReads = 0;
  const journal = createJournal({
    store: {
      async put(key, body) {
        await put?.();
        objects.set(key, body);
      },
    },
    salt: () => {
      saltReads += 1;
      return salt();
    },
    random: () => 0.5,
    observe: (event) => events.push(event),
    log: { debug: note, info: note, warn: note, error: note },
  });
  return { journal, objects, events, logged, saltReads: () => saltReads };
}

describe('a line', () => {
  it('has what the entry says, with hashes for keys and instants as texts', () => {
    expect(toLine(fullEntry, hash)).toEqual({
      v: 1,
      relay_id: 'order-7',
      message_id: 'm-1',
      receive_count: 1,
      suspect: true,
      part: 0,
      position: 3,
      operation: 'syncLeads',
      idempotent: true,
      outcome: 'dead',
      code: '1003',
      attempts: 2,
      published_at: '2027-01-31T12:00:00.123Z',
      settled_at: '2027-01-31T12:00:09.000Z',
      sent_at: '2027-01-31T12:00:05.000Z',
      request_id: '1a2b#3c4d',
      marketo_ids: ['318'],
      statuses: ['skipped'],
      stripped: ['shoeSize'],
      outcome_unknown: true,
      rows_imported: 48,
      rows_failed: 2,
      rows_warned: 1,
      failed_rows: [7, 41],
      keys: [hash('lead:email:ada@example.com'), hash('customObject:car_c:owner:eve@example.com')],
      addresses: [hash('eve@example.com')],
    });
  });

  it('leaves out what is not known', () => {
    expect(Object.keys(toLine(entryOf(), hash))).not.toContain('position');
    expect(toLine(entryOf({ objects: [{ id: '1' }, { status: 'skipped' }] }), hash)).toMatchObject({
      marketo_ids: ['1', null],
      statuses: [null, 'skipped'],
    });
  });

  it('has the hash of whatever could be an address, wherever it stands', () => {
    const address = 'Ada@Example.com';
    const objects = [{ id: address, status: address }];
    const entry = entryOf({ relayId: address, code: address, requestId: address, objects, keys: [address] });
    const text = JSON.stringify(toLine(entry, hash));
    expect(text.toLowerCase()).not.toContain('example.com');
    expect(JSON.parse(text)).toMatchObject({
      relay_id: `hash:${hash(address)}`,
      marketo_ids: [`hash:${hash(address)}`],
    });
  });

  it('is read again, and nothing else is taken for one', () => {
    const line = toLine(fullEntry, hash);
    expect(parseLine(JSON.stringify(line))).toEqual(line);
    for (const bad of ['', 'null', '{}', '[]', '{', JSON.stringify({ ...line, v: 2 })]) {
      expect(parseLine(bad)).toBeUndefined();
    }
  });
});

describe('the hash of a key', () => {
  it('is 16 characters, the same for the same key and salt, and another for another of either', () => {
    expect(hash('lead:email:a@b.c')).toMatch(/^[\w-]{16}$/);
    expect(hash('lead:email:a@b.c')).toBe(createKeyHash(SALT)('lead:email:a@b.c'));
    expect(hash('lead:email:a@b.d')).not.toBe(hash('lead:email:a@b.c'));
    expect(createKeyHash(new Secret('t'.repeat(64)))('lead:email:a@b.c')).not.toBe(hash('lead:email:a@b.c'));
  });
});

describe('the journal', () => {
  it('is one compressed object a write, of the day of its lines, under a name of its own', async () => {
    const { journal, objects } = world();
    await journal.write([fullEntry, entryOf()]);
    await journal.write([fullEntry]);
    await journal.write([]);

    expect([...objects.keys()]).toEqual([
      'journal/dt=2027-01-31/120009000-i0000000-1.ndjson.gz',
      'journal/dt=2027-01-31/120009000-i0000000-2.ndjson.gz',
    ]);
    const [first = new Uint8Array()] = objects.values();
    expect(gunzipSync(first).toString().split('\n')).toHaveLength(3);
    expect(unpackLines(first)).toEqual({ lines: [toLine(fullEntry, hash), toLine(entryOf(), hash)], unknown: [] });
  });

  it('reads its salt once', async () => {
    const { journal, saltReads } = world();
    for (let write = 0; write < 3; write += 1) await journal.write([fullEntry]);
    expect(saltReads()).toBe(1);
  });

  it('counts what it could not write, and goes on', async () => {
    let isDenied = true;
    const { journal, objects, events, logged } = world({
      put: async () => {
        if (isDenied) throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
      },
    });
    await journal.write([fullEntry, entryOf()]);
    expect(events).toEqual([{ kind: 'unjournaled', reason: 'store', records: 2 }]);
    expect(logged).toEqual([expect.stringContaining('AccessDenied: Access Denied')]);
    expect(logged.join()).not.toContain('ada@example.com');

    isDenied = false;
    await journal.write([fullEntry]);
    expect(objects.size).toBe(1);
  });

  it.each([
    ['cannot be read', async () => Promise.reject(new Error('no such secret'))],
    ['is too short to hide an address', async () => new Secret('salt')],
  ])('writes nothing while the salt %s, says so, and asks again', async (_, salt) => {
    let isMended = false;
    const { journal, objects, events } = world({ salt: () => (isMended ? Promise.resolve(SALT) : salt()) });
    await journal.write([fullEntry]);
    expect(events).toEqual([{ kind: 'unjournaled', reason: 'salt', records: 1 }]);
    expect(objects.size).toBe(0);

    isMended = true;
    await journal.write([fullEntry]);
    expect(objects.size).toBe(1);
  });

  it('parts what is too much for one object, and waits for no second failure', async () => {
    const entries: JournalEntry[] = Array.from({ length: MAX_OBJECT_LINES + 1 }, (_, position) =>
      entryOf({ position }),
    );
    const { journal, objects } = world();
    await journal.write(entries);
    expect([...objects.values()].map((body) => unpackLines(body).lines.length)).toEqual([MAX_OBJECT_LINES, 1]);

    let tries = 0;
    const broken = world({
      put: async () => {
        tries += 1;
        throw new Error('no');
      },
    });
    await broken.journal.write(entries);
    expect(tries).toBe(1);
    expect(broken.events).toEqual([{ kind: 'unjournaled', reason: 'store', records: MAX_OBJECT_LINES + 1 }]);
  });
});
