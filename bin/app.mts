import { Annotations, App } from 'aws-cdk-lib';
import { ConfigurationError } from '../lib/cloud/configuration-error.ts';
import { contextNames, readContext, unknownContextNames } from '../lib/cloud/context.ts';
import { RELAY_STACK_ID, RelayStack } from '../lib/cloud/relay-stack.ts';

/** The CDK app: one stack, whose props come from the context. Synthesizes without any. */
function main(): void {
  const app = new App();
  const context = app.node.getAllContext();
  const stack = new RelayStack(app, RELAY_STACK_ID, readContext(context));
  for (const name of unknownContextNames(context)) {
    Annotations.of(stack).addWarningV2(
      `marketo-relay:unknownContext:${name}`,
      `The context value ${name} is not one that the relay knows, and is ignored. It knows: ${contextNames().join(', ')}.`,
    );
  }
  app.synth();
}

try {
  main();
} catch (error) {
  // What the user can put right needs no stack trace.
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
