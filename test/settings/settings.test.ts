import { describe, expect, it } from 'vitest';
import { NUMBER_BOUNDS } from '../../lib/settings/bounds.ts';
import { SETTING_NAMES } from '../../lib/settings/names.ts';
import { readSettings, SettingsError } from '../../lib/settings/settings.ts';

const REQUIRED = {
  MARKETO_BASE_URL: 'https://123-ABC-456.mktorest.com',
  MARKETO_SECRET_ID: 'marketo/credentials',
  QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/relay',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/123456789012/relay-dead',
  LEDGER_TABLE_NAME: 'ledger',
  OVERFLOW_BUCKET_NAME: 'overflow-bucket',
};

function failure(env: Record<string, string | undefined>): SettingsError {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

function problemOf(name: string, value: string | undefined): string {
  const { problems } = failure({ ...REQUIRED, [name]: value });
  expect(problems.map((problem) => problem.name)).toEqual([name]);
  return problems[0]?.problem ?? '';
}

describe('settings that can be used', () => {
  it('fill in every default', () => {
    expect(readSettings(REQUIRED)).toEqual({
      marketoBaseUrl: 'https://123-abc-456.mktorest.com',
      allowOtherHosts: false,
      marketoSecretId: 'marketo/credentials',
      queueUrl: REQUIRED.QUEUE_URL,
      deadLetterQueueUrl: REQUIRED.DEAD_LETTER_QUEUE_URL,
      ledgerTableName: 'ledger',
      overflowBucketName: 'overflow-bucket',
      rateLimitCalls: 50,
      rateLimitWindowSeconds: 20,
      maxConcurrentCalls: 5,
      dailyQuota: 50_000,
      dailyQuotaReserve: 0,
      quotaTimeZone: 'America/Chicago',
      backfillDayPercent: 100,
      retryMaxAttempts: 8,
      retryMaxAgeSeconds: 86_400,
      logBodies: true,
      isolate: 'record',
      unknownFields: 'letter',
      schemaChangeHoldHours: 24,
      order: 'key',
      allowedOperations: ['*'],
    });
  });

  it('read a value for each name that the stack and the handler share', () => {
    expect(Object.keys(readSettings(REQUIRED)).sort()).toEqual(Object.keys(SETTING_NAMES).sort());
  });

  it('take an empty number as not set', () => {
    expect(readSettings({ ...REQUIRED, DAILY_QUOTA: '' }).dailyQuota).toBe(50_000);
  });

  it('ignore variables of other programs', () => {
    expect(readSettings({ ...REQUIRED, PATH: '/bin', AWS_REGION: 'us-east-1' }).dailyQuota).toBe(50_000);
  });

  it.each([
    ['https://123-ABC-456.mktorest.com', 'https://123-abc-456.mktorest.com'],
    ['https://123-ABC-456.mktorest.com/', 'https://123-abc-456.mktorest.com'],
    ['https://123-ABC-456.mktorest.com/rest', 'https://123-abc-456.mktorest.com'],
    ['https://123-ABC-456.mktorest.com/rest/', 'https://123-abc-456.mktorest.com'],
    ['HTTPS://123-abc-456.mktorest.com:443', 'https://123-abc-456.mktorest.com'],
    ['https://123-abc-456.MktoRest.com:8443', 'https://123-abc-456.mktorest.com:8443'],
    ['https://localhost:8443', 'https://localhost:8443'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['http://localhost:4000/', 'http://localhost:4000'],
    ['http://[::1]:4000', 'http://[::1]:4000'],
  ])('accept the base URL %s', (text, expected) => {
    expect(readSettings({ ...REQUIRED, MARKETO_BASE_URL: text }).marketoBaseUrl).toBe(expected);
  });

  it('accept a host outside Marketo where they are told to', () => {
    const env = { ...REQUIRED, MARKETO_BASE_URL: 'https://proxy.example.com:8443/rest', ALLOW_OTHER_HOSTS: 'true' };
    expect(readSettings(env)).toMatchObject({
      marketoBaseUrl: 'https://proxy.example.com:8443',
      allowOtherHosts: true,
    });
  });

  const numbers = Object.entries(NUMBER_BOUNDS).flatMap(([key, bounds]) => [
    [key, bounds.min] as const,
    [key, bounds.max] as const,
  ]);
  it.each(numbers)('accept %s at its bound %d', (key, value) => {
    const name = SETTING_NAMES[key as keyof typeof NUMBER_BOUNDS];
    const env = { ...REQUIRED, DAILY_QUOTA: String(NUMBER_BOUNDS.dailyQuota.max), [name]: String(value) };
    expect(readSettings(env)).toMatchObject({ [key]: value });
  });

  it('name a unit of isolation that there is not', () => {
    expect(() => readSettings({ ...REQUIRED, ISOLATE: 'field' })).toThrow(
      'ISOLATE is "field": give "record" or "message"',
    );
    expect(readSettings({ ...REQUIRED, ISOLATE: 'message' }).isolate).toBe('message');
    expect(() => readSettings({ ...REQUIRED, ORDER: 'all' })).toThrow('ORDER is "all": give "key" or "none"');
    expect(readSettings({ ...REQUIRED, ORDER: 'none' }).order).toBe('none');
  });

  it('refuse a reserve that leaves nothing of the day', () => {
    const env = { ...REQUIRED, DAILY_QUOTA: '100', DAILY_QUOTA_RESERVE: '100' };
    expect(() => readSettings(env)).toThrow('DAILY_QUOTA_RESERVE is 100 of a quota of 100: nothing would be left');
  });

  it.each(['UTC', 'Europe/Berlin', 'America/Los_Angeles'])('accept the time zone %s', (zone) => {
    expect(readSettings({ ...REQUIRED, QUOTA_TIME_ZONE: zone }).quotaTimeZone).toBe(zone);
  });

  it('accept a queue URL of an emulator and the ARN of a secret', () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:marketo-AbCdEf';
    const url = 'http://127.0.0.1:9324/000000000000/relay';
    expect(readSettings({ ...REQUIRED, QUEUE_URL: url, MARKETO_SECRET_ID: arn })).toMatchObject({
      queueUrl: url,
      marketoSecretId: arn,
    });
  });
});

describe('settings that cannot be used', () => {
  it('are all named in one error', () => {
    const error = failure({ RATE_LIMIT_CALLS: 'many', QUOTA_TIME_ZONE: 'Mars/Olympus' });
    expect(error.name).toBe('SettingsError');
    expect(error.problems.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(REQUIRED), 'QUOTA_TIME_ZONE', 'RATE_LIMIT_CALLS'].sort(),
    );
    for (const { name, problem } of error.problems) expect(error.message).toContain(`- ${name} ${problem}.`);
  });

  it.each(Object.keys(REQUIRED))('say that %s is missing, and what to set', (name) => {
    expect(problemOf(name, undefined)).toMatch(/^is missing: set it to /);
    expect(problemOf(name, '')).toMatch(/^is missing: set it to /);
  });

  it.each(['0', '-1', '1.5', '5.0', '1e3', '0x10', ' 5', '5O', 'Infinity', '201', '9'.repeat(16)])(
    'show the number %j and the range',
    (text) => {
      expect(problemOf('RATE_LIMIT_CALLS', text)).toBe(`is ${JSON.stringify(text)}: give a whole number from 1 to 200`);
    },
  );

  const outside = Object.entries(NUMBER_BOUNDS).flatMap(([key, bounds]) => [
    [key, bounds.min - 1] as const,
    [key, bounds.max + 1] as const,
  ]);
  it.each(outside)('include %s just outside its bounds: %d', (key, value) => {
    const name = SETTING_NAMES[key as keyof typeof NUMBER_BOUNDS];
    expect(problemOf(name, String(value))).toContain('give a whole number from');
  });

  it.each([
    ['123-ABC-456.mktorest.com', 'is "123-ABC-456.mktorest.com": give the address'],
    ['https://', 'is "https://": give the address'],
    ['https:123-ABC-456.mktorest.com', 'give the address'],
    ['https://123 456.mktorest.com', 'give the address'],
    ['https://evil.example\\.mktorest.com', 'give the address'],
    ['ftp://123-ABC-456.mktorest.com', 'give the address'],
    ['http://123-ABC-456.mktorest.com', 'use https'],
    ['http://127.0.0.1.example.com', 'use https'],
    ['https://123-ABC-456.mktorest.com/identity', 'leave out the path'],
    ['https://123-ABC-456.mktorest.com/rest/v1', 'leave out the path'],
    ['https://123-ABC-456.mktorest.com//', 'leave out the path'],
    ['https://proxy.example.com:8443', 'or allow other hosts with ALLOW_OTHER_HOSTS=true'],
    ['https://mktorest.com', 'outside *.mktorest.com'],
    ['https://123-ABC-456.mktorest.com.evil.example', 'outside *.mktorest.com'],
    ['https://123-ABC-456-mktorest.com', 'outside *.mktorest.com'],
    ['https://x:99999', 'give the address'],
    ['https://256.1.1.1', 'give the address'],
    ['https://10.0.0.1', 'outside *.mktorest.com'],
  ])('include the base URL %j', (text, expected) => {
    expect(problemOf('MARKETO_BASE_URL', text)).toContain(expected);
  });

  it('include a switch that is neither on nor off', () => {
    expect(problemOf('ALLOW_OTHER_HOSTS', 'yes')).toBe('is "yes": give "true" or "false"');
  });

  it('include http to another host, whatever the switch says', () => {
    const { problems } = failure({
      ...REQUIRED,
      MARKETO_BASE_URL: 'http://proxy.example.com',
      ALLOW_OTHER_HOSTS: 'true',
    });
    expect(problems.map(({ problem }) => problem).join()).toContain('use https');
  });

  it.each(['-06:00', '+05:30', 'CST', 'Central', 'America/Chicag', 'America/Chicago '])(
    'include the time zone %j',
    (zone) => {
      expect(problemOf('QUOTA_TIME_ZONE', zone)).toContain(`is ${JSON.stringify(zone)}: give an IANA time zone name`);
    },
  );

  it.each([
    ['QUEUE_URL', 'relay'],
    ['QUEUE_URL', 'arn:aws:sqs:us-east-1:123456789012:relay'],
    ['DEAD_LETTER_QUEUE_URL', 'https://sqs.us-east-1.amazonaws.com'],
    ['LEDGER_TABLE_NAME', 'my table'],
    ['LEDGER_TABLE_NAME', 'ab'],
    ['OVERFLOW_BUCKET_NAME', 'Upper_Case'],
    ['OVERFLOW_BUCKET_NAME', '-ab'],
  ])('show the bad value of %s: %s', (name, value) => {
    expect(problemOf(name, value)).toContain(JSON.stringify(value));
  });

  it('include a backfill queue that is the live one', () => {
    const { problems } = failure({ ...REQUIRED, BACKFILL_QUEUE_URL: REQUIRED.QUEUE_URL });
    expect(problems).toEqual([
      { name: 'BACKFILL_QUEUE_URL', problem: 'is the queue or the dead-letter queue: give one of its own' },
    ]);
  });

  it('include one queue given twice', () => {
    const { problems } = failure({ ...REQUIRED, DEAD_LETTER_QUEUE_URL: REQUIRED.QUEUE_URL });
    expect(problems).toEqual([
      { name: 'DEAD_LETTER_QUEUE_URL', problem: 'is the same queue as QUEUE_URL: give two queues' },
    ]);
  });

  const TAINT = 'Hq7sZ0pXw3KcVb9nRt5yLmA2eDfG8jU4';
  it.each([
    ['MARKETO_BASE_URL', `https://user:${TAINT}@123-ABC-456.mktorest.com`],
    ['MARKETO_BASE_URL', `https://123-ABC-456.mktorest.com/identity/oauth/token?client_secret=${TAINT}`],
    ['MARKETO_BASE_URL', `https://123-ABC-456.mktorest.com/#${TAINT}`],
    ['MARKETO_BASE_URL', TAINT],
    ['MARKETO_SECRET_ID', `{"clientId":"a","clientSecret":"${TAINT}"}`],
    ['MARKETO_SECRET_ID', `secret value ${TAINT}`],
    ['QUEUE_URL', `https://user:${TAINT}@sqs.us-east-1.amazonaws.com/1/q`],
    ['DEAD_LETTER_QUEUE_URL', TAINT],
    ['QUEUE_URL', `{"clientSecret":"${TAINT}/."}`],
    ['RATE_LIMIT_CALLS', TAINT],
    ['QUOTA_TIME_ZONE', TAINT],
    ['LEDGER_TABLE_NAME', `${TAINT} ${TAINT}`],
  ])('never show what may be a secret in %s', (name, value) => {
    const error = failure({ ...REQUIRED, [name]: value });
    expect(error.message).toContain(name);
    expect(JSON.stringify([error.message, error.stack, error.problems])).not.toContain(TAINT);
  });
});
