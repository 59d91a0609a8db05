import type { PublisherMessage } from '../../publisher/publisher-message.ts';
import { type MessageOptions, requests } from '../../publisher/requests.ts';
import { failed } from '../verb-failure.ts';
import type { Destination, DestinationOptions } from './destination.ts';

/** Where a file goes as a whole: what its rows are, and the message that names it. */
interface ImportDestination extends Destination {
  fileMessage(file: { readonly bucket: string; readonly key: string }, options: MessageOptions): PublisherMessage;
}

/**
 * Marketo imports leads, custom objects and members of programs, and always inserts or updates (Marketo: bulk-import).
 *
 * @throws {VerbFailure} for options that imports have no place for.
 */
function importDestinationOf(options: DestinationOptions): ImportDestination {
  const known = namedBy(options);
  const message: Destination['message'] = (_, named) =>
    known.fileMessage({ bucket: 'not-uploaded', key: 'yet' }, named);
  return { ...known, message, recordLimit: Number.POSITIVE_INFINITY };
}

function namedBy(options: DestinationOptions): Omit<ImportDestination, 'message' | 'recordLimit'> {
  const { customObject, companies, program, status, list, action, lookupField, partition, dedupeBy } = options;
  if (companies === true) throw failed('usage', 'Marketo imports no companies: load them without --as file');
  if (dedupeBy !== undefined) throw failed('usage', '--dedupe-by is not for imports, which go by the dedupe fields');
  const isUpdate = action === 'updateOnly' && lookupField === 'id';
  if (action !== undefined && action !== 'createOrUpdate' && !isUpdate) {
    throw failed(
      'usage',
      '--action: an import creates or updates; --lookup-field id with --action updateOnly updates only',
    );
  }
  if (customObject !== undefined) {
    if (program !== undefined || list !== undefined)
      throw failed('usage', '--custom-object goes with neither --program nor --list');
    return {
      name: `custom object ${customObject}`,
      object: { kind: 'customObjects', name: customObject },
      ...{ keys: [], keysOnly: false, ids: [] },
      fileMessage: (file, named) => requests.importCustomObjects({ apiName: customObject, query: CSV, file }, named),
    };
  }
  if (program !== undefined) {
    if (status === undefined || list !== undefined) {
      throw failed(
        'usage',
        '--program as a file takes --status, which each member gets (Marketo: programMemberStatus)',
      );
    }
    return {
      name: `members of program ${program}`,
      object: { kind: 'leads' },
      ...{ keys: ['email'], keysOnly: false, ids: [] },
      fileMessage: (file, named) =>
        requests.importProgramMembers(
          { programId: program, query: { ...CSV, programMemberStatus: status }, file },
          named,
        ),
    };
  }
  const query = {
    ...CSV,
    ...(lookupField === undefined ? {} : { lookupField }),
    ...(list === undefined ? {} : { listId: list }),
    ...(partition === undefined ? {} : { partitionName: partition }),
  };
  return {
    name: list === undefined ? 'leads' : `leads, and list ${list}`,
    object: { kind: 'leads' },
    keys: [lookupField ?? 'email'],
    keysOnly: false,
    ids: ['id'],
    fileMessage: (file, named) => requests.importLeads({ query, file }, named),
  };
}

const CSV = { format: 'csv' } as const;

export type { ImportDestination };
export { importDestinationOf };
