import type { Stack } from 'aws-cdk-lib';
import { Aws, CfnRule, Fn, Token } from 'aws-cdk-lib';

/**
 * Holds what a stack is given to the stack's own region: a CloudWatch alarm tells no topic of another region, and Secrets
 * Manager answers for its own only. Where the region is not known before the deployment, CloudFormation checks it before
 * it creates anything.
 *
 * @returns what is wrong, as the end of a sentence that names the prop; undefined when nothing is known to be
 */
function requireSameRegion(stack: Stack, name: string, arn: string): string | undefined {
  const [, , , region = ''] = arn.split(':');
  if (!Token.isUnresolved(stack.region)) {
    return region === stack.region
      ? undefined
      : `is in ${region}, and the stack in ${stack.region}: give one of the stack's region`;
  }
  new CfnRule(stack, `${name.charAt(0).toUpperCase()}${name.slice(1)}Region`, {
    assertions: [
      {
        assert: Fn.conditionContains([region], Aws.REGION),
        assertDescription: `${name} is in ${region}: give one of the region that the stack is deployed to.`,
      },
    ],
  });
  return undefined;
}

export { requireSameRegion };
