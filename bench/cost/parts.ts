import type { Counted } from './count.ts';
import { PRICES } from './prices.ts';

interface Part {
  readonly name: string;
  readonly used: number;
  readonly unit: string;
  readonly dollars: number;
  readonly moves: string;
}

const GIGABYTE = 1e9;
/** As long as the stack keeps it. */
const JOURNAL_MONTHS = 3;
/** CloudWatch Logs counts so much for each line beside its bytes (CloudWatch Logs: quotas, "batch size"). */
const LINE_BYTES = 26;
const DELIVERY_GIGABYTES = 0.5;
const GOVERN_GIGABYTES = 0.25;
const MINUTES_A_MONTH = 30 * 24 * 60;
/** Lambda polls an idle queue with five connections that wait 20 s each (Lambda: "Using Lambda with Amazon SQS"). */
const EMPTY_RECEIVES_A_MONTH = 5 * 3 * MINUTES_A_MONTH;

function partsOfMillion({ tally, cpuMs, logLines, logBytes, metricLines, metricBytes }: Counted, times: number) {
  const { sqs, dynamoDb, lambda, s3 } = tally;
  const part = (name: string, used: number, unit: string, price: number, moves: string): Part => ({
    name,
    used: used * times,
    unit,
    dollars: used * times * price,
    moves,
  });
  const seconds = ((lambda.runMs + cpuMs) / 1_000) * DELIVERY_GIGABYTES;
  return {
    sqs: [
      part('SQS, published', sqs.published, 'requests', PRICES.sqsRequest, 'ten messages in a request'),
      part(
        'SQS, received and deleted',
        sqs.received + sqs.deleted,
        'requests',
        PRICES.sqsRequest,
        'Lambda takes ten in a request',
      ),
    ],
    parts: [
      part(
        'SQS, by the relay',
        sqs.byRelay,
        'requests',
        PRICES.sqsRequest,
        '`gatherMessages`: what finds no permit goes back',
      ),
      part(
        'Lambda, time',
        seconds,
        'GB s',
        PRICES.lambdaGigabyteSecond,
        '`memorySize`, `rateLimitCalls`, `maxConcurrency`',
      ),
      part(
        'Lambda, invocations',
        lambda.invocations,
        'requests',
        PRICES.lambdaRequest,
        '`gatherMessages`, `gatherSeconds`',
      ),
      part(
        'DynamoDB, writes',
        dynamoDb.writeUnits,
        'units',
        PRICES.dynamoDbWriteUnit,
        'keys in flight: `maxConcurrentCalls`, records a call',
      ),
      part('DynamoDB, reads', dynamoDb.readUnits, 'units', PRICES.dynamoDbReadUnit, '`maxConcurrency`'),
      part('Logs', (logBytes + LINE_BYTES * logLines) / GIGABYTE, 'GB', PRICES.logGigabyte, '`logLevel`'),
      part(
        'Metrics, as log lines',
        (metricBytes + LINE_BYTES * metricLines) / GIGABYTE,
        'GB',
        PRICES.logGigabyte,
        '`gatherMessages`',
      ),
      part('Journal, written', s3.puts, 'objects', PRICES.s3Put, '`gatherMessages`; `journal` at `false`'),
      part(
        'Journal, kept for 90 days',
        (JOURNAL_MONTHS * s3.bytes) / GIGABYTE,
        'GB months',
        PRICES.s3GigabyteMonth,
        '`journalDays`',
      ),
      part('Secrets Manager', tally.secretReads, 'reads', PRICES.secretRead, 'read once by each copy of the function'),
    ],
  };
}

interface Resources {
  readonly alarms: number;
  readonly dashboards: number;
}

function partsOfMonth(idle: Counted, times: number, { alarms, dashboards }: Resources): readonly Part[] {
  const { dynamoDb, lambda, sqs } = idle.tally;
  const seconds = ((lambda.governMs + idle.cpuMs) / 1_000) * GOVERN_GIGABYTES;
  const bytes = idle.logBytes + idle.metricBytes + LINE_BYTES * (idle.logLines + idle.metricLines);
  const part = (name: string, used: number, unit: string, price: number, moves: string): Part => ({
    name,
    used,
    unit,
    dollars: used * price,
    moves,
  });
  return [
    part(
      'SQS, empty receives by Lambda',
      EMPTY_RECEIVES_A_MONTH,
      'requests',
      PRICES.sqsRequest,
      'what any function behind a queue costs',
    ),
    part('SQS, by govern', sqs.byRelay * times, 'requests', PRICES.sqsRequest, ''),
    part('Lambda, govern', seconds * times, 'GB s', PRICES.lambdaGigabyteSecond, ''),
    part('Lambda, runs of govern', MINUTES_A_MONTH, 'requests', PRICES.lambdaRequest, ''),
    part('DynamoDB, writes', dynamoDb.writeUnits * times, 'units', PRICES.dynamoDbWriteUnit, ''),
    part('DynamoDB, reads', dynamoDb.readUnits * times, 'units', PRICES.dynamoDbReadUnit, ''),
    part('Logs', (bytes * times) / GIGABYTE, 'GB', PRICES.logGigabyte, '`logLevel`'),
    part('Metrics', idle.metricNames, 'metrics', PRICES.metricMonth, 'ten are free in an account'),
    part('Alarms', alarms, 'alarms', PRICES.alarmMonth, 'ten are free in an account'),
    part('Dashboard', dashboards, 'dashboards', PRICES.dashboardMonth, 'three are free in an account'),
    part('Secret', 1, 'secrets', PRICES.secretMonth, '`secretName`: one that you pay for already'),
  ];
}

export type { Part };
export { MINUTES_A_MONTH, partsOfMillion, partsOfMonth };
