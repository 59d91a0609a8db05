import { Names, Stack, Token } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { RELAY_NUMBERS } from '../relay-numbers.ts';
import type { ResolvedProps } from '../resolve-props.ts';
import { serviceName } from '../service-name.ts';
import { JOURNAL_COLUMNS, JOURNAL_QUERIES, JOURNAL_TABLE_NAME } from './schema.ts';

/** Where Athena leaves what it found. */
const RESULTS_PREFIX = 'athena/';

/**
 * What one query may read before Athena ends it: at five dollars a terabyte, five cents. A quarter of fifty million records
 * is less.
 */
const MOST_BYTES_A_QUERY = 10 * 1_024 ** 3;

/** Athena: CreateWorkGroup. */
const MAX_WORK_GROUP_CHARACTERS = 128;

interface JournalTable {
  readonly databaseName: string;
  readonly workGroupName: string;
}

/**
 * The journal as a table of Athena's: a database, the table, and a work group that bounds what a query may cost. Partitions are
 * calculated from the date (Athena: partition projection), so that no crawler runs and none is ever missing.
 */
function createJournalTable(scope: Construct, bucket: Bucket, props: ResolvedProps): JournalTable {
  const { account } = Stack.of(scope);
  // Glue and Athena take neither capitals nor dashes in the name of a database without quotation marks around it.
  const databaseName = serviceName(scope)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_');
  const database = new CfnDatabase(scope, 'JournalDatabase', {
    catalogId: account,
    databaseInput: { name: databaseName, description: 'What became of each record that a relay took to Marketo' },
  });
  const location = `s3://${bucket.bucketName}/journal/`;
  new CfnTable(scope, 'JournalTable', {
    catalogId: account,
    databaseName: database.ref,
    tableInput: {
      name: JOURNAL_TABLE_NAME,
      description: 'An outcome a line: docs/journal.md of marketo-relay',
      tableType: 'EXTERNAL_TABLE',
      partitionKeys: [{ name: 'dt', type: 'string', comment: 'Day of settled_at, UTC' }],
      parameters: {
        classification: 'json',
        compressionType: 'gzip',
        'projection.enabled': 'true',
        'projection.dt.type': 'date',
        'projection.dt.format': 'yyyy-MM-dd',
        'projection.dt.range': `NOW-${daysKept(props)}DAYS,NOW+1DAYS`,
        'projection.dt.interval': '1',
        'projection.dt.interval.unit': 'DAYS',
        'storage.location.template': `${location}dt=\${dt}/`,
      },
      storageDescriptor: {
        location,
        columns: JOURNAL_COLUMNS.map((column) => ({ ...column })),
        inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        serdeInfo: { serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
      },
    },
  });
  return { databaseName: database.ref, workGroupName: createWorkGroup(scope, bucket, database.ref, props) };
}

/** Calculated at synthesis: of a number that is known only at deployment, the most it can be. */
function daysKept({ journalDays }: ResolvedProps): number {
  return (Token.isUnresolved(journalDays) ? RELAY_NUMBERS.journalDays.max : journalDays) + 1;
}

function createWorkGroup(
  scope: Construct,
  bucket: Bucket,
  databaseName: string,
  { encryptionKey }: ResolvedProps,
): string {
  const name = Names.uniqueResourceName(scope, { separator: '-', maxLength: MAX_WORK_GROUP_CHARACTERS });
  const workGroup = new CfnWorkGroup(scope, 'JournalWorkGroup', {
    name,
    description: 'Questions to the journal of a relay',
    // Deleted with its stack, whatever it has in its history.
    recursiveDeleteOption: true,
    workGroupConfiguration: {
      enforceWorkGroupConfiguration: true,
      publishCloudWatchMetricsEnabled: false,
      bytesScannedCutoffPerQuery: MOST_BYTES_A_QUERY,
      resultConfiguration: {
        outputLocation: `s3://${bucket.bucketName}/${RESULTS_PREFIX}`,
        encryptionConfiguration:
          encryptionKey === undefined
            ? { encryptionOption: 'SSE_S3' }
            : { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn },
      },
    },
  });
  for (const { id, name: queryName, sql } of JOURNAL_QUERIES) {
    new CfnNamedQuery(scope, id, {
      name: queryName,
      database: databaseName,
      queryString: sql,
      workGroup: workGroup.ref,
    });
  }
  return workGroup.ref;
}

export type { JournalTable };
export { createJournalTable, RESULTS_PREFIX };
