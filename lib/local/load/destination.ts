import { MAX_RECORDS_PER_CALL } from '../../marketo/limits.ts';
import type { JsonObject } from '../../marketo/request.ts';
import type { PublisherMessage } from '../../publisher/publisher-message.ts';
import { type MessageOptions, requests } from '../../publisher/requests.ts';
import { failed } from '../verb-failure.ts';

/** What the rows of a file are to become, as the options of the command say it. */
interface DestinationOptions {
  readonly customObject?: string;
  readonly companies?: boolean;
  readonly program?: string;
  readonly status?: string;
  readonly list?: string;
  readonly action?: 'createOrUpdate' | 'createOnly' | 'updateOnly';
  readonly lookupField?: string;
  readonly partition?: string;
  readonly dedupeBy?: 'dedupeFields' | 'idField';
}

/** Whose fields the columns are. */
type ObjectKind = 'leads' | 'companies' | 'programMembers' | 'customObjects';

interface Destination {
  /** For the reader: `leads`, `list 7`. */
  readonly name: string;
  readonly object: { readonly kind: ObjectKind; readonly name?: string };
  /** Fields without which Marketo cannot tell what a row is about. Those of a custom object are known to Describe alone. */
  readonly keys: readonly string[];
  /** Nothing but the keys is taken. */
  readonly keysOnly: boolean;
  /** Keys that are ids of leads: whole numbers. */
  readonly ids: readonly string[];
  readonly recordLimit: number;
  message(records: readonly JsonObject[], options: MessageOptions): PublisherMessage;
}

/** @throws {VerbFailure} for options that do not go together. */
function destinationOf(options: DestinationOptions): Destination {
  const { customObject, companies, program, list } = options;
  const named = [customObject, companies === true ? 'companies' : undefined, program, list].filter(
    (one) => one !== undefined,
  );
  if (named.length > 1) {
    throw failed('usage', 'rows go to one place: give one of --custom-object, --companies, --program and --list');
  }
  if (customObject !== undefined) return customObjects(customObject, options);
  if (companies === true) return companiesOf(options);
  if (program !== undefined) return programMembers(wholeNumber('--program', program), options);
  if (list !== undefined) return listMembers(wholeNumber('--list', list), options);
  return leads(options);
}

function leads(options: DestinationOptions): Destination {
  const { action = 'createOrUpdate', lookupField = 'email', partition: partitionName } = options;
  takesOnly('leads', options, ['action', 'lookupField', 'partition']);
  if (lookupField === 'id' && action !== 'updateOnly') {
    // Marketo: leads, "Sync Leads".
    throw failed('usage', '--lookup-field id goes with --action updateOnly alone: Marketo gives the ids of new leads');
  }
  return {
    name: 'leads',
    object: { kind: 'leads' },
    keys: [lookupField],
    keysOnly: false,
    ids: ['id'],
    recordLimit: MAX_RECORDS_PER_CALL,
    message: (input, named) =>
      requests.syncLeads(
        { body: { action, lookupField, ...(partitionName === undefined ? {} : { partitionName }), input } },
        named,
      ),
  };
}

function customObjects(customObjectName: string, options: DestinationOptions): Destination {
  const { action = 'createOrUpdate', dedupeBy = 'dedupeFields' } = options;
  takesOnly('custom objects', options, ['action', 'dedupeBy']);
  if (!/^\w{1,255}$/.test(customObjectName)) {
    throw failed('usage', `--custom-object takes an API name such as order_c; got "${customObjectName}"`);
  }
  requireNoNewIds(action, dedupeBy);
  return {
    name: `custom object ${customObjectName}`,
    object: { kind: 'customObjects', name: customObjectName },
    keys: dedupeBy === 'idField' ? ['marketoGUID'] : [],
    keysOnly: false,
    ids: [],
    recordLimit: MAX_RECORDS_PER_CALL,
    message: (input, named) =>
      requests.syncCustomObjects({ customObjectName, body: { action, dedupeBy, input } }, named),
  };
}

function companiesOf(options: DestinationOptions): Destination {
  const { action = 'createOrUpdate', dedupeBy = 'dedupeFields' } = options;
  takesOnly('companies', options, ['action', 'dedupeBy']);
  requireNoNewIds(action, dedupeBy);
  return {
    name: 'companies',
    object: { kind: 'companies' },
    // Marketo: companies.
    keys: [dedupeBy === 'idField' ? 'id' : 'externalCompanyId'],
    keysOnly: false,
    ids: ['id'],
    recordLimit: MAX_RECORDS_PER_CALL,
    message: (input, named) => requests.syncCompanies({ body: { action, dedupeBy, input } }, named),
  };
}

function programMembers(programId: number, options: DestinationOptions): Destination {
  takesOnly('program members', options, ['status']);
  const { status: statusName } = options;
  return {
    name: `members of program ${programId}`,
    object: { kind: 'programMembers' },
    keys: ['leadId'],
    keysOnly: statusName !== undefined,
    ids: ['leadId'],
    recordLimit: MAX_RECORDS_PER_CALL,
    message: (records, named) => {
      const input = records as readonly (JsonObject & { readonly leadId: number })[];
      return statusName === undefined
        ? requests.syncProgramMemberData({ programId, body: { input } }, named)
        : requests.syncProgramMemberStatus({ programId, body: { statusName, input } }, named);
    },
  };
}

function listMembers(listId: number, options: DestinationOptions): Destination {
  takesOnly('list members', options, []);
  return {
    name: `members of list ${listId}`,
    object: { kind: 'leads' },
    keys: ['id'],
    keysOnly: true,
    ids: ['id'],
    recordLimit: MAX_RECORDS_PER_CALL,
    message: (records, named) =>
      requests.addLeadsToList({ listId, body: { input: records as readonly { readonly id: number }[] } }, named),
  };
}

const OPTION_NAMES = {
  status: '--status',
  action: '--action',
  lookupField: '--lookup-field',
  partition: '--partition',
  dedupeBy: '--dedupe-by',
} as const;

function takesOnly(what: string, options: DestinationOptions, taken: readonly (keyof typeof OPTION_NAMES)[]): void {
  const names = Object.keys(OPTION_NAMES) as (keyof typeof OPTION_NAMES)[];
  const wrong = names.filter((name) => options[name] !== undefined && !taken.includes(name));
  if (wrong.length === 0) return;
  const takes = taken.length === 0 ? 'none of these' : taken.map((name) => OPTION_NAMES[name]).join(', ');
  const got = wrong.map((name) => OPTION_NAMES[name]).join(', ');
  throw failed('usage', `${what} take ${takes}; got ${got}`);
}

/** Marketo: custom-objects, companies: what is new has no id yet. */
function requireNoNewIds(action: string, dedupeBy: string): void {
  if (dedupeBy !== 'idField' || action === 'updateOnly') return;
  throw failed(
    'usage',
    '--dedupe-by idField goes with --action updateOnly alone: Marketo gives the ids of new objects',
  );
}

function wholeNumber(option: string, text: string): number {
  const id = Number(text);
  if (/^\d{1,10}$/.test(text) && id > 0) return id;
  throw failed('usage', `${option} takes the id of one, a whole number; got "${text}"`);
}

export type { Destination, DestinationOptions, ObjectKind };
export { destinationOf };
