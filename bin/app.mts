import { Annotations, App } from 'aws-cdk-lib';
import { ConfigurationError } from '../lib/cloud/configuration-error.ts';
import { contextNames, unknownContextNames } from '../lib/cloud/context.ts';
import { createStacks } from '../lib/cloud/subscriptions.ts';

/** The CDK app: one stack, whose props come from the context, or one for each subscription in it. Synthesizes without any. */
function main(): void {
  const app = new App();
  const context = app.node.getAllContext();
  const [stack] = createStacks(app, context);
  if (stack === undefined) throw new Error('the app has no stack');
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
