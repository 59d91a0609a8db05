import { describe, it } from 'vitest';
import { describeRegister } from '../ledger/register-contract.ts';
import { dynamoUnderTest } from '../ledger/support/dynamo-under-test.ts';
import { absence, startDynamoDbLocal } from '../second-tier/dynamodb-local.ts';

const reason = absence();

if (reason === undefined) {
  describeRegister('the register in DynamoDB Local', async () => dynamoUnderTest(await startDynamoDbLocal()));
} else {
  describe('the register in DynamoDB Local', () => {
    it.skip(reason);
  });
}
