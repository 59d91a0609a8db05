import { describeRegister } from '../ledger/register-contract.ts';
import { dynamoUnderTest } from '../ledger/support/dynamo-under-test.ts';
import { startEmbeddedDynamo } from '../ledger/support/embedded-dynamo.ts';

describeRegister('the register in embedded DynamoDB, with the item on a failed condition', async () =>
  dynamoUnderTest(await startEmbeddedDynamo(), 'withItem'),
);

describeRegister('the register in embedded DynamoDB, without it', async () =>
  dynamoUnderTest(await startEmbeddedDynamo(), 'withoutItem'),
);
