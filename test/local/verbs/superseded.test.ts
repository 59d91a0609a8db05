import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Journal } from '../../../lib/aws/s3-journal.ts';
import { createS3JournalArchive } from '../../../lib/aws/s3-journal-archive.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../lib/emulators/aws.ts';
import type { JournalEntry } from '../../../lib/journal/entry.ts';
import { createJournal } from '../../../lib/journal/journal.ts';
import { SILENT_LOG } from '../../../lib/local/cli/json-log.ts';
import type { RelayTarget } from '../../../lib/local/target/target.ts';
import { entryOf } from '../../journal/entries.ts';
import { type CliUnderTest, startCliUnderTest } from '../support/relay-cli.ts';

const HOUR_MS = 3_600_000;
const lead = (email: string) => ({
  path: '/rest/v1/leads.json',
  body: { action: 'createOrUpdate', input: [{ email }] },
});

describe('dead-letters resend, where newer values are delivered', () => {
  let cli: CliUnderTest;
  let s3: S3Client;
  let nowMs: number;

  beforeAll(async () => {
    cli = await startCliUnderTest();
    const endpoint = cli.wire.endpoints.s3;
    s3 = new S3Client({ region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, endpoint, forcePathStyle: true });
  });
  afterAll(async () => {
    s3.destroy();
    await cli.stop();
  });
  beforeEach(async () => {
    await cli.reset();
    const archive = createS3JournalArchive({ client: s3, bucket: cli.wire.journal.bucketName });
    for (const key of await archive.list()) await archive.remove(key);
    nowMs = Date.now();
    await cli.addLetters(
      { id: 'ada', code: '1003', body: lead('ada@example.com'), firstSeenMs: nowMs - 3 * HOUR_MS },
      { id: 'ben', code: '1003', body: lead('ben@example.com'), firstSeenMs: nowMs - 3 * HOUR_MS },
    );
  });

  async function write(...entries: readonly Partial<JournalEntry>[]): Promise<void> {
    const journal = createJournal({
      store: createS3Journal({ client: s3, bucket: cli.wire.journal.bucketName }),
      salt: async () => cli.wire.journal.salt,
      random: Math.random,
      observe: (event) => expect(event).toBeUndefined(),
      log: SILENT_LOG,
    });
    const [publishedAtMs, settledAtMs] = [nowMs - 2 * HOUR_MS, nowMs - HOUR_MS];
    await journal.write(entries.map((entry) => entryOf({ publishedAtMs, settledAtMs, ...entry })));
  }

  const resend = (...argv: readonly string[]) => cli.run(['dead-letters', 'resend', '--code', '1003', ...argv]);
  const sent = async () => (await cli.desk.copies()).map(({ relay }) => relay.id).sort();

  it('says so, and by whom, and sends them all the same', async () => {
    await write({ relayId: 'ada-2' });
    const { status, stderr } = await resend();

    expect(status).toBe(0);
    expect(stderr).toContain(
      '1 of them write over newer values of their records that are delivered: --skip-superseded',
    );
    expect(stderr).toMatch(/ {2}ada: ada-2, published \S+Z, was delivered \S+Z/);
    expect(await sent()).toEqual(['ada', 'ben']);
  });

  it('leaves them with --skip-superseded, and says what it would leave in a dry run', async () => {
    await write({ relayId: 'ada-2' });
    const dry = await resend('--skip-superseded', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({
      wouldSend: [{ relayId: 'ben' }],
      skipped: { superseded: [{ relayId: 'ada' }] },
    });

    const { status, stdout, stderr } = await resend('--skip-superseded');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Sent 1 of 1 message again.\n' });
    expect(stderr).toContain('1 skipped, because newer values of their records are delivered');
    expect(await sent()).toEqual(['ben']);
    expect((await cli.deadCounts()).visible + (await cli.deadCounts()).hidden).toBe(1);
  });

  it('sends nothing when all of them are left', async () => {
    await write({ relayId: 'ada-2' });
    expect((await resend('--id', 'ada', '--skip-superseded')).status).not.toBe(0);
    expect(await sent()).toEqual([]);
  });

  it('does not take for newer what was published before, what is not delivered, nor another copy of the letter itself', async () => {
    await write(
      { relayId: 'older', publishedAtMs: nowMs - 4 * HOUR_MS },
      { relayId: 'dead', outcome: 'dead', code: '1003' },
      { relayId: 'waits', outcome: 'requeued', code: '713' },
      { relayId: 'ada' },
      { relayId: 'other', keys: ['lead:email:eve@example.com'] },
    );
    const { stderr, stdout } = await resend('--skip-superseded');

    expect(stdout).toBe('Sent 2 of 2 messages again.\n');
    expect(stderr).not.toContain('newer values');
  });

  it('sends nothing with --skip-superseded where there is no journal, and is silent without it', async () => {
    const wrapTarget = ({ journal: _, ...rest }: RelayTarget): RelayTarget => rest;
    const without = { wrapTarget };
    const refused = await cli.run(['dead-letters', 'resend', '--code', '1003', '--skip-superseded'], without);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('--skip-superseded: the journal cannot be asked for newer values');
    expect(await sent()).toEqual([]);

    const { stdout, stderr } = await cli.run(['dead-letters', 'resend', '--code', '1003'], without);
    expect(stdout).toBe('Sent 2 of 2 messages again.\n');
    expect(stderr).not.toContain('journal');
  });
});
