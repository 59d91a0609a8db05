import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limitsOf } from '../../../lib/local/status/limits-of.ts';
import { readFeed, setMapping } from '../../../lib/local/target/mapping.ts';
import { OUTPUTS } from '../../../lib/local/target/stack-target.ts';
import { openTarget } from '../../../lib/local/target/target.ts';

const cloudFormation = mockClient(CloudFormationClient);
const lambda = mockClient(LambdaClient);
let folder: string;
beforeEach(async () => {
  cloudFormation.reset();
  lambda.reset();
  process.env.AWS_REGION ??= 'us-east-1';
  folder = await mkdtemp(join(tmpdir(), 'relay-target-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const outputs = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
const ALL = {
  ...Object.fromEntries(OUTPUTS.map((name) => [name, `the-${name}`])),
  MarketoBaseUrl: 'https://123-ABC-456.mktorest.com',
};
const stackOf = (values: Readonly<Record<string, string>>) =>
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [
      { StackName: 'Relay', CreationTime: new Date(), StackStatus: 'CREATE_COMPLETE', Outputs: outputs(values) },
    ],
  });

describe('a stack as target', () => {
  it('is what its outputs say', async () => {
    stackOf(ALL);
    const target = await openTarget({ stack: 'Relay', folder });
    target.close();
    expect(target).toMatchObject({
      kind: 'stack',
      name: 'Relay',
      queueUrl: 'the-QueueUrl',
      overflowBucketName: 'the-OverflowBucketName',
      subscription: '123-abc-456.mktorest.com',
      eventSourceMappingId: 'the-EventSourceMappingId',
    });
  });

  it('names every output that is missing', async () => {
    const { OverflowBucketName: _, EventSourceMappingId: __, ...rest } = ALL as Record<string, string>;
    stackOf(rest);
    await expect(openTarget({ stack: 'Relay', folder })).rejects.toThrow(
      'has no output OverflowBucketName, EventSourceMappingId: it is no relay, or one of an older version',
    );
  });

  it('that is not there says where to look', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(new Error('Stack with id Relay does not exist'));
    await expect(openTarget({ stack: 'Relay', folder })).rejects.toThrow('set AWS_PROFILE and AWS_REGION');
  });

  it('is paused by its event source mapping, and its limits are its own settings', async () => {
    stackOf(ALL);
    lambda.on(GetEventSourceMappingCommand).resolves({ State: 'Disabling' });
    lambda.on(GetFunctionConfigurationCommand).resolves({ Environment: { Variables: { RATE_LIMIT_CALLS: '80' } } });
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    const target = await openTarget({ stack: 'Relay', folder });

    await setMapping(target, false);
    const feed = await readFeed(target);
    target.close();

    expect(lambda.commandCalls(UpdateEventSourceMappingCommand)[0]?.args[0].input).toEqual({
      UUID: 'the-EventSourceMappingId',
      Enabled: false,
    });
    expect(feed.mapping).toBe('changing');
    expect(limitsOf(feed.settings)).toMatchObject({ windowCalls: 80, slots: 5 });
  });
});

it('tells what Lambda says of the last run of the function, where that is bad', async () => {
  stackOf(ALL);
  const target = await openTarget({ stack: 'Relay', folder });
  lambda.on(GetFunctionConfigurationCommand).resolves({});
  const feedOf = (LastProcessingResult: string) => {
    lambda.on(GetEventSourceMappingCommand).resolves({ State: 'Enabled', LastProcessingResult });
    return readFeed(target);
  };

  const failed = await feedOf('PROBLEM: Function call failed');
  const worked = await feedOf('OK');
  target.close();

  expect(failed.lastFailure).toBe('PROBLEM: Function call failed');
  expect(worked).not.toHaveProperty('lastFailure');
});

describe('a relay on this machine as target', () => {
  async function describeLocal(change: Readonly<Record<string, unknown>>): Promise<void> {
    const url = 'http://127.0.0.1:1';
    await mkdir(join(folder, '.marketo-relay'));
    const descriptor = {
      version: 1,
      pid: process.pid,
      queueUrl: `${url}/0/q`,
      deadLetterQueueUrl: `${url}/0/d`,
      ledgerTableName: 't',
      overflowBucketName: 'b',
      secretName: 's',
      baseUrl: url,
      subscription: '127.0.0.1:1',
      region: 'us-east-1',
      endpoints: { sqs: url, dynamodb: url, s3: url, secretsManager: url },
      controlUrl: url,
      controlToken: 'x',
      pageUrl: url,
      ...change,
    };
    await writeFile(join(folder, '.marketo-relay', 'local.json'), JSON.stringify(descriptor));
  }
  const open = () => openTarget({ local: true, folder });

  it('is what its file says', async () => {
    await describeLocal({ more: 'later versions say more' });
    const target = await open();
    target.close();
    expect(target).toMatchObject({
      kind: 'local',
      subscription: '127.0.0.1:1',
      control: { url: 'http://127.0.0.1:1' },
    });
  });

  it.each([
    ['nobody serves', undefined, 'start one with `npm start -- --serve`'],
    ['it has ended', { pid: 2_000_000_000 }, 'has ended (process 2000000000)'],
    [
      'the file is of another',
      { controlUrl: 'https://evil.example.com' },
      'is not what a serving relay writes (controlUrl)',
    ],
    ['the file is of another version', { version: 2 }, 'is not what a serving relay writes (version)'],
  ])('says so when %s', async (_, change, said) => {
    if (change !== undefined) await describeLocal(change);
    await expect(open()).rejects.toThrow(said);
  });
});

it('asks which relay is meant when none is named, or two', async () => {
  await expect(openTarget({ folder })).rejects.toThrow('which relay?');
  await expect(openTarget({ folder, stack: 'A', local: true })).rejects.toThrow('give one of them');
});
