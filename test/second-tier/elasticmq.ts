import { LOOPBACK } from '../../lib/emulators/loopback.ts';
import { absenceOf, type JavaServer, type JavaServerOptions, startJavaServer } from './java-server.ts';

const ELASTICMQ: JavaServerOptions = {
  name: 'ElasticMQ',
  cachePrefix: 'elasticmq-',
  urlVariable: 'ELASTICMQ_URL',
  script: 'test/second-tier/elasticmq.sh',
  mainClass: 'org.elasticmq.server.Main',
  jvmOptions: (port) => {
    const settings = {
      'rest-sqs.bind-hostname': LOOPBACK,
      'rest-sqs.bind-port': port,
      // Queue URLs name this address.
      'node-address.host': LOOPBACK,
      'node-address.port': port,
      'rest-stats.enabled': 'false',
      'aws.region': 'us-east-1',
      'aws.accountId': '000000000000',
    };
    return Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  },
  probePath: '/?Action=ListQueues',
};

const absence = (): string | undefined => absenceOf(ELASTICMQ);
const startElasticMq = (): Promise<JavaServer> => startJavaServer(ELASTICMQ);

export { absence, startElasticMq };
