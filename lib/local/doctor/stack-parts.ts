import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { RelayTarget } from '../target/target.ts';

/** A resource of the stack, by the name that AWS knows it by. */
interface StackPart {
  readonly type: string;
  readonly name: string;
}

/** A page has a hundred resources (CloudFormation: ListStackResources); a relay has about sixty. */
const MAX_PAGES = 10;

/** Every resource of the stack; none of a local relay. */
async function stackParts({ clients, name }: RelayTarget): Promise<readonly StackPart[]> {
  const parts: StackPart[] = [];
  let next: string | undefined;
  for (let page = 0; page < MAX_PAGES && clients.cloudFormation !== undefined; page += 1) {
    const { StackResourceSummaries = [], NextToken } = await clients.cloudFormation.send(
      new ListStackResourcesCommand({ StackName: name, ...(next === undefined ? {} : { NextToken: next }) }),
    );
    for (const { ResourceType = '', PhysicalResourceId = '' } of StackResourceSummaries) {
      if (PhysicalResourceId !== '') parts.push({ type: ResourceType, name: PhysicalResourceId });
    }
    next = NextToken;
    if (next === undefined) break;
  }
  return parts;
}

function namesOf(parts: readonly StackPart[], type: string): readonly string[] {
  return parts.filter((part) => part.type === type).map(({ name }) => name);
}

export type { StackPart };
export { namesOf, stackParts };
