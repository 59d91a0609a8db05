import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Switch } from '../../lib/fake-marketo/switches.ts';
import { alarmsOf, goesOff } from '../cloud/alarms/evaluate.ts';
import { published } from '../cloud/alarms/published.ts';
import { functionOf, synthesizeRelay } from '../cloud/synth.ts';
import { type RelayUnderTest, startRelayUnderTest } from './relay-under-test.ts';
import { upsert } from './requests.ts';

const { template } = synthesizeRelay();
const alarms = alarmsOf(template);
const { Variables } = functionOf(template).Properties.Environment as { Variables: Record<string, unknown> };

let relay: RelayUnderTest;
beforeAll(async () => {
  relay = await startRelayUnderTest();
});
afterAll(() => relay.stop());
beforeEach(async () => {
  await relay.reset();
  relay.renew();
});

const FIVE_MINUTES_MS = 5 * 60_000;
const STEP_MS = 10_000;

/** Two operations, of which new messages come every ten seconds, for five minutes. Time passes between, not in calls. */
async function fiveMinutesOf(fault: Switch): Promise<readonly string[]> {
  await relay.marketo.switches.on(fault);
  try {
    for (let atMs = 0; atMs < FIVE_MINUTES_MS; atMs += STEP_MS) {
      const lead = upsert(`person-${atMs}@example.com`);
      const member = { path: '/rest/v1/lists/1159/leads.json', body: { input: [{ id: 1_001 + atMs / STEP_MS }] } };
      await relay.desk.publish(JSON.stringify(lead), JSON.stringify(member));
      await relay.deliver(25_000);
      relay.later(STEP_MS);
    }
  } finally {
    await relay.marketo.switches.allOff();
  }
  const datapoints = published(Variables, relay.events());
  return Object.entries(alarms).flatMap(([name, alarm]) =>
    alarm.Namespace === 'MarketoRelay' && goesOff(alarm, datapoints) ? [name] : [],
  );
}

describe('within five minutes of a stop, what the function publishes sets off the alarm that is for it', () => {
  it.each<[string, Switch]>([
    ['LineStoppedCredentialsRefusedAlarm', { kind: 'credentialsRevoked' }],
    ['LineStoppedTransientFailuresAlarm', { kind: 'outage', how: 'reset' }],
    ['LineStoppedTransientFailuresAlarm', { kind: 'outage', how: 'badGateway' }],
    ['LineStoppedDaySpentAlarm', { kind: 'quotaSpent' }],
    ['LineStoppedTokenRefusedAlarm', { kind: 'tokenInvalid' }],
    ['OperationPausedAlarm', { kind: 'code', operation: 'syncLeads', code: '603' }],
    ['OperationPausedAlarm', { kind: 'code', operation: 'syncLeads', code: '611' }],
  ])('%s, for %o', async (name, fault) => {
    expect(await fiveMinutesOf(fault)).toContain(name);
  });
});
