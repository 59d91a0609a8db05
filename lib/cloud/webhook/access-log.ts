import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';

/**
 * A line for each request: who asked for what, and what came of it. Without bodies, queries, headers and the value of a key;
 * the address of the sender stands in it (API Gateway: "Variables for access logging").
 */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    message: 'webhook request',
    requestId: '$context.requestId',
    time: '$context.requestTime',
    sourceIp: '$context.identity.sourceIp',
    apiKeyId: '$context.identity.apiKeyId',
    caller: '$context.identity.caller',
    method: '$context.httpMethod',
    resource: '$context.resourcePath',
    status: '$context.status',
    bytes: '$context.responseLength',
    integrationStatus: '$context.integration.integrationStatus',
    integrationLatencyMs: '$context.integration.latency',
    latencyMs: '$context.responseLatency',
    error: '$context.error.responseType',
  }),
);

export { ACCESS_LOG };
