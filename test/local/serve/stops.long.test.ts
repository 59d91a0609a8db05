import { afterEach, describe, expect, it } from 'vitest';
import type { DeliveryEvent } from '../../../lib/telemetry/events.ts';
import { alarmsOf, type Datapoint, goesOff, type TemplateAlarm } from '../../cloud/alarms/evaluate.ts';
import { published } from '../../cloud/alarms/published.ts';
import { functionOf, synthesizeRelay } from '../../cloud/synth.ts';
import { type ServedUnderTest, startServed } from './served-relay.ts';

const { template } = synthesizeRelay();
const alarms = alarmsOf(template);
const { Variables } = functionOf(template).Properties.Environment as { Variables: Record<string, unknown> };

let under: ServedUnderTest | undefined;
afterEach(async () => {
  await under?.stop();
  under = undefined;
});

interface Status {
  readonly state: string;
  readonly reasons: readonly string[];
  readonly until: string | null;
}

/** Two operations, so that what fails is not one alone. */
function messages(): readonly string[] {
  return [0, 1, 2, 3, 4, 5].map((index) => {
    const lead = { path: '/rest/v1/leads.json', body: { input: [{ email: `person${index}@example.com` }] } };
    const member = { path: '/rest/v1/lists/1159/leads.json', body: { input: [{ id: 1_001 + index }] } };
    return JSON.stringify(index % 2 === 0 ? lead : { method: 'POST', ...member });
  });
}

/** What Lambda itself publishes for runs that failed. */
function errorsOf(alarm: TemplateAlarm, failedRuns: number): readonly Datapoint[] {
  const dimensions = Object.fromEntries((alarm.Dimensions ?? []).map(({ Name, Value }) => [Name, Value as string]));
  return [{ namespace: 'AWS/Lambda', name: 'Errors', dimensions, values: [failedRuns] }];
}

describe('a stop that is rehearsed is shown by status and on the page, and sets off its alarm', () => {
  it.each([
    ['credentials-revoked', [], 'stopped', 'refuses the credentials', 'LineStoppedCredentialsRefusedAlarm'],
    ['outage', ['--how', 'reset'], 'stopped', 'there is no token, and so no call', 'LineStoppedTransientFailuresAlarm'],
    ['quota-spent', [], 'stopped', 'quota is spent, says Marketo (607)', 'LineStoppedDaySpentAlarm'],
    ['token-invalid', [], 'stopped', 'refuses every token', 'LineStoppedTokenRefusedAlarm'],
    ['crash', [], 'failing', 'the last run of the delivery function ended in an error', 'DeliveryErrorAlarm'],
  ])('%s', async (fault, options, state, why, alarmName) => {
    const events: DeliveryEvent[] = [];
    let failedRuns = 0;
    const served = await startServed({
      observe: (event) => events.push(event),
      onInvocation: ({ batchFailure }) => {
        failedRuns += batchFailure === undefined ? 0 : 1;
      },
    });
    under = served;
    const status = async (): Promise<Status> => JSON.parse((await served.run('status', '--json')).stdout) as Status;
    expect(await status()).toMatchObject({ state: 'running', reasons: [] });

    await served.run('rehearse', fault, ...options);
    await served.relay.publish(messages());

    await expect.poll(async () => (await status()).state, { timeout: 40_000, interval: 250 }).toBe(state);
    const { reasons, until } = await status();
    expect(reasons.join()).toContain(why);
    expect(until === null).toBe(state === 'failing');
    expect((await served.run('status')).status).toBe(1);
    const page = await served.page('/');
    expect(page).toContain(`<section class="state ${state}"`);
    expect(page).toContain(why);
    expect(page).toContain(`<b>${fault}</b>`);

    const alarm = alarms[alarmName];
    if (alarm === undefined) throw new Error(`no alarm is called ${alarmName}`);
    const datapoints = fault === 'crash' ? errorsOf(alarm, failedRuns) : published(Variables, events);
    expect(goesOff(alarm, datapoints)).toBe(true);
    expect(goesOff(alarm, [])).toBe(false);
  });
});

it('a crash is over when it is switched off: what comes next is delivered', async () => {
  const served = await startServed({ visibilityTimeoutSeconds: 420 });
  under = served;
  await served.run('rehearse', 'crash');
  await served.relay.publish(messages().slice(0, 1));
  await expect.poll(() => served.relay.runs.lastFailure(), { timeout: 20_000 }).toContain('as it was rehearsed');

  await served.run('rehearse', 'crash', '--off');
  await served.relay.publish(messages().slice(1, 2));

  await expect.poll(() => served.relay.runs.lastFailure(), { timeout: 20_000 }).toBeUndefined();
  expect((await served.run('status', '--json')).stdout).toContain('"state": "running"');
});
