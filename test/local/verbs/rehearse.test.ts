import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedUnderTest, startServed } from '../serve/served-relay.ts';

let under: ServedUnderTest;

beforeAll(async () => {
  under = await startServed();
});

afterAll(async () => {
  await under.stop();
});

const relay = (...argv: readonly string[]) => under.run(...argv);

describe('relay rehearse', () => {
  it('switches a fault on for a time, shows what is on, and switches it off', async () => {
    const on = await relay('rehearse', 'outage', '--how', 'reset', '--for', '10m');
    const switched = under.relay.fake?.switches.active();
    const shown = await relay('rehearse');
    const off = await relay('rehearse', 'outage', '--off');

    expect(on).toMatchObject({ status: 0, stdout: expect.stringMatching(/^outage reset {2}until \d{4}-.*Z\n$/) });
    expect(switched).toEqual([{ kind: 'outage', how: 'reset' }]);
    expect(shown.stdout).toBe(on.stdout);
    expect(off).toEqual({ status: 0, stdout: '', stderr: 'No fault is on.\n' });
    expect(under.relay.fake?.switches.active()).toEqual([]);
  });

  it('takes one code for one operation, and ends all of them at once', async () => {
    await relay('rehearse', 'code', '--operation', 'syncLeads', '--code', '1006', '--record');
    const both = await relay('rehearse', 'slow', '--factor', '3', '--json');
    const none = await relay('rehearse', '--off', '--json');

    expect(JSON.parse(both.stdout)).toEqual({
      faults: [
        { name: 'code', detail: '1006 to the first record of syncLeads', operation: 'syncLeads' },
        { name: 'slow', detail: '3 times' },
      ],
    });
    expect(JSON.parse(none.stdout)).toEqual({ faults: [] });
  });

  it('takes operations by the names that dead letters have, and shows them by these', async () => {
    const on = await relay('rehearse', 'code', '--operation', 'addLeadsToList', '--code', '1013');
    const reply = await fetch(`${under.relay.marketoUrl}/rest/v1/lists/1159/leads.json`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenOf(under)}`, 'content-type': 'application/json' },
      body: '{"input":[{"id":1001}]}',
    });
    await relay('rehearse', 'code', '--operation', 'addLeadsToList', '--off');

    expect(on.stdout).toMatch(/^code 1013 to addLeadsToList {2}/);
    expect(await reply.json()).toMatchObject({ errors: [{ code: '1013' }] });
    expect(under.relay.fake?.switches.active()).toEqual([]);
  });

  it.each([
    [['fire'], 2, '"fire" is no fault; there are: outage'],
    [['outage', '--for', 'ever'], 2, '--for is "ever"'],
    [['code', '--code', '1006'], 2, '--operation and --code'],
    [['code', '--code', 'x', '--operation', 'syncLeads'], 2, '--code is "x"'],
    [['slow', '--factor', '0'], 2, '--factor is "0"'],
    [['outage', '--how', 'loudly'], 2, '--how is "loudly"'],
    [['code', '--code', '1006', '--operation', 'syncLads'], 2, 'as dead letters have them, such as syncLeads'],
  ])('%j ends with status %s and says why', async (argv, status, reason) => {
    const outcome = await relay('rehearse', ...argv);

    expect(outcome.status).toBe(status);
    expect(outcome.stderr).toContain(reason);
  });
});

async function tokenOf({ relay: { fake } }: ServedUnderTest): Promise<string> {
  const parameters = {
    grant_type: 'client_credentials',
    client_id: fake?.clientId ?? '',
    client_secret: fake?.clientSecret ?? '',
  };
  const reply = await fetch(`${fake?.url}/identity/oauth/token?${new URLSearchParams(parameters)}`);
  return ((await reply.json()) as { access_token: string }).access_token;
}
