import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyHash } from '../../lib/journal/key-hash.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { readJournal } from '../support/read-journal.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';

const upsert = (id: string, ...emails: string[]): string =>
  JSON.stringify({ id, path: '/rest/v1/leads.json', body: { input: emails.map((email) => ({ email })) } });

describe('the journal of the whole relay', () => {
  let relay: RelayUnderTest;
  const logged: string[] = [];
  const note = (message: string, fields = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);

  beforeAll(async () => {
    relay = await startRelayUnderTest({ log: { debug: note, info: note, warn: note, error: note } });
  });
  afterAll(() => relay.stop());
  beforeEach(async () => {
    await relay.reset();
    logged.length = 0;
    relay.renew();
  });

  it('and its log hold no address, whatever became of its record', async () => {
    const gives = { kind: 'code', level: 'response', code: '713' } as const;
    relay.marketo.addFault({ gives, path: '/rest/v1/leads/push.json', times: 1 });
    await relay.desk.publish(
      upsert('ada-tainted@example.com', 'ada-tainted@example.com'),
      upsert('order-2', 'Tainted.Too@Example.com'),
      JSON.stringify({
        id: 'order-3',
        path: '/rest/v1/leads/push.json',
        body: { programName: 'Web', input: [{ email: 'pushed-tainted@example.com' }] },
      }),
    );
    await relay.deliver();

    const lines = await readJournal(relay.wire);
    const hash = createKeyHash(relay.wire.journal.salt);
    expect(lines).toMatchObject([
      { relay_id: `hash:${hash('ada-tainted@example.com')}`, outcome: 'delivered', statuses: ['created'] },
      { relay_id: 'order-2', outcome: 'delivered', keys: [hash('lead:email:tainted.too@example.com')] },
      { relay_id: 'order-3', outcome: 'requeued', code: '713', operation: 'pushLeads' },
    ]);
    expect(JSON.stringify(lines).toLowerCase()).not.toContain('example.com');
    // The log names messages by their ids: who names one by an address finds it there.
    const others = logged.join('\n').replaceAll('ada-tainted@example.com', '');
    expect(others).toContain('order-2');
    expect(others.toLowerCase()).not.toContain('example.com');
  });

  it.each([
    ['its bucket is not there', { [SETTING_NAMES.journalBucketName]: 'no-such-bucket' }, 'store'],
    ['its salt is not there', { [SETTING_NAMES.journalSaltSecretId]: 'no/such/secret' }, 'salt'],
  ])('is left out where %s: all is delivered, and counted', async (_, settings, reason) => {
    relay.renew(settings);
    await relay.desk.publish(upsert('order-4', 'a@example.com', 'b@example.com'));
    const { failedIds } = await relay.deliver();

    expect(failedIds).toEqual([]);
    expect(relay.events()).toContainEqual({ kind: 'delivered', relayId: 'order-4', records: 2 });
    expect(relay.events()).toContainEqual({ kind: 'unjournaled', reason, records: 2 });
    expect(await relay.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('is off without its settings', async () => {
    relay.renew({ [SETTING_NAMES.journalBucketName]: '', [SETTING_NAMES.journalSaltSecretId]: '' });
    const before = (await readJournal(relay.wire)).length;
    await relay.desk.publish(upsert('order-5', 'a@example.com'));
    await relay.deliver();

    expect(await readJournal(relay.wire)).toHaveLength(before);
    expect(relay.events().filter(({ kind }) => kind === 'unjournaled')).toEqual([]);
  });
});
