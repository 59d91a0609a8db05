interface Column {
  readonly name: string;
  /** In Hive's words, as Glue has them. */
  readonly type: string;
  readonly comment: string;
}

const JOURNAL_TABLE_NAME = 'journal';

/** The members of a line (`lib/journal/line.ts`) as columns; a test compares the two. */
const JOURNAL_COLUMNS = [
  { name: 'v', type: 'int', comment: 'Version of the line' },
  { name: 'relay_id', type: 'string', comment: 'The message, across all its copies' },
  { name: 'message_id', type: 'string', comment: "SQS's id of the copy that was settled" },
  { name: 'receive_count', type: 'int', comment: 'How often SQS had delivered that copy' },
  { name: 'suspect', type: 'boolean', comment: 'A worker ended over the message, or a copy of it' },
  { name: 'part', type: 'int', comment: 'How often records had been taken out of the message' },
  { name: 'position', type: 'int', comment: 'Of the record in the input; null for a whole message' },
  { name: 'operation', type: 'string', comment: 'Such as syncLeads' },
  { name: 'idempotent', type: 'boolean', comment: 'Whether it may be repeated' },
  { name: 'outcome', type: 'string', comment: 'delivered, requeued or dead' },
  { name: 'code', type: 'string', comment: "ok, Marketo's code, or a word of the relay's own" },
  { name: 'attempts', type: 'int', comment: 'Attempts that counted so far' },
  { name: 'published_at', type: 'string', comment: 'ISO instant, UTC' },
  { name: 'settled_at', type: 'string', comment: 'ISO instant, UTC' },
  { name: 'sent_at', type: 'string', comment: 'When the call was sent that decided it' },
  { name: 'request_id', type: 'string', comment: "Marketo's own id of that call" },
  { name: 'marketo_ids', type: 'array<string>', comment: 'What Marketo calls what it made or changed' },
  { name: 'statuses', type: 'array<string>', comment: "Marketo's word for each of them" },
  { name: 'stripped', type: 'array<string>', comment: 'Fields that it was sent without' },
  { name: 'outcome_unknown', type: 'boolean', comment: 'Nobody can tell whether Marketo has executed it' },
  { name: 'rows_imported', type: 'int', comment: 'Of a file: rows that Marketo took' },
  { name: 'rows_failed', type: 'int', comment: 'Of a file: rows that Marketo refused' },
  { name: 'rows_warned', type: 'int', comment: 'Of a file: rows that it took with a warning' },
  { name: 'failed_rows', type: 'array<int>', comment: 'Of a file: numbers of rows that failed, 1,000 at most' },
  { name: 'keys', type: 'array<string>', comment: 'Keyed hashes of what it changes' },
  { name: 'addresses', type: 'array<string>', comment: 'Keyed hashes of addresses in keys of custom objects' },
] as const satisfies readonly Column[];

/** Saved in the work group. They stand in docs/journal.md too, where a test runs them. */
const JOURNAL_QUERIES = [
  {
    id: 'JournalOutcomesQuery',
    name: 'outcomes by operation and code',
    sql: [
      'SELECT dt, operation, outcome, code, count(*) AS entries',
      'FROM journal',
      "WHERE dt >= '2027-01-24'",
      'GROUP BY dt, operation, outcome, code',
      'ORDER BY dt, entries DESC',
    ].join('\n'),
  },
  {
    id: 'JournalRecordQuery',
    name: 'what became of one record',
    sql: [
      '-- By a relay id, a Marketo id, or the hash of a key as `relay find --json` prints it.',
      'SELECT settled_at, relay_id, position, operation, outcome, code, attempts, marketo_ids, statuses, request_id',
      'FROM journal',
      "WHERE dt >= '2027-01-24'",
      "  AND (relay_id = 'RELAY-ID' OR contains(marketo_ids, 'MARKETO-ID') OR contains(keys, 'KEY-HASH'))",
      'ORDER BY settled_at',
    ].join('\n'),
  },
] as const;

export type { Column };
export { JOURNAL_COLUMNS, JOURNAL_QUERIES, JOURNAL_TABLE_NAME };
