import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';

/** Seconds, as a header of its own has it. */
const RETRY_AFTER = "'30'";

/**
 * What API Gateway itself answers, in the form of the relay's own answers: `{"problems":[{"path":"","expected":"..."}]}`.
 * `$context.error.messageString` comes with its quotes, `$context.error.validationErrorString` without
 * (API Gateway: "Gateway response types", "Variables for data transformations").
 */
function shapeAnswers(api: RestApi): void {
  const known = (id: string, type: ResponseType, statusCode: string, expected: string): void => {
    api.addGatewayResponse(id, {
      type,
      statusCode,
      templates: { 'application/json': problems(JSON.stringify(expected)) },
      ...(statusCode === '429' || statusCode.startsWith('5')
        ? { responseHeaders: { 'Retry-After': RETRY_AFTER } }
        : {}),
    });
  };
  const CAUSE = '$context.error.validationErrorString';
  known('InvalidBody', ResponseType.BAD_REQUEST_BODY, '400', CAUSE);
  known('MissingHeader', ResponseType.BAD_REQUEST_PARAMETERS, '400', CAUSE);
  known(
    'StrangeType',
    ResponseType.UNSUPPORTED_MEDIA_TYPE,
    '415',
    'application/json at /messages, application/x-www-form-urlencoded at /forms',
  );
  known('TooLarge', ResponseType.REQUEST_TOO_LARGE, '413', 'at most 1 MiB: split the records');
  known('TooMany', ResponseType.THROTTLED, '429', 'fewer requests in a second: send it again later');
  known('TooManyOfKey', ResponseType.QUOTA_EXCEEDED, '429', 'fewer requests: send it again later');
  const others = '$context.error.messageString';
  api.addGatewayResponse('Refused', {
    type: ResponseType.DEFAULT_4XX,
    templates: { 'application/json': problems(others) },
  });
  api.addGatewayResponse('Failed', {
    type: ResponseType.DEFAULT_5XX,
    templates: { 'application/json': problems(others) },
    responseHeaders: { 'Retry-After': RETRY_AFTER },
  });
}

function problems(expected: string): string {
  return `{"problems":[{"path":"","expected":${expected}}]}`;
}

export { RETRY_AFTER, shapeAnswers };
