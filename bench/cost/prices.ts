/**
 * AWS's list prices in us-east-1, in dollars, without free tiers and discounts. Look them up again before you rely on a sum:
 * https://aws.amazon.com/sqs/pricing, /dynamodb/pricing/on-demand, /lambda/pricing, /cloudwatch/pricing, /s3/pricing,
 * /secrets-manager/pricing, /xray/pricing.
 */
const PRICES = {
  /** Of this table. */
  asOf: '2025-11',
  sqsRequest: 0.4 / 1_000_000,
  dynamoDbWriteUnit: 0.625 / 1_000_000,
  dynamoDbReadUnit: 0.125 / 1_000_000,
  /** Functions on arm64. */
  lambdaGigabyteSecond: 0.000_013_333_4,
  lambdaRequest: 0.2 / 1_000_000,
  /** Ingested; what is kept costs 0.03 a month in addition. */
  logGigabyte: 0.5,
  s3Put: 0.005 / 1_000,
  s3GigabyteMonth: 0.023,
  secretRead: 0.05 / 10_000,
  secretMonth: 0.4,
  /** Each name with each set of dimensions, in a month in which it is published at all. */
  metricMonth: 0.3,
  alarmMonth: 0.1,
  dashboardMonth: 3,
} as const;

export { PRICES };
