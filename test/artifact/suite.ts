import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsEnvironment } from '../../lib/emulators/aws.ts';
import type { FakeMarketo } from '../../lib/fake-marketo/handle.ts';
import { startFakeMarketo } from '../../lib/fake-marketo/server.ts';
import { createKeyHash } from '../../lib/journal/key-hash.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { createDesk, type Desk, type Published } from '../support/desk.ts';
import { readJournal } from '../support/read-journal.ts';
import { type OtherServers, startWire, type Wire } from '../support/wire.ts';
import { type Artifact, synthesize } from './artifact.ts';
import { type Environment, type LambdaProcess, startLambda } from './lambda-process.ts';

/** Nothing of it may be seen anywhere but at identity. */
const CLIENT_SECRET = 'tainted-client-secret-5b1f0c7a9e';

const person = (email: string, more: object = {}) => ({ email: `${email}@example.com`, ...more });
const upsert = (id: string, ...input: readonly object[]): string =>
  JSON.stringify({ id, method: 'POST', path: '/rest/v1/leads.json', body: { action: 'createOrUpdate', input } });

/**
 * Drives what `cdk synth` wrote through its handler, over whatever queues and table it is given.
 *
 * @param startServers - undefined for the embedded ones
 */
function testArtifact(startServers?: () => Promise<OtherServers & { stop(): Promise<void> }>): void {
  let servers: (OtherServers & { stop(): Promise<void> }) | undefined;
  let artifact: Artifact;
  let marketo: FakeMarketo;
  let wire: Wire;
  let desk: Desk;
  let lambda: LambdaProcess;

  /** The template's own variables, with its references resolved as a deployment would. */
  function functionEnvironment(): Environment {
    const texts = Object.entries(artifact.environment).filter(([, value]) => typeof value === 'string');
    return {
      ...Object.fromEntries(texts),
      ...wire.settingsFor(marketo),
      ...wire.journal.settings,
      ...awsEnvironment(wire.endpoints),
    };
  }

  beforeAll(async () => {
    marketo = await startFakeMarketo({ clientSecret: CLIENT_SECRET });
    [artifact, servers] = await Promise.all([synthesize(), startServers?.()]);
    wire = await startWire({ marketo, ...(servers && { servers }) });
    desk = createDesk(wire);
    lambda = await startLambda(artifact, functionEnvironment());
  }, 120_000);
  afterAll(async () => {
    await lambda?.stop();
    await Promise.all([marketo?.stop(), wire?.stop(), servers?.stop()]);
    artifact?.remove();
  });
  beforeEach(async () => {
    marketo.setFaults([]);
    await desk.clear();
  });

  /** Publishes, receives as Lambda would, delivers, and acknowledges what the response leaves out. */
  async function deliver(...messages: readonly Published[]): Promise<readonly string[]> {
    const ids = await desk.publish(...messages);
    const records = await desk.receive();
    expect(records.map((record) => record.messageId).sort()).toEqual([...ids].sort());
    const { batchItemFailures } = await lambda.invoke(records);
    const failed = batchItemFailures.map((failure) => failure.itemIdentifier);
    await desk.acknowledge(records.filter((record) => !failed.includes(record.messageId)));
    return failed.map((id) => ids.indexOf(id)).map(String);
  }

  /** Identity hands out the same token until it expires, so this is the one that the function uses. */
  async function accessToken(): Promise<string> {
    const query = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: marketo.clientId,
      client_secret: CLIENT_SECRET,
    });
    const reply = await fetch(`${marketo.url}/identity/oauth/token?${query}`);
    return ((await reply.json()) as { access_token: string }).access_token;
  }

  describe('the function that cdk synth wrote', () => {
    it('is one module and its parts with their source maps, and no package beside them', () => {
      const files = readdirSync(artifact.taskRoot).filter((name) => name !== 'lambda-runtime.mjs');
      const modules = files.filter((name) => /^(index|part-[A-Z0-9]{8})\.mjs$/.test(name));
      expect(modules).toContain('index.mjs');
      expect(files.sort()).toEqual(modules.flatMap((name) => [name, `${name}.map`]).sort());
    });

    it('has every setting of its contract in its template', () => {
      // Results go nowhere, and there is one lane, unless more is asked for.
      const expected = Object.values(SETTING_NAMES).filter((name) => !/^(RESULTS|BACKFILL)_/.test(name));
      expect(Object.keys(artifact.environment)).toEqual(expect.arrayContaining(expected));
    });

    it('does not start without its settings, and names all of them in one message', async () => {
      // Without results the function starts.
      const { [SETTING_NAMES.resultsQueueUrl]: _, ...required } = wire.settingsFor(marketo);
      const settings = Object.keys(required);
      const environment = { ...functionEnvironment(), RATE_LIMIT_CALLS: 'many', QUOTA_TIME_ZONE: 'CST' };
      const missing = Object.fromEntries(settings.map((name) => [name, undefined]));

      const error: unknown = await startLambda(artifact, { ...environment, ...missing }).catch((reason) => reason);

      const text = (error as Error).message;
      for (const name of [...settings, 'RATE_LIMIT_CALLS', 'QUOTA_TIME_ZONE']) expect(text).toContain(`- ${name} is`);
      expect(text.match(/SettingsError\W+The settings/g)).toHaveLength(1);
    });
  });

  describe('the handler', () => {
    it('delivers the messages of an event, in one call where they can share it', async () => {
      const failed = await deliver(
        upsert('first', person('ann', { firstName: 'marker-first' })),
        upsert('second', person('ben', { firstName: 'marker-second' })),
      );

      expect(failed).toEqual([]);
      expect([marketo.executions('marker-first'), marketo.executions('marker-second')]).toEqual([1, 1]);
      expect(await desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
      expect(await desk.letters()).toEqual([]);
      const said = (line: object) => expect(lambda.logLines()).toContainEqual(expect.objectContaining(line));
      said({ message: 'Marketo answered a call', code: 'ok', relayIds: ['first', 'second'] });
      said({ message: 'messages were delivered', messages: 2, records: 2, relayIds: ['first', 'second'] });
    });

    it('puts a message back that met a passing fault: delayed, with its state beside its own attributes', async () => {
      marketo.addFault({ gives: { kind: 'code', level: 'response', code: '713' }, times: 1 });
      const body = upsert('requeue', person('carl', { firstName: 'marker-again' }));

      const failed = await deliver({ body, attributes: { tenant: 'north' } });
      const copies = await desk.copies();

      expect(failed).toEqual([]);
      expect(copies).toMatchObject([
        { body, attributes: { tenant: 'north' }, relay: { v: 1, id: 'requeue', attempt: 1, lastCode: '713' } },
      ]);
      expect(copies[0]?.delaySeconds).toBeGreaterThanOrEqual(5);
      expect(marketo.executions('marker-again')).toBe(0);
      // The copy is a message like any other.
      await deliver(...copies);
      expect(marketo.executions('marker-again')).toBe(1);
    });

    it('writes a letter for the rejected record of a message, and delivers the others', async () => {
      const input = [
        person('dora', { firstName: 'marker-good' }),
        person('emil', { createdAt: '2027-01-01T00:00:44Z' }),
      ];
      const body = upsert('partly', ...input);

      const failed = await deliver({ body, attributes: { tenant: 'south' } });
      const letters = await desk.letters();

      expect(failed).toEqual([]);
      expect(marketo.executions('marker-good')).toBe(1);
      expect(letters).toMatchObject([
        {
          attributes: { code: '1003', level: 'record', relayId: 'partly', operation: 'syncLeads', tenant: 'south' },
          letter: {
            deadLetter: 1,
            failure: { level: 'record', code: '1003', attempts: 1, retriable: false, outcomeUnknown: false },
            message: { positions: [1], attributes: { tenant: 'south' }, body: { body: { input: [input[1]] } } },
            request: { method: 'POST', url: `${marketo.url}/rest/v1/leads.json`, body: { input: [input[1]] } },
            response: { status: 200, body: { success: true, result: [{ status: 'skipped' }] } },
          },
        },
      ]);
      expect(await desk.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    });

    it('reports only the message that it could not settle, and settles the rest of the batch', async () => {
      // Ten attributes of its own leave no room for the relay's state: held back by its visibility timeout.
      const attributes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`own${index}`, 'x']));
      const gives = { kind: 'code', level: 'response', code: '713' } as const;
      marketo.addFault({ gives, path: '/rest/v1/companies.json', times: 1 });
      const companies = {
        method: 'POST',
        path: '/rest/v1/companies.json',
        body: { input: [{ externalCompanyId: 'c1' }] },
      };

      const failed = await deliver(
        'not JSON',
        { body: JSON.stringify(companies), attributes },
        upsert('fine', person('fay', { firstName: 'marker-fine' })),
      );

      expect(failed).toEqual(['1']);
      expect(marketo.executions('marker-fine')).toBe(1);
      expect((await desk.letters()).map(({ attributes: facts }) => facts.code)).toEqual(['invalidMessage']);
      expect(await desk.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    });

    it('logs a dead letter as one structured line, with the whole request and response', async () => {
      await deliver(upsert('logged', person('gus', { createdAt: '2027-01-01T00:00:45Z' })));
      const [posted] = await desk.letters();

      const lines = lambda
        .logLines()
        .filter(({ message, relayId }) => message === 'dead letter' && relayId === 'logged');
      expect(lines).toMatchObject([
        {
          level: 'ERROR',
          service: expect.stringMatching(/^MarketoRelay-/),
          function_request_id: expect.stringMatching(/^request-\d+$/),
          code: '1003',
          failureLevel: 'record',
          letter: posted?.letter,
        },
      ]);
      expect(posted?.letter).toMatchObject({ request: { headers: {} }, response: { headers: {} } });
    });

    it('writes structured lines only, and the logger has nothing to say against them', async () => {
      await deliver(upsert('structured', person('kim', { createdAt: '2027-01-01T00:00:47Z' })));
      const lines = lambda.logLines();
      expect(lines.filter((line) => 'unstructured' in line)).toEqual([]);
      expect(lines.filter(({ message }) => /reserved key/.test(String(message)))).toEqual([]);
    });

    it('publishes metrics in the embedded format', async () => {
      await deliver(
        upsert('measured', person('hal')),
        upsert('refused', person('ida', { createdAt: '2027-01-01T00:00:46Z' })),
      );
      await desk.letters();

      const metrics = lambda.logLines().filter((line) => '_aws' in line);
      const sums = metrics.map((line) => [line.code ?? 'all', line]);
      expect(metrics.map((line) => JSON.stringify(line._aws)).every((text) => text.includes('"MarketoRelay"'))).toBe(
        true,
      );
      expect(sums).toContainEqual([
        'all',
        expect.objectContaining({ service: expect.stringMatching(/^MarketoRelay-/), Calls: expect.anything() }),
      ]);
      expect(sums).toContainEqual(['1003', expect.objectContaining({ DeadLetters: 1 })]);
    });

    it('writes what became of each record to the journal, and no address in clear', async () => {
      await deliver(upsert('journaled', person('nora'), person('otto', { createdAt: '2027-01-01T00:00:40Z' })));
      await desk.letters();

      const lines = (await readJournal(wire)).filter(({ relay_id }) => relay_id === 'journaled');
      expect(lines).toMatchObject([
        { position: 0, operation: 'syncLeads', outcome: 'delivered', code: 'ok', statuses: ['created'] },
        { position: 1, outcome: 'dead', code: '1003' },
      ]);
      expect(lines[0]?.keys).toEqual([createKeyHash(wire.journal.salt)('lead:email:nora@example.com')]);
      expect(JSON.stringify(lines)).not.toContain('example.com');
    });

    it('sends nothing to X-Ray itself: its runs are traced by Lambda', async () => {
      await deliver(upsert('traced', person('lea')));
      expect(lambda.traces()).toEqual([]);
    });

    it('shows neither token nor secret, in whatever it writes, even when Marketo echoes them', async () => {
      const token = await accessToken();
      const echo = `who sends ${token} with ${CLIENT_SECRET}?`;
      marketo.addFault({ gives: { kind: 'code', level: 'response', code: '610', message: echo }, times: 1 });

      await deliver(upsert('echoed', person('jo')));
      const letters = await desk.letters();

      const written = [lambda.everythingWritten(), JSON.stringify(letters)].join('\n');
      expect(letters[0]?.letter.failure.message).toContain('who sends [secret] with [secret]?');
      expect(written).toContain('who sends [secret]');
      for (const secret of [token, CLIENT_SECRET, 'Bearer ']) expect(written).not.toContain(secret);
      expect(written.toLowerCase()).not.toContain('authorization');
    });
  });
}

export { testArtifact };
