import { RemovalPolicy } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { JOURNAL_COLUMNS } from '../../lib/cloud/journal/schema.ts';
import { toLine } from '../../lib/journal/line.ts';
import { JOURNAL_PREFIX } from '../../lib/journal/object.ts';
import { readDoc, tableRows } from '../docs/source.ts';
import { fullEntry } from '../journal/entries.ts';
import { functionOf, onlyResource, type Resource, statementsOf, synthesizeRelay } from './synth.ts';

const { template, relay } = synthesizeRelay();

function idOf(type: string, start: string): string {
  const id = Object.keys(template.findResources(type)).find((name) => name.startsWith(start));
  if (id === undefined) throw new Error(`no ${type} ${start}`);
  return id;
}

const bucketId = idOf('AWS::S3::Bucket', 'RelayJournal');
const saltId = idOf('AWS::SecretsManager::Secret', 'RelayJournalSalt');
const bucket = template.findResources('AWS::S3::Bucket')[bucketId] as Resource;

describe('the journal', () => {
  it('has a private, encrypted bucket of its own, without versions, that keeps outcomes for 90 days', () => {
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      LifecycleConfiguration: {
        Rules: [
          { Prefix: JOURNAL_PREFIX, ExpirationInDays: 90, Status: 'Enabled' },
          { Prefix: 'athena/', ExpirationInDays: 1, Status: 'Enabled' },
          { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
        ],
      },
    });
    expect(bucket.Properties).not.toHaveProperty('VersioningConfiguration');
    expect(bucket.DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  it('has a salt that nobody has ever seen', () => {
    template.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      Description: Match.stringLikeRegexp('^Salt of the key hashes'),
    });
  });

  it('is written by the delivery function, which may put objects there and read the salt, and no more', () => {
    const { Variables } = functionOf(template).Properties.Environment as { Variables: Record<string, unknown> };
    expect(Variables.JOURNAL_BUCKET_NAME).toEqual({ Ref: bucketId });
    expect(Variables.JOURNAL_SALT_SECRET_ID).toEqual({ Ref: saltId });
    const about = statementsOf(template).filter(({ Resource: resource }) =>
      [bucketId, saltId].some((id) => JSON.stringify(resource).includes(`"${id}"`)),
    );
    expect(about.map(({ Action }) => Action)).toEqual(['s3:PutObject', 'secretsmanager:GetSecretValue']);
    expect(about[0]?.Resource).toEqual({
      'Fn::Join': ['', [{ 'Fn::GetAtt': [bucketId, 'Arn'] }, `/${JOURNAL_PREFIX}*`]],
    });
  });

  it('has a table whose columns are the members of a line, partitioned by the day without a crawler', () => {
    const { TableInput } = onlyResource(template, 'AWS::Glue::Table').Properties as {
      TableInput: { Parameters: Record<string, unknown>; StorageDescriptor: { Columns: { Name: string }[] } };
    };
    expect(TableInput.StorageDescriptor.Columns.map(({ Name }) => Name)).toEqual(
      JOURNAL_COLUMNS.map(({ name }) => name),
    );
    expect(JOURNAL_COLUMNS.map(({ name }) => name)).toEqual(Object.keys(toLine(fullEntry, (text) => text)));
    expect(TableInput.Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.dt.range': 'NOW-91DAYS,NOW+1DAYS',
      'storage.location.template': {
        'Fn::Join': ['', ['s3://', { Ref: bucketId }, `/${JOURNAL_PREFIX}dt=\${dt}/`]],
      },
    });
  });

  it('has its columns in docs/journal.md, with their types', () => {
    const rows = tableRows(readDoc('docs/journal.md'), 'columns');
    expect(
      rows.map(([name = '', type = '']) => [name.replaceAll('`', ''), type.replace('&lt;', '<').replace('&gt;', '>')]),
    ).toEqual(JOURNAL_COLUMNS.map(({ name, type }) => [name, type]));
  });

  it('is asked in a work group that bounds what a question may cost, with two that are saved', () => {
    const group = onlyResource(template, 'AWS::Athena::WorkGroup').Properties;
    expect(group).toMatchObject({
      RecursiveDeleteOption: true,
      WorkGroupConfiguration: { EnforceWorkGroupConfiguration: true, BytesScannedCutoffPerQuery: 10_737_418_240 },
    });
    template.resourceCountIs('AWS::Athena::NamedQuery', 2);
    template.allResourcesProperties('AWS::Athena::NamedQuery', {
      WorkGroup: { Ref: idOf('AWS::Athena::WorkGroup', 'RelayJournalWorkGroup') },
    });
  });

  it('keeps outcomes for as long as it is told', () => {
    const { template: given } = synthesizeRelay({ journalDays: 7, removalPolicy: RemovalPolicy.DESTROY });
    given.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 7 })]) },
    });
    expect(() => synthesizeRelay({ journalDays: 0 })).toThrow('journalDays is 0: give a whole number from 1 to 3650');
  });

  it('is not there when it is turned off: no bucket, no salt, no table, no setting', () => {
    const { template: off, relay: offRelay } = synthesizeRelay({ journal: false });
    expect(relay.journal).toBeDefined();
    expect(offRelay.journal).toBeUndefined();
    for (const type of [
      'AWS::Glue::Table',
      'AWS::Glue::Database',
      'AWS::Athena::WorkGroup',
      'AWS::Athena::NamedQuery',
    ]) {
      off.resourceCountIs(type, 0);
    }
    off.resourceCountIs('AWS::S3::Bucket', 1);
    expect(JSON.stringify(functionOf(off))).not.toContain('JOURNAL');
  });
});
