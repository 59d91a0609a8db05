import { describe, it } from 'vitest';
import { testArtifact } from '../artifact/suite.ts';
import * as dynamoDbLocal from './dynamodb-local.ts';
import * as elasticMq from './elasticmq.ts';

const reasons = [dynamoDbLocal.absence(), elasticMq.absence()].filter((reason) => reason !== undefined);

describe('the artifact over DynamoDB Local and ElasticMQ', () => {
  // Said in so many words: a suite that is absent would look like one that ran.
  if (reasons.length > 0) {
    it.skip(reasons.join('; '), () => undefined);
    return;
  }
  testArtifact(async () => {
    const [table, queues] = await Promise.all([dynamoDbLocal.startDynamoDbLocal(), elasticMq.startElasticMq()]);
    return {
      sqsUrl: queues.url,
      dynamodbUrl: table.url,
      stop: async () => {
        await Promise.all([table.stop(), queues.stop()]);
      },
    };
  });
});
