import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliUnderTest, startCliUnderTest } from '../local/support/relay-cli.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';
import { upsert } from './requests.ts';

let relay: RelayUnderTest;
let cli: CliUnderTest;
beforeAll(async () => {
  relay = await startRelayUnderTest();
  cli = await startCliUnderTest({ wire: relay.wire, baseUrl: relay.marketo.url });
});
afterAll(async () => {
  await cli.stop();
  await relay.stop();
});
beforeEach(() => Promise.all([relay.reset(), cli.reset()]));

async function deliver(...requests: readonly object[]): Promise<void> {
  await relay.desk.publish(...requests.map((request) => JSON.stringify(request)));
  await relay.deliver();
}

describe('what the relay gave up, and an operator sends again', () => {
  it('is delivered once it is mended: 20 records with a misspelt field in three commands', async () => {
    const people = Array.from({ length: 20 }, (_, index) => ({
      id: `crm-${index}`,
      ...upsert(`p${index}@example.com`, { firstName: `marker-mend-${index}`, favouriteColour: `colour ${index}` }),
    }));
    await deliver(...people, upsert('fine@example.com'));

    const listed = await cli.run(['dead-letters', 'list', '--json']);
    const resent = await cli.run([
      'dead-letters',
      'resend',
      '--code',
      '1006',
      '--rename',
      'favouriteColour=lastName',
      '--rate',
      '3000',
    ]);
    await relay.deliver();

    const { groups } = JSON.parse(listed.stdout) as { groups: { code: string; count: number; subject: object }[] };
    expect(groups).toMatchObject([{ code: '1006', count: 20, subject: { kind: 'field', name: 'favouriteColour' } }]);
    expect(resent).toMatchObject({ status: 0, stdout: expect.stringContaining('Sent 20 of 20 messages again') });
    expect(people.map((_, index) => relay.marketo.executions(`marker-mend-${index}`))).toEqual(people.map(() => 1));
    expect(await cli.deadCounts()).toEqual({ visible: 0, hidden: 0 });
    expect(await relay.desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('is a letter again while its cause is there, with the same id, a fresh budget and the count of resends', async () => {
    relay.marketo.setFaults([{ gives: { kind: 'code', level: 'response', code: '703' } }]);
    await deliver({ id: 'stays', ...upsert('again@example.com') });
    for (let times = 0; times < 2; times += 1) {
      expect((await cli.run(['dead-letters', 'resend', '--id', 'stays'])).status).toBe(0);
      await relay.deliver();
    }

    const [letter] = await relay.desk.letters();

    expect(letter?.letter).toMatchObject({ relayId: 'stays', resends: 2, failure: { code: '703', attempts: 1 } });
  });

  it('goes out once more although it may not be repeated, when it was refused', async () => {
    relay.marketo.setFaults([{ gives: { kind: 'code', level: 'response', code: '703' } }]);
    await deliver({
      id: 'once',
      ...upsert('once@example.com', { firstName: 'marker-once' }, { action: 'createDuplicate' }),
    });
    relay.marketo.setFaults([]);

    await cli.run(['dead-letters', 'resend', '--id', 'once', '--set', 'lastName=Lovelace']);
    await relay.deliver();

    expect(relay.marketo.executions('marker-once')).toBe(1);
    expect(await cli.deadCounts()).toEqual({ visible: 0, hidden: 0 });
  });

  it('goes out under a new id when nobody knows whether it was done', async () => {
    relay.marketo.setFaults([{ gives: { kind: 'reset', when: 'after' } }]);
    await deliver({
      id: 'maybe',
      ...upsert('maybe@example.com', { firstName: 'marker-maybe' }, { action: 'createDuplicate' }),
    });
    relay.marketo.setFaults([]);

    // For so long the ledger takes Marketo to be busy with the call.
    relay.later(300_000);
    const left = await cli.run(['dead-letters', 'resend', '--id', 'maybe']);
    const sent = await cli.run(['dead-letters', 'resend', '--id', 'maybe', '--include-unknown']);
    await relay.deliver();

    expect(left.status).toBe(1);
    expect(sent.status).toBe(0);
    // The first was done, as nobody could know.
    expect(relay.marketo.executions('marker-maybe')).toBe(2);
    expect(await cli.deadCounts()).toEqual({ visible: 0, hidden: 0 });
  });
});
