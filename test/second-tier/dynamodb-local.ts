import { absenceOf, type JavaServer, type JavaServerOptions, startJavaServer } from './java-server.ts';

const DYNAMODB_LOCAL: JavaServerOptions = {
  name: 'DynamoDB Local',
  cachePrefix: 'dynamodb-local-',
  urlVariable: 'DYNAMODB_LOCAL_URL',
  script: 'test/second-tier/dynamodb-local.sh',
  mainClass: 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner',
  jvmOptions: (_port, jarFolder) => [`-Djava.library.path=${jarFolder}`, '-DDDB_LOCAL_TELEMETRY=0'],
  programOptions: (port) => ['-inMemory', '-disableTelemetry', '-port', String(port)],
  probePath: '/',
};

const absence = (): string | undefined => absenceOf(DYNAMODB_LOCAL);
const startDynamoDbLocal = (): Promise<JavaServer> => startJavaServer(DYNAMODB_LOCAL);

export { absence, startDynamoDbLocal };
