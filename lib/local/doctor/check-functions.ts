import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import type { RelayTarget } from '../target/target.ts';
import { type Finding, type Known, known, LOCAL, ok, warning, wrong } from './finding.ts';
import { namesOf, type StackPart } from './stack-parts.ts';

interface FunctionSeen {
  readonly state: string;
  readonly why: string;
  readonly lastUpdate: string;
  readonly lastUpdateWhy: string;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
}

type FunctionsSeen = ReadonlyMap<string, Known<FunctionSeen>>;

/** A relay has three, and at most one for the deletion of its bucket. */
const MAX_FUNCTIONS = 20;

/** The delivery function and every other that the stack has, by name. */
async function readFunctions(
  { clients, functionName }: RelayTarget,
  parts: Known<readonly StackPart[]>,
): Promise<FunctionsSeen> {
  const { lambda } = clients;
  if (lambda === undefined || functionName === undefined) return new Map();
  const others = parts.ok ? namesOf(parts.value, 'AWS::Lambda::Function') : [];
  const names = [...new Set([functionName, ...others])].slice(0, MAX_FUNCTIONS);
  const read = (name: string): Promise<Known<FunctionSeen>> =>
    known({ what: `the function ${name}`, action: 'lambda:GetFunctionConfiguration' }, async () => {
      const seen = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
      return {
        state: seen.State ?? 'Active',
        why: seen.StateReason ?? '',
        lastUpdate: seen.LastUpdateStatus ?? 'Successful',
        lastUpdateWhy: seen.LastUpdateStatusReason ?? '',
        timeoutSeconds: seen.Timeout ?? 0,
        environment: seen.Environment?.Variables ?? {},
      };
    });
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

function checkFunctions({ kind }: RelayTarget, functions: FunctionsSeen): readonly Finding[] {
  if (kind === 'local') return [LOCAL];
  const findings = [...functions].flatMap(([name, seen]) => (seen.ok ? problemsOf(name, seen.value) : [seen.finding]));
  return findings.length > 0 ? findings : [ok(`active: ${[...functions.keys()].join(', ')}`)];
}

function problemsOf(name: string, { state, why, lastUpdate, lastUpdateWhy }: FunctionSeen): readonly Finding[] {
  return [
    ...(state === 'Failed'
      ? [wrong(`${name} has failed: ${why || 'Lambda gives no reason'}`, 'mend what Lambda names, then deploy again')]
      : []),
    // Lambda puts a function to sleep that nobody called for weeks; the next call wakes it, and fails.
    ...(state === 'Inactive' || state === 'Pending'
      ? [warning(`${name} is ${state.toLowerCase()}: ${why || 'Lambda gives no reason'}`, 'look again in some minutes')]
      : []),
    ...(lastUpdate === 'Failed'
      ? [
          wrong(
            `the last update of ${name} failed, and the one before still runs: ${lastUpdateWhy || 'Lambda gives no reason'}`,
            'mend what Lambda names, then deploy again',
          ),
        ]
      : []),
  ];
}

export type { FunctionSeen, FunctionsSeen };
export { checkFunctions, readFunctions };
