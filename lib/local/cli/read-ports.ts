/** Ports in the order in which they follow the one that `--port N` names. */
const PORT_NAMES = ['page', 'sqs', 'dynamodb', 'secrets', 'marketo'] as const;

type PortName = 'page' | 'sqs' | 'dynamodb' | 'secrets' | 'marketo';

/** Chosen ports; the others are free ones. */
type ServePorts = { readonly [Name in PortName]?: number };

const MAX_PORT = 65_535;

/** `4700`, or `sqs=9324`. */
function readPorts(given: readonly string[], problems: string[]): ServePorts {
  const ports: { -readonly [Name in keyof ServePorts]: ServePorts[Name] } = {};
  const put = (name: PortName, port: number): void => {
    if (ports[name] !== undefined) problems.push(`--port gives ${name} twice: ${ports[name]} and ${port}`);
    ports[name] = port;
  };
  for (const text of given) {
    const [, name, digits = ''] = /^(?:([a-z]+)=)?(\d{1,5})$/.exec(text) ?? [];
    const port = Number(digits);
    const known = PORT_NAMES.find((each) => each === name);
    const most = MAX_PORT - (name === undefined ? PORT_NAMES.length - 1 : 0);
    if (digits === '' || port < 1 || port > most || (name !== undefined && known === undefined)) {
      problems.push(
        `--port is "${text}", and must be a number from 1 to ${most}, or one of ${PORT_NAMES.join(', ')} as sqs=9324`,
      );
    } else if (known !== undefined) put(known, port);
    else for (const [index, each] of PORT_NAMES.entries()) put(each, port + index);
  }
  const taken = Object.values(ports);
  if (new Set(taken).size < taken.length) problems.push('--port gives one port to two parts');
  return ports;
}

export type { PortName, ServePorts };
export { MAX_PORT, PORT_NAMES, readPorts };
