import { describe, it } from 'vitest';
import { absence, startDynamoDbLocal } from '../second-tier/dynamodb-local.ts';
import { describeRegister } from './register-contract.ts';
import { dynamoUnderTest } from './support/dynamo-under-test.ts';

const reason = absence();

if (reason === undefined) {
  describeRegister('the register in DynamoDB Local', async () => dynamoUnderTest(await startDynamoDbLocal()));
} else {
  describe('the register in DynamoDB Local', () => {
    it.skip(reason);
  });
}
