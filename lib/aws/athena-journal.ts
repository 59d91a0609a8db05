import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { Wanted } from '../journal/search.ts';
import type { Clock } from '../ports.ts';

interface AthenaJournal {
  readonly client: AthenaClient;
  readonly databaseName: string;
  readonly workGroupName: string;
  readonly clock: Clock;
}

interface AthenaAnswer {
  /** Keys of the objects that hold a line that is wanted. */
  readonly objectKeys: readonly string[];
  readonly bytesScanned: number;
}

/** A query over a quarter takes seconds; one that waits for its turn in a busy account may take a minute. */
const PATIENCE_MS = 180_000;
const POLL_MS = 500;
/** A thousand rows each. */
const MOST_PAGES = 1_000;

/**
 * Asks Athena in which objects the lines are. Their content is read from S3 then, by the code that reads every journal.
 *
 * @param fromDay such as `2027-01-31`: nothing older is looked at
 * @throws Error with Athena's own reason when the query fails, is cut off by its work group, or takes too long.
 */
async function findObjects(
  { client, databaseName, workGroupName, clock }: AthenaJournal,
  wanted: Wanted,
  fromDay: string,
  stop: AbortSignal,
): Promise<AthenaAnswer> {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sqlFor(wanted, fromDay),
      QueryExecutionContext: { Database: databaseName },
      WorkGroup: workGroupName,
    }),
  );
  const endMs = clock.nowMs() + PATIENCE_MS;
  for (;;) {
    const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') {
      const bytesScanned = QueryExecution?.Statistics?.DataScannedInBytes ?? 0;
      return { objectKeys: await readKeys(client, QueryExecutionId), bytesScanned };
    }
    if (State === 'FAILED' || State === 'CANCELLED') {
      throw new Error(
        `Athena's query ${QueryExecutionId} ${State?.toLowerCase()}: ${StateChangeReason ?? 'no reason'}`,
      );
    }
    if (stop.aborted || clock.nowMs() >= endMs) {
      await client.send(new StopQueryExecutionCommand({ QueryExecutionId }));
      throw new Error(stop.aborted ? 'interrupted' : `Athena had no answer within ${PATIENCE_MS / 1_000} s`);
    }
    await clock.sleep(POLL_MS);
  }
}

async function readKeys(client: AthenaClient, QueryExecutionId: string | undefined): Promise<readonly string[]> {
  const paths: string[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const reply = await client.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken: token }));
    paths.push(...(reply.ResultSet?.Rows ?? []).flatMap(({ Data }) => Data?.[0]?.VarCharValue ?? []));
    token = reply.NextToken;
    // The first row of the first page has the name of the column.
    if (token === undefined) return paths.slice(1).map((path) => path.replace(/^s3:\/\/[^/]+\//, ''));
  }
  throw new Error(`the answer has more than ${MOST_PAGES * 1_000} objects: look at fewer days`);
}

function sqlFor({ relayIds, marketoIds, keys, addresses }: Wanted, fromDay: string): string {
  const conditions = [
    ...relayIds.map((text) => `relay_id = ${literal(text)}`),
    ...marketoIds.map((text) => `contains(marketo_ids, ${literal(text)})`),
    ...keys.map((text) => `contains(keys, ${literal(text)})`),
    ...addresses.map((text) => `contains(addresses, ${literal(text)})`),
  ];
  return `SELECT DISTINCT "$path" FROM journal WHERE dt >= ${literal(fromDay)} AND (${conditions.join(' OR ')})`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export type { AthenaAnswer, AthenaJournal };
export { findObjects, sqlFor };
