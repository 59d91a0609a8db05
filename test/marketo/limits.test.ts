import { describe, expect, it } from 'vitest';
import * as limits from '../../lib/marketo/limits.ts';

describe("Marketo's limits", () => {
  it('are read so that both meanings of a megabyte and a kilobyte are kept', () => {
    expect(limits.MAX_BODY_BYTES).toBeLessThanOrEqual(Math.min(10 ** 6, 2 ** 20));
    expect(limits.MAX_URI_BYTES).toBeLessThanOrEqual(Math.min(8 * 10 ** 3, 2 ** 13));
    expect(limits.MAX_BULK_FILE_BYTES).toBeLessThan(Math.min(10 * 10 ** 6, 10 * 2 ** 20));
  });

  it('are those of the documents, and the advice stays below them', () => {
    expect(limits).toMatchObject({
      RATE_LIMIT_CALLS: 100,
      RATE_LIMIT_WINDOW_SECONDS: 20,
      MAX_CONCURRENT_CALLS: 10,
      DAILY_QUOTA: 50_000,
      ADVISED_RATE_LIMIT_CALLS: 50,
      ADVISED_MAX_CONCURRENT_CALLS: 5,
      MAX_RECORDS_PER_CALL: 300,
      MAX_LEADS_PER_CAMPAIGN_REQUEST: 100,
      QUOTA_TIME_ZONE: 'America/Chicago',
    });
  });
});
