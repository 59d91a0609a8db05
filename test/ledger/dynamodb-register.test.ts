import { describeRegister } from './register-contract.ts';
import { dynamoUnderTest } from './support/dynamo-under-test.ts';
import { startEmbeddedDynamo } from './support/embedded-dynamo.ts';

describeRegister('the register in embedded DynamoDB, with the item on a failed condition', async () =>
  dynamoUnderTest(await startEmbeddedDynamo(), 'withItem'),
);

describeRegister('the register in embedded DynamoDB, without it', async () =>
  dynamoUnderTest(await startEmbeddedDynamo(), 'withoutItem'),
);
