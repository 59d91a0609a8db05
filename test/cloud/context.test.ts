import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PROJECT_ROOT } from '../../lib/cloud/bundle.ts';
import { ConfigurationError } from '../../lib/cloud/configuration-error.ts';
import { contextNames, readContext, unknownContextNames } from '../../lib/cloud/context.ts';
import { nameMeant } from '../../lib/cloud/context-names.ts';

function problemsOf(context: Record<string, unknown>): readonly string[] {
  try {
    readContext(context);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('the context was accepted');
}

describe('the context', () => {
  it('may be empty', () => {
    expect(readContext({ 'aws:cdk:enable-path-metadata': true })).toEqual({});
  });

  it('gives every prop, as texts from the command line or numbers from cdk.json', () => {
    const context = {
      marketoBaseUrl: 'https://123-ABC-456.mktorest.com/rest',
      secretName: 'marketo/credentials',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call',
      quotaTimeZone: 'America/New_York',
      stackName: 'relay-eu',
      logLevel: 'DEBUG',
      secretKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/mrk-0123',
      encryptionKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/mrk-4567',
      tracing: false,
      logBodies: 'false',
      allowedOperations: 'syncLeads, get*',
      logRetention: '90',
      removalPolicy: 'destroy',
      rateLimitCalls: '30',
      maxConcurrency: 4,
      gatherSeconds: 0,
      gatherMessages: '10',
    };
    expect(readContext(context)).toEqual({
      marketoBaseUrl: 'https://123-abc-456.mktorest.com',
      secretName: 'marketo/credentials',
      alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call',
      quotaTimeZone: 'America/New_York',
      stackName: 'relay-eu',
      logLevel: 'DEBUG',
      secretKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/mrk-0123',
      encryptionKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/mrk-4567',
      tracing: false,
      logBodies: false,
      allowedOperations: ['syncLeads', 'get*'],
      logRetention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
      rateLimitCalls: 30,
      maxConcurrency: 4,
      gatherSeconds: 0,
      gatherMessages: 10,
    });
  });

  it.each([
    ['rateLimitCalls', 'abc', 'is "abc": give a whole number from 1 to 200'],
    ['rateLimitCalls', 2.5, 'is "2.5": give a whole number from 1 to 200'],
    ['rateLimitCalls', '', 'is "": give a whole number from 1 to 200'],
    ['rateLimitCalls', true, 'is "true": give a whole number from 1 to 200'],
    ['gatherSeconds', '301', 'is "301": give a whole number from 0 to 300'],
    ['maxConcurrency', '1', 'is "1": give a whole number from 2 to 1000'],
    ['marketoBaseUrl', 'http://localhost:4000', 'give the https address'],
    ['marketoBaseUrl', 'mktorest', 'is "mktorest": give the address'],
    ['marketoBaseUrl', ['a'], 'give a text or a number'],
    ['quotaTimeZone', 'CST', 'is "CST": give an IANA time zone name'],
    ['stackName', 'my stack', 'is "my stack": give a letter followed by'],
    ['logRetention', '8', 'is "8": give a number of days that CloudWatch Logs knows: 1, 3, 5, 7,'],
    ['logRetention', 'ONE_WEEK', 'is "ONE_WEEK": give a number of days'],
    ['removalPolicy', 'constructor', 'is "constructor": give "retain" or "destroy"'],
    ['alarmTopicArn', 'on-call', 'is "on-call": give the ARN of a standard SNS topic'],
    ['alarmTopicArn', 'arn:aws:sns:eu-west-1:123456789012:a,b', 'is "b": give the ARN'],
    ['alarmEmail', 'on-call', 'is "on-call": give a mail address'],
    ['fileBuckets', 'Files', 'is "Files": give the name of a bucket'],
    ['warningEmail', 'a@example.com,', 'is "": give a mail address'],
    ['runbookUrl', 'https://example.com/#top', 'without a fragment'],
    ['secretName', '{"clientSecret":"x"}', 'its value is not shown here'],
    ['secretName', 'arn:aws:ssm:eu-west-1:123456789012:parameter/marketo', 'its value is not shown here'],
    ['secretKeyArn', 'alias/marketo', 'is "alias/marketo": give the ARN of a KMS key'],
    ['logBodies', 'no', 'is "no": give "true" or "false"'],
    ['allowedOperations', 'syncleads', 'has "syncleads", and no operation has such a name (syncLeads has)'],
    ['logLevel', 'debug', 'is "debug": give one of DEBUG, INFO, WARN, ERROR'],
    ['isolate', 'records', 'is "records": give "record" or "message"'],
    ['allowOtherHosts', 'yes', 'is "yes": give "true" or "false"'],
    ['marketoBaseUrl', 'https://marketo.example.com', 'or allow other hosts with allowOtherHosts=true'],
    ['marketoBaseUrl', 'https://123-ABC-456.mktorest.com.example.com', 'outside *.mktorest.com'],
    ['marketoBaseUrl', 'https://123-ABC-456.mktorest.com:99999', 'give the address'],
  ])('refuses %s = %j', (name, value, expected) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(`${name} `)).toBe(true);
    expect(problems[0]).toContain(expected);
  });

  it('takes several to tell, with commas between them', () => {
    expect(readContext({ fileBuckets: 'files-a,files-b' })).toEqual({ fileBuckets: ['files-a', 'files-b'] });
    expect(readContext({ alarmEmail: 'a@example.com, b@example.com', warningEmail: 'c@example.com' })).toEqual({
      alarmEmail: ['a@example.com', 'b@example.com'],
      warningEmail: 'c@example.com',
    });
  });

  it('is refused with all its problems at once', () => {
    expect(problemsOf({ rateLimitCalls: 'x', dailyQuota: 'y', stackName: '1' })).toHaveLength(3);
  });

  it('takes another host where it is told to, by a text or a boolean', () => {
    const marketoBaseUrl = 'https://marketo.example.com:8443/rest';
    for (const allowOtherHosts of ['true', true]) {
      expect(readContext({ marketoBaseUrl, allowOtherHosts })).toEqual({
        marketoBaseUrl: 'https://marketo.example.com:8443',
        allowOtherHosts: true,
      });
    }
  });

  it.each([
    ['RateLimitCalls', 'rateLimitCalls'],
    ['ratelimitcalls', 'rateLimitCalls'],
    ['RATE_LIMIT_CALLS', 'rateLimitCalls'],
    ['rate-limit-calls', 'rateLimitCalls'],
    ['rate_limit_calls', 'rateLimitCalls'],
    ['rateLimitCall', 'rateLimitCalls'],
    ['alarm-topic-arn', 'alarmTopicArn'],
    ['secretname', 'secretName'],
    ['marketoBaseURL', 'marketoBaseUrl'],
    ['removal.policy', 'removalPolicy'],
    ['maxConcurency', 'maxConcurrency'],
  ])('refuses the name %s, and says that %s is meant', (given, meant) => {
    expect(problemsOf({ [given]: '1' })).toEqual([`"${given}" is not a name that the relay knows: write ${meant}`]);
  });

  it('knows which names it does not know, and leaves those of CDK alone', () => {
    const context = {
      dashboards: '1',
      'on-call': 'me',
      rateLimitCalls: '1',
      '@aws-cdk/core:flag': true,
      'aws:cdk:x': 1,
      'availability-zones:account=1:region=eu-west-1': [],
      'acknowledged-issue-numbers': [1],
      'cli-telemetry': false,
    };
    expect(readContext(context)).toEqual({ rateLimitCalls: 1 });
    expect(unknownContextNames(context)).toEqual(['dashboards', 'on-call']);
  });

  it('has no two names of which one could be taken for the other', () => {
    for (const name of contextNames()) expect(nameMeant(name.toUpperCase(), contextNames())).toBe(name);
  });
});

describe('the app', () => {
  it('ends with the problems of its context, and without a stack trace', async () => {
    const assembly = mkdtempSync(join(tmpdir(), 'relay-assembly-'));
    onTestFinished(() => rmSync(assembly, { recursive: true, force: true }));
    const run = promisify(execFile)(process.execPath, ['bin/app.mts'], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify({ dailyQuota: 'lots' }) },
    });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr:
        'The context (-c NAME=VALUE, or cdk.json) cannot be used:\n' +
        '- dailyQuota is "lots": give a whole number from 1 to 100000000.\n',
    });
  });
});
