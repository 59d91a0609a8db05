import type { Stack } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { acknowledge } from './acknowledge.ts';
import { requireSameRegion } from './same-region.ts';

/** Who is told of the alarms of one severity. */
interface Recipients {
  /** Construct id of the topic that is made for the addresses. */
  readonly id: string;
  /** Name of the prop that holds the ARNs. */
  readonly arnsName: string;
  readonly topicArns: readonly string[];
  readonly emails: readonly string[];
}

/**
 * The topics that exist already, and one for the addresses: SNS asks each of them by mail to confirm, and tells nothing
 * before. It is not encrypted with a key: CloudWatch may not use the one that AWS manages, and an alarm's text holds no
 * secret.
 *
 * @param problems what is wrong is added here.
 */
function alarmTopics(stack: Stack, recipients: Recipients, problems: string[]): readonly ITopic[] {
  const { id, arnsName, topicArns, emails } = recipients;
  const existing = topicArns.map((arn, index) => {
    const nth = index === 0 ? '' : String(index + 1);
    const problem = requireSameRegion(stack, `${arnsName}${nth}`, arn);
    if (problem !== undefined) problems.push(`${arnsName} ${problem}`);
    return Topic.fromTopicArn(stack, `${id}${nth}`, arn);
  });
  if (emails.length === 0) return existing;
  const made = new Topic(stack, `${id}ByEmail`, { displayName: 'Marketo relay', enforceSSL: true });
  acknowledge(made, {
    'AwsSolutions-SNS2':
      'CloudWatch may not use the key that AWS manages, and the text of an alarm holds no secret and nothing of a message.',
    'Serverless-SNSRedrivePolicy':
      'A mail that cannot be delivered is of no use later, and SNS itself tries for hours.',
  });
  for (const email of emails) made.addSubscription(new EmailSubscription(email));
  return [...existing, made];
}

export { alarmTopics };
