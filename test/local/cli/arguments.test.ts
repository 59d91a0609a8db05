import { describe, expect, it } from 'vitest';
import { type RunOptions, readArguments } from '../../../lib/local/cli/arguments.ts';
import { HELP } from '../../../lib/local/cli/command.ts';

const CREDENTIALS = { MARKETO_CLIENT_ID: 'id', MARKETO_CLIENT_SECRET: 'hush' };

function optionsOf(argv: readonly string[], env: Record<string, string> = {}): RunOptions {
  const parsed = readArguments(argv, env);
  if (parsed.kind !== 'run') throw new Error(JSON.stringify(parsed));
  return parsed.options;
}

function problemsOf(argv: readonly string[], env: Record<string, string> = {}): readonly string[] {
  const parsed = readArguments(argv, env);
  return parsed.kind === 'wrong' ? parsed.problems : [];
}

describe('no options at all', () => {
  it("run the examples against the fake with Marketo's own limits", () => {
    expect(optionsOf([])).toMatchObject({
      messagesPath: undefined,
      marketo: undefined,
      seed: 1,
      serve: false,
      json: false,
      rateLimitCalls: 100,
      maxConcurrentCalls: 10,
      timeLimitSeconds: 900,
      isolate: 'record',
    });
  });
});

describe('options', () => {
  it('are taken as given', () => {
    const argv =
      '--messages m.ndjson --seed 7 --json --rate-limit 30 --max-concurrent 3 --time-limit 60 --isolate message --verbose';

    expect(optionsOf(argv.split(' '))).toMatchObject({
      messagesPath: 'm.ndjson',
      seed: 7,
      json: true,
      rateLimitCalls: 30,
      maxConcurrentCalls: 3,
      timeLimitSeconds: 60,
      isolate: 'message',
      verbose: true,
    });
  });

  it('say which operations are allowed', () => {
    expect(optionsOf([]).allowedOperations).toBe('*');
    expect(optionsOf(['--allowed-operations', 'get*']).allowedOperations).toBe('get*');
    expect(problemsOf(['--allowed-operations', 'syncleads'])).toEqual([
      expect.stringContaining('--allowed-operations has "syncleads", and no operation has such a name (syncLeads has)'),
    ]);
  });

  it('for a serving relay name five ports by the first, or each', () => {
    expect(optionsOf(['--serve', '--port', '4700']).ports).toEqual({
      page: 4700,
      sqs: 4701,
      dynamodb: 4702,
      secrets: 4703,
      marketo: 4704,
    });
    expect(optionsOf(['--serve', '--port', 'sqs=9324', '--port', 'page=8080', '--state', 's'])).toMatchObject({
      ports: { sqs: 9324, page: 8080 },
      statePath: 's',
    });
  });

  it('for a real Marketo come with the share that Adobe advises and a secret that cannot be printed', () => {
    const options = optionsOf(['--marketo', 'https://123-ABC-456.mktorest.com/rest', '--messages', 'm'], CREDENTIALS);

    expect(options).toMatchObject({ rateLimitCalls: 50, maxConcurrentCalls: 5 });
    expect(options.marketo?.baseUrl).toBe('https://123-abc-456.mktorest.com');
    expect(options.marketo?.clientSecret.reveal()).toBe('hush');
    expect(JSON.stringify(options)).not.toContain('hush');
  });

  it.each([['--help'], ['-h']])('%s asks for help', (flag) => {
    expect(readArguments([flag, '--seed', 'x'], {}).kind).toBe('help');
  });

  it('are all in the help', () => {
    for (const name of [
      'messages',
      'marketo',
      'seed',
      'serve',
      'json',
      'rate-limit',
      'max-concurrent',
      'time-limit',
      'isolate',
      'port',
      'state',
    ]) {
      expect(HELP).toContain(`--${name}`);
    }
  });
});

describe('wrong options', () => {
  it.each([
    [['--sed', '7'], '--sed'],
    [['--seed'], 'seed'],
    [['--seed', 'x'], '--seed is "x"'],
    [['--seed', '1.5'], '--seed is "1.5"'],
    [['--seed=-1'], '--seed is "-1"'],
    [['--rate-limit', '0'], '--rate-limit is "0", and must be a whole number from 1 to 200'],
    [['--max-concurrent', '101'], '--max-concurrent is "101"'],
    [['--isolate', 'field'], '--isolate is "field": give "record" or "message"'],
    [['--json=yes'], 'json'],
    [['messages.ndjson'], 'messages.ndjson'],
  ])('%j are named: %s', (argv, name) => {
    expect(problemsOf(argv).join('\n')).toContain(name);
  });

  it('say what was meant', () => {
    expect(problemsOf(['--mesages', 'm.ndjson'])[0]).toContain('Did you mean --messages?');
    expect(problemsOf(['m.ndjson'])[0]).toContain('--messages m.ndjson');
  });

  it.each([
    [['--messages', 'a', '--messages', 'b'], '--messages is given 2 times'],
    [['--log-file', 'a', '--log-file', 'b'], '--log-file is given 2 times'],
    [['--port', '4700'], '--port needs --serve'],
    [['--serve', '--port', '0'], '--port is "0"'],
    [['--serve', '--port', '65535'], '--port is "65535", and must be a number from 1 to 65531'],
    [['--serve', '--port', 'smtp=25'], '--port is "smtp=25"'],
    [['--serve', '--port', 'sqs=4700', '--port', '4700'], '--port gives sqs twice'],
    [['--serve', '--port', 'sqs=4700', '--port', 'page=4700'], 'one port to two parts'],
  ])('include %j: %s', (argv, problem) => {
    expect(problemsOf(argv).join()).toContain(problem);
  });

  it('are all reported at once', () => {
    expect(problemsOf(['--seed', 'x', '--rate-limit', 'y'])).toHaveLength(2);
  });

  it('include a real Marketo without credentials, naming what is missing', () => {
    const argv = ['--marketo', 'https://a.mktorest.com', '--messages', 'm'];

    expect(problemsOf(argv)).toEqual([
      '--marketo needs MARKETO_CLIENT_ID and MARKETO_CLIENT_SECRET in the environment',
    ]);
    expect(problemsOf(argv, { MARKETO_CLIENT_ID: 'id', MARKETO_CLIENT_SECRET: '' })).toEqual([
      '--marketo needs MARKETO_CLIENT_SECRET in the environment',
    ]);
  });

  it.each([['http://a.mktorest.com'], ['a.mktorest.com'], ['https://a.mktorest.com/identity']])(
    'include the address %s',
    (address) => {
      expect(problemsOf(['--marketo', address, '--messages', 'm'], CREDENTIALS)).toHaveLength(1);
    },
  );

  it('include the examples for a real Marketo, where they would create people', () => {
    expect(problemsOf(['--marketo', 'https://a.mktorest.com'], CREDENTIALS)[0]).toContain('--messages FILE');
  });
});
