import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listenOnLoopback } from '../../../lib/emulators/loopback.ts';

interface Subscription {
  readonly endpoint: string;
  readonly isPending?: boolean;
}

interface AlarmState {
  readonly topics: readonly string[];
  readonly actionsEnabled?: boolean;
  readonly state?: 'OK' | 'ALARM';
}

/** What the services say; a test changes it. */
interface AwsWorld {
  outputs: Readonly<Record<string, string>>;
  /** Resources of the stack by physical id. */
  resources: readonly (readonly [type: string, id: string])[];
  alarms: Readonly<Record<string, AlarmState>>;
  /** By ARN; a topic that is not here does not exist. */
  topics: Readonly<Record<string, readonly Subscription[]>>;
  mapping: { readonly State: string; readonly LastProcessingResult?: string };
  functions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Actions that the caller has no permission for, such as `sns:ListSubscriptionsByTopic`. */
  denied: readonly string[];
}

interface AwsServices {
  readonly world: AwsWorld;
  /** The SDK's variables that lead to them. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
}

/** CloudFormation, CloudWatch, SNS and Lambda over HTTP, in as far as the command line asks them. Pages hold two entries. */
async function startAwsServices(world: AwsWorld): Promise<AwsServices> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { status = 200, type, body: text } = answerTo(request, body, world);
      response.writeHead(status, { 'content-type': type }).end(text);
    });
  });
  const url = await listenOnLoopback(server);
  const names = ['CLOUDFORMATION', 'CLOUDWATCH', 'SNS', 'LAMBDA'];
  return {
    world,
    environment: Object.fromEntries(names.map((name) => [`AWS_ENDPOINT_URL_${name}`, url])),
    stop: () => closeServer(server),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function answerTo(request: IncomingMessage, body: string, world: AwsWorld): Answer {
  const { url = '', headers } = request;
  if (String(headers['x-amz-target']).endsWith('.DescribeAlarms')) return describeAlarms(body, world);
  if (url.startsWith('/2015-03-31/event-source-mappings/')) {
    return unlessDenied('lambda:GetEventSourceMapping', world, () => json({ UUID: 'uuid', ...world.mapping }));
  }
  const [, functionName] = /^\/2015-03-31\/functions\/([^/]+)\/configuration/.exec(url) ?? [];
  if (functionName !== undefined) {
    return unlessDenied('lambda:GetFunctionConfiguration', world, () => {
      const found = world.functions[decodeURIComponent(functionName)];
      return found === undefined ? jsonError(404, 'ResourceNotFoundException') : json(found);
    });
  }
  const form = new URLSearchParams(body);
  switch (form.get('Action')) {
    case 'DescribeStacks':
      return describeStacks(form, world);
    case 'ListStackResources':
      return listStackResources(form, world);
    case 'ListSubscriptionsByTopic':
      return listSubscriptions(form, world);
    default:
      return jsonError(400, 'UnknownOperationException');
  }
}

function describeAlarms(body: string, world: AwsWorld): Answer {
  return unlessDenied('cloudwatch:DescribeAlarms', world, () => {
    const { AlarmNames = [] } = JSON.parse(body) as { AlarmNames?: string[] };
    const MetricAlarms = AlarmNames.flatMap((AlarmName) => {
      const alarm = world.alarms[AlarmName];
      if (alarm === undefined) return [];
      return [
        {
          AlarmName,
          AlarmDescription: `[page] A text. Runbook: docs/runbook.md#${AlarmName.toLowerCase()}`,
          AlarmActions: alarm.topics,
          ActionsEnabled: alarm.actionsEnabled ?? true,
          StateValue: alarm.state ?? 'OK',
          StateUpdatedTimestamp: 1_800_000_000,
        },
      ];
    });
    return json({ MetricAlarms }, 'application/x-amz-json-1.0');
  });
}

function describeStacks(form: URLSearchParams, world: AwsWorld): Answer {
  const name = form.get('StackName') ?? '';
  if (name !== 'Relay') return xmlError(400, 'ValidationError', `Stack with id ${name} does not exist`);
  const outputs = Object.entries(world.outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<StackName>Relay</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2027-01-01T00:00:00Z</CreationTime>`;
  return xml('DescribeStacks', `<Stacks><member>${stack}<Outputs>${outputs.join('')}</Outputs></member></Stacks>`);
}

function listStackResources(form: URLSearchParams, world: AwsWorld): Answer {
  return unlessDenied('cloudformation:ListStackResources', world, () => {
    const { entries, next } = pageOf(world.resources, form);
    const members = entries.map(
      ([type, id]) =>
        `<member><LogicalResourceId>x</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus><LastUpdatedTimestamp>2027-01-01T00:00:00Z</LastUpdatedTimestamp></member>`,
    );
    return xml('ListStackResources', `<StackResourceSummaries>${members.join('')}</StackResourceSummaries>${next}`);
  });
}

function listSubscriptions(form: URLSearchParams, world: AwsWorld): Answer {
  return unlessDenied('sns:ListSubscriptionsByTopic', world, () => {
    const found = world.topics[form.get('TopicArn') ?? ''];
    if (found === undefined) return xmlError(404, 'NotFound', 'Topic does not exist');
    const { entries, next } = pageOf(found, form);
    const members = entries.map(
      ({ endpoint, isPending }, index) =>
        `<member><SubscriptionArn>${isPending ? 'PendingConfirmation' : `arn:aws:sns:us-east-1:1:t:${index}`}</SubscriptionArn><Protocol>email</Protocol><Endpoint>${endpoint}</Endpoint></member>`,
    );
    return xml('ListSubscriptionsByTopic', `<Subscriptions>${members.join('')}</Subscriptions>${next}`);
  });
}

function pageOf<T>(all: readonly T[], form: URLSearchParams): { entries: readonly T[]; next: string } {
  const start = Number(form.get('NextToken') ?? 0);
  const end = start + 2;
  return { entries: all.slice(start, end), next: end < all.length ? `<NextToken>${end}</NextToken>` : '' };
}

function unlessDenied(action: string, world: AwsWorld, answer: () => Answer): Answer {
  if (!world.denied.includes(action)) return answer();
  const [service] = action.split(':');
  return service === 'lambda' || service === 'cloudwatch'
    ? jsonError(service === 'lambda' ? 403 : 400, 'AccessDeniedException')
    : xmlError(403, service === 'sns' ? 'AuthorizationError' : 'AccessDenied', 'not authorized');
}

function json(value: unknown, type = 'application/json'): Answer {
  return { type, body: JSON.stringify(value) };
}

function jsonError(status: number, name: string): Answer {
  return { status, type: 'application/json', body: JSON.stringify({ __type: name, code: name, message: `${name}.` }) };
}

function xml(action: string, result: string): Answer {
  const body = `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`;
  return { type: 'text/xml', body };
}

function xmlError(status: number, code: string, message: string): Answer {
  const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
  return { status, type: 'text/xml', body };
}

export type { AwsServices, AwsWorld };
export { startAwsServices };
