import type { App } from 'aws-cdk-lib';
import type { Parsed } from '../settings/parse.ts';
import { accept, refuse, shown } from '../settings/parse.ts';
import { ConfigurationError } from './configuration-error.ts';
import { contextNames, readContext, SUBSCRIPTIONS_NAME } from './context.ts';
import { nameMeant } from './context-names.ts';
import { RELAY_STACK_ID, RelayStack, type RelayStackProps } from './relay-stack.ts';

type Context = Readonly<Record<string, unknown>>;

/** One stack of the app: its construct id, which is its name too unless a `stackName` is given, and its props. */
interface StackPlan {
  readonly id: string;
  readonly props: RelayStackProps;
}

/** What can only belong to one subscription. */
const NOT_SHARED = ['marketoBaseUrl', 'stackName', 'secretName', 'secretKeyArn'];
const NAME = 'name';
/** Far beyond what anybody has, and below what CloudFormation takes in an account (CloudFormation: quotas). */
const MAX_SUBSCRIPTIONS = 100;

/**
 * The stacks that a context asks for: one, or one for each entry of `subscriptions`. An entry has a `name`, a `marketoBaseUrl`, and
 * whatever else differs from the values beside the list, which hold for all.
 *
 * @throws {ConfigurationError} that lists every bad value, by its entry.
 * @example
 * planStacks({
 *   alarmEmail: 'on-call@example.com',
 *   subscriptions: [
 *     { name: 'eu', marketoBaseUrl: 'https://123-ABC-456.mktorest.com' },
 *     { name: 'us', marketoBaseUrl: 'https://789-DEF-012.mktorest.com', dailyQuota: 100000 },
 *   ],
 * }); // MarketoRelay-eu and MarketoRelay-us
 */
function planStacks(context: Context): readonly StackPlan[] {
  const { [SUBSCRIPTIONS_NAME]: given, ...shared } = context;
  if (given === undefined) return [{ id: RELAY_STACK_ID, props: readContext(context) }];
  const problems: string[] = [];
  const note = (place: string, read: () => RelayStackProps): RelayStackProps | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(...error.problems.map((problem) => `${place}${problem}`));
      return undefined;
    }
  };
  for (const name of NOT_SHARED.filter((one) => shared[one] !== undefined)) {
    problems.push(
      `${name} is given beside ${SUBSCRIPTIONS_NAME}, and belongs to one of them: give it in an entry of the list`,
    );
  }
  note('', () => readContext(shared));
  const entries = readEntries(given);
  if (!entries.ok) problems.push(`${SUBSCRIPTIONS_NAME} ${entries.problem}`);
  const plans: StackPlan[] = [];
  // What is wrong with the values for all is told once.
  for (const [index, entry] of (entries.ok && problems.length === 0 ? entries.value : []).entries()) {
    const { [NAME]: name, ...own } = entry;
    const place = `${SUBSCRIPTIONS_NAME}[${index}]: `;
    problems.push(...entryProblems(entry, plans).map((problem) => `${place}${problem}`));
    const props = note(place, () => readContext({ ...shared, ...own }));
    if (props !== undefined) plans.push({ id: `${RELAY_STACK_ID}-${name}`, props });
  }
  if (problems.length > 0) {
    throw new ConfigurationError('The context (-c NAME=VALUE, or cdk.json) cannot be used', problems);
  }
  return plans;
}

/** `-c` gives the list as a text, `cdk.json` as it is. */
function readEntries(given: unknown): Parsed<readonly Context[]> {
  const remedy = 'give a list such as [{"name":"eu","marketoBaseUrl":"https://123-ABC-456.mktorest.com"}]';
  let value = given;
  if (typeof given === 'string') {
    try {
      value = JSON.parse(given);
    } catch {
      return refuse(`is no JSON: ${remedy}`);
    }
  }
  if (!Array.isArray(value) || value.length === 0) return refuse(`is ${shown(JSON.stringify(value), 60)}: ${remedy}`);
  if (value.length > MAX_SUBSCRIPTIONS) return refuse(`has ${value.length} entries: give at most ${MAX_SUBSCRIPTIONS}`);
  const odd = value.find((entry) => typeof entry !== 'object' || entry === null || Array.isArray(entry));
  if (odd !== undefined) return refuse(`has the entry ${shown(JSON.stringify(odd), 60)}: ${remedy}`);
  return accept(value as Context[]);
}

function entryProblems(entry: Context, before: readonly StackPlan[]): readonly string[] {
  const problems: string[] = [];
  const { [NAME]: name, marketoBaseUrl } = entry;
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(name)) {
    problems.push(
      `name is ${shown(JSON.stringify(name) ?? 'missing', 60)}: give a letter followed by up to 39 letters, digits and hyphens`,
    );
  } else if (before.some(({ id }) => id.toLowerCase() === `${RELAY_STACK_ID}-${name}`.toLowerCase())) {
    problems.push(`name is ${shown(name, 60)}, as of an entry before: give each a name of its own`);
  }
  if (marketoBaseUrl === undefined) {
    problems.push(
      'marketoBaseUrl is missing: give the address of the subscription, such as https://123-ABC-456.mktorest.com',
    );
  }
  const known = [NAME, ...contextNames().filter((one) => one !== SUBSCRIPTIONS_NAME)];
  // Those that resemble one are told by what reads the values.
  const unknown = Object.keys(entry).filter((one) => !known.includes(one) && nameMeant(one, known) === undefined);
  return [...problems, ...unknown.map((one) => `${shown(one, 60)} is not a name that the relay knows: leave it out`)];
}

/**
 * The stacks of the app, each with names of its own.
 *
 * @throws {ConfigurationError} that says which stack cannot be built, and why.
 */
function createStacks(app: App, context: Context): readonly RelayStack[] {
  return planStacks(context).map(({ id, props }) => {
    try {
      return new RelayStack(app, id, props);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      throw new ConfigurationError(`The stack ${id} cannot be built`, error.problems);
    }
  });
}

export { createStacks, planStacks };
