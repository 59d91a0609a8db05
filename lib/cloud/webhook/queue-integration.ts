import { AwsIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { WebhookForm } from '../../webhook/form.ts';
import { FORM_TYPE, JSON_TYPE } from '../../webhook/receive.ts';
import { RETRY_AFTER } from './answers.ts';
import { acceptedTemplate, formTemplate, messageTemplate, refusalTemplate } from './templates.ts';

/**
 * Straight into the queue. The role may send messages and nothing else. A request of another content type is refused (415),
 * since it would pass neither the check of the schema nor a template.
 *
 * @param form - none: what is posted is a message
 */
function queueIntegration(queue: IQueue, role: Role, form?: WebhookForm): AwsIntegration {
  const template = form === undefined ? messageTemplate() : formTemplate(form);
  const json = (text: string) => ({ responseTemplates: { [JSON_TYPE]: text } });
  return new AwsIntegration({
    service: 'sqs',
    region: queue.env.region,
    path: `${queue.env.account}/${queue.queueName}`,
    integrationHttpMethod: 'POST',
    options: {
      credentialsRole: role,
      passthroughBehavior: PassthroughBehavior.NEVER,
      requestParameters: { 'integration.request.header.Content-Type': `'${FORM_TYPE}'` },
      requestTemplates: { [form === undefined ? JSON_TYPE : FORM_TYPE]: template },
      integrationResponses: [
        {
          statusCode: '202',
          selectionPattern: '200',
          ...json(acceptedTemplate(form === undefined ? 'message' : 'form')),
        },
        { statusCode: '400', selectionPattern: '400', ...json(refusalTemplate(form)) },
        // The default: no permission, no queue, throttled, not reached. None of it is the sender's fault.
        {
          statusCode: '503',
          ...json('{"problems":[{"path":"","expected":"a queue that answers: send it again, under the same id"}]}'),
          responseParameters: { 'method.response.header.Retry-After': RETRY_AFTER },
        },
      ],
    },
  });
}

/** What {@link queueIntegration} answers, for the method. */
const QUEUE_ANSWERS = [
  { statusCode: '202' },
  { statusCode: '400' },
  { statusCode: '413' },
  { statusCode: '503', responseParameters: { 'method.response.header.Retry-After': true } },
];

export { QUEUE_ANSWERS, queueIntegration };
