/**
 * Marketo's own limits, and what Adobe advises one integration to use of them. Where a document gives a rounded
 * figure ("1 MB", "8 KB"), the smaller reading is taken: a request below it is below the limit in every reading, and
 * costs at most a few percent of the room.
 */

/** Marketo: rest-api, "1MB"; more is HTTP 413. Read as 10^6, not 2^20. UTF-8 bytes of the whole body as sent. */
const MAX_BODY_BYTES = 1_000_000;

/** Marketo: rest-api, "8KB"; more is HTTP 414. Read as 8,000, not 8,192, and counted over the whole URL. */
const MAX_URI_BYTES = 8_000;

/** The same in its other reading: tried only where the POST that is sent instead was refused. */
const MAX_URI_BYTES_TRIED = 8_192;

/** Marketo: bulk-import, "less than 10 MB"; more is HTTP 413. */
const MAX_BULK_FILE_BYTES = 10_000_000 - 1;

/** Marketo: lead-database, records in the `input` of most calls. */
const MAX_RECORDS_PER_CALL = 300;

/** Marketo: smart-campaigns, leads in one Request Campaign call. */
const MAX_LEADS_PER_CAMPAIGN_REQUEST = 100;

/** Marketo: marketo-integration-best-practices, calls in 20 s by all integrations of a subscription; more is 606. */
const RATE_LIMIT_CALLS = 100;
const RATE_LIMIT_WINDOW_SECONDS = 20;

/** Marketo: marketo-integration-best-practices, calls in progress by all integrations; more is 615. */
const MAX_CONCURRENT_CALLS = 10;

/** Marketo: rest-api, calls a day by all integrations unless more was bought; more is 607. */
const DAILY_QUOTA = 50_000;

/**
 * Marketo: error-codes says "12:00AM CST" for the reset of the day; a support article (ka-29461) says midnight
 * Central time, which is what the clocks of this zone show, summer time included.
 */
const QUOTA_TIME_ZONE = 'America/Chicago';

/** Marketo: marketo-integration-best-practices, the share of the rate that one integration should start with. */
const ADVISED_RATE_LIMIT_CALLS = 50;

/** Marketo: marketo-integration-best-practices, the concurrent calls that one integration should start with. */
const ADVISED_MAX_CONCURRENT_CALLS = 5;

export {
  ADVISED_MAX_CONCURRENT_CALLS,
  ADVISED_RATE_LIMIT_CALLS,
  DAILY_QUOTA,
  MAX_BODY_BYTES,
  MAX_BULK_FILE_BYTES,
  MAX_CONCURRENT_CALLS,
  MAX_LEADS_PER_CAMPAIGN_REQUEST,
  MAX_RECORDS_PER_CALL,
  MAX_URI_BYTES,
  MAX_URI_BYTES_TRIED,
  QUOTA_TIME_ZONE,
  RATE_LIMIT_CALLS,
  RATE_LIMIT_WINDOW_SECONDS,
};
