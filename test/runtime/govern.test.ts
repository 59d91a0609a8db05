import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyEnvironment, awsEnvironment } from '../../lib/emulators/aws.ts';
import type { FakeMarketo } from '../../lib/fake-marketo/handle.ts';
import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { type GovernDeps, govern } from '../../lib/govern/govern.ts';
import type { MappingSeen } from '../../lib/govern/seen.ts';
import { createTransport } from '../../lib/marketo/http-client.ts';
import { type AwsClients, createAwsClients, loadS3Stores } from '../../lib/runtime/clients.ts';
import { composeDelivery, type Platform } from '../../lib/runtime/compose.ts';
import { composeGovern, createGovernHandler } from '../../lib/runtime/govern.ts';
import { readSettings, type Settings } from '../../lib/settings/settings.ts';
import type { DeliveryEvent } from '../../lib/telemetry/events.ts';
import { createDesk } from '../support/desk.ts';
import { startWire, type Wire } from '../support/wire.ts';

const MINUTE_MS = 60_000;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe('governing over queues, table and a Marketo', () => {
  let marketo: FakeMarketo;
  let wire: Wire;
  let clients: AwsClients;
  let platform: Platform;
  let settings: Settings;
  let restore: () => void;
  let deps: GovernDeps;
  let mapping: MappingSeen;
  let aheadMs: number;
  let events: DeliveryEvent[];

  beforeAll(async () => {
    marketo = await startFakeMarketo();
    wire = await startWire({ marketo });
    restore = applyEnvironment(process.env, awsEnvironment(wire.endpoints));
    clients = createAwsClients();
  });
  afterAll(async () => {
    clients?.destroy();
    restore?.();
    await Promise.all([marketo?.stop(), wire?.stop()]);
  });

  const nowMs = (): number => Date.now() + aheadMs;
  const change = (state: 'enabled' | 'disabled') => async () => {
    mapping = { state, changedAtMs: nowMs() };
  };
  const composed = (): GovernDeps => {
    const mappingSwitch = { read: async () => mapping, enable: change('enabled'), disable: change('disabled') };
    return composeGovern(settings, platform, mappingSwitch, () => 55_000);
  };
  const minutes = async (count: number): Promise<void> => {
    for (let minute = 0; minute < count; minute += 1) {
      await govern(deps, nowMs() + 55_000);
      aheadMs += MINUTE_MS;
    }
  };
  const ofKind = <Kind extends DeliveryEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<DeliveryEvent, { kind: Kind }> => event.kind === kind);

  beforeEach(async () => {
    aheadMs = 0;
    events = [];
    mapping = { state: 'enabled', changedAtMs: 0 };
    await wire.clearTable();
    settings = readSettings(wire.settingsFor(marketo));
    platform = {
      ...clients,
      s3: loadS3Stores(),
      transport: createTransport(),
      clock: { nowMs, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
      random: () => 0.5,
      log: SILENT,
      observe: (event) => events.push(event),
    };
    deps = composed();
  });

  it('tells what the ledger and the queues hold, and what Marketo says of the day', async () => {
    marketo.otherTraffic(30);
    await createDesk(wire).publish('{}');
    await minutes(2);
    expect(Object.assign({}, ...ofKind('gauges').map(({ values }) => values))).toMatchObject({
      messagesQueued: 1,
      deadLettersQueued: 0,
      windowCalls: 50,
      othersToday: 30,
      usedToday: 1,
    });
  });

  it('pauses while credentials are refused, probes, and resumes once they are not', async () => {
    await marketo.switches.on({ kind: 'credentialsRevoked' });
    await composeDelivery(settings, platform).ledger.tokenUnobtainable('credentialsRefused', 'HTTP 401');
    await minutes(12);
    expect(mapping.state).toBe('disabled');
    expect(ofKind('lineStopped').at(-1)?.reason).toBe('credentialsRefused');

    // Whoever runs next knows all of it from the table.
    deps = composed();
    await minutes(20);
    expect(mapping.state).toBe('disabled');
    expect(ofKind('paused').at(-1)?.by).toBe('govern');

    await marketo.switches.allOff();
    await minutes(31);
    expect(mapping.state).toBe('enabled');
    events = [];
    await minutes(1);
    expect(ofKind('lineStopped')).toEqual([]);
    expect(ofKind('paused')).toEqual([]);
  });

  it('refuses to start without its mapping', () => {
    expect(() => createGovernHandler(wire.settingsFor(marketo))).toThrow('EVENT_SOURCE_MAPPING_ID is missing');
  });
});
