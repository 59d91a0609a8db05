import * as cdk from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Rules of cdk-nag's packs, each with why it does not hold for a resource. */
type Reasons = Readonly<Record<string, string>>;

/**
 * Acknowledges what cdk-nag's AwsSolutions and Serverless packs say of a resource, so that whoever runs them over an app with a relay
 * in it finds nothing left to explain. With a CDK from before this was possible (2.257) it does nothing, as cdk-nag does then.
 *
 * @param scope the resource, or what it is part of: as narrow as possible.
 */
function acknowledge(scope: IConstruct, reasons: Reasons): void {
  const { Validations } = cdk as Partial<Pick<typeof cdk, 'Validations'>>;
  Validations?.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

export { acknowledge };
