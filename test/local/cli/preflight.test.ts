import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeMarketo, startFakeMarketo } from '../../../lib/fake-marketo/server.ts';
import { checkMarketo, checkWritable } from '../../../lib/local/cli/preflight.ts';
import { Secret } from '../../../lib/marketo/secret.ts';

let fake: FakeMarketo;

beforeEach(async () => {
  fake = await startFakeMarketo();
});

afterEach(async () => {
  await fake.stop();
});

function check(change: { baseUrl?: string; clientSecret?: string } = {}): Promise<string | undefined> {
  const { baseUrl = fake.url, clientSecret = fake.clientSecret } = change;
  return checkMarketo({
    baseUrl,
    allowOtherHosts: true,
    clientId: fake.clientId,
    clientSecret: new Secret(clientSecret),
  });
}

describe('a real Marketo, before anything is published', () => {
  it('is fine when it gives a token', async () => {
    expect(await check()).toBeUndefined();
  });

  it('that is mistyped is named at once, and not waited for', async () => {
    const problem = await check({ baseUrl: 'http://123-abc-456.mktorest.invalid' });

    expect(problem).toContain('--marketo http://123-abc-456.mktorest.invalid');
    expect(problem).toContain('Is this the host of the REST endpoint');
  });

  it('that does not let one in is told from one that is not there, without the secret', async () => {
    const problem = await check({ clientSecret: 'not-the-secret' });

    expect(problem).toContain('MARKETO_CLIENT_SECRET');
    expect(problem).not.toContain('not-the-secret');
  });

  it('that fails for a while is no reason not to start', async () => {
    await fake.switches.on({ kind: 'outage', how: 'badGateway' });

    expect(await check()).toBeUndefined();
  });
});

describe('a log file', () => {
  it('is made if need be, and else named before the run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'relay-log-'));

    expect(checkWritable(join(folder, 'relay.log'))).toBeUndefined();
    expect(checkWritable(join(folder, 'nowhere', 'relay.log'))).toContain('ENOENT');
    expect(checkWritable(folder)).toContain('EISDIR');
    await rm(folder, { recursive: true });
  });
});
