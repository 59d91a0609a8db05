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
import { readContext, unknownContextNames } from '../../lib/cloud/context.ts';

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
      logRetention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
      rateLimitCalls: 30,
      maxConcurrency: 4,
      gatherSeconds: 0,
      gatherMessages: 10,
    });
  });

  it.each([
    ['rateLimitCalls', 'abc', 'is "abc": give a whole number from 1 to 1000'],
    ['rateLimitCalls', 2.5, 'is "2.5": give a whole number from 1 to 1000'],
    ['rateLimitCalls', '', 'is "": give a whole number from 1 to 1000'],
    ['rateLimitCalls', true, 'is "true": give a text or a number'],
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
    ['secretName', '{"clientSecret":"x"}', 'its value is not shown here'],
  ])('refuses %s = %j', (name, value, expected) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(`${name} `)).toBe(true);
    expect(problems[0]).toContain(expected);
  });

  it('is refused with all its problems at once', () => {
    expect(problemsOf({ rateLimitCalls: 'x', dailyQuota: 'y', stackName: '1' })).toHaveLength(3);
  });

  it('knows which names are most likely misspelt, and leaves those of CDK alone', () => {
    const context = { rateLimitCall: '1', rateLimitCalls: '1', '@aws-cdk/core:flag': true, 'aws:cdk:x': 1 };
    expect(unknownContextNames(context)).toEqual(['rateLimitCall']);
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
