import { jobIsQueued } from './already-done.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { inBody, inQuery } from './parameters.ts';
import type { Endpoint } from './types.ts';

// Marketo: bulk-import, bulk-extract. An import or a new export job is a job of its own each time it is asked for.

/** Not documented. Twice the general figure, because imports take bodies ten times as large. */
const BULK_TIMEOUT_SECONDS = 60;

const IMPORTS: readonly Endpoint[] = [
  importFile('importLeads', '/bulk/v1/leads.json'),
  importFile('importCustomObjects', '/bulk/v1/customobjects/{apiName}/import.json'),
  importFile('importProgramMembers', '/bulk/v1/program/{programId}/members/import.json', 'programMemberStatus'),
];

const EXPORTS: readonly Endpoint[] = [
  ...exportJob('Activities', '/bulk/v1/activities/export'),
  ...exportJob('Leads', '/bulk/v1/leads/export'),
  ...exportJob('CustomObjects', '/bulk/v1/customobjects/{apiName}/export'),
  ...exportJob('ProgramMembers', '/bulk/v1/program/members/export'),
];

const BULK: readonly Endpoint[] = [...IMPORTS, ...EXPORTS];

function importFile(operation: string, path: string, ...required: readonly string[]): Endpoint {
  return defineEndpoint({
    operation,
    path,
    bodyForm: 'multipart',
    serverTimeoutSeconds: BULK_TIMEOUT_SECONDS,
    idempotent: false,
    parameters: { required: ['format', ...required].map((name) => inQuery(name)) },
  });
}

function exportJob(objects: string, path: string): readonly Endpoint[] {
  const timeout = { serverTimeoutSeconds: BULK_TIMEOUT_SECONDS };
  const ofJob = { ...timeout, bodyForm: 'none', idempotent: true } as const;
  return [
    defineEndpoint({
      ...timeout,
      operation: `createExport${objects}`,
      path: `${path}/create.json`,
      idempotent: false,
      // `fields` as well, says the API description; of activities the documents say otherwise.
      parameters: { required: [inBody('filter')] },
    }),
    defineEndpoint({
      ...ofJob,
      operation: `enqueueExport${objects}`,
      path: `${path}/{exportId}/enqueue.json`,
      alreadyDone: jobIsQueued,
    }),
    defineEndpoint({ ...ofJob, operation: `cancelExport${objects}`, path: `${path}/{exportId}/cancel.json` }),
  ];
}

/** Formats of a file (Marketo: bulk-import), and what separates their cells. */
const FILE_FORMATS: ReadonlyMap<string, string> = new Map([
  ['csv', ','],
  ['tsv', '\t'],
  ['ssv', ';'],
]);

/** Whether the request is an import of a file: of rows, not of an asset. */
function takesFile({ bodyForm, path }: Pick<Endpoint, 'bodyForm' | 'path'>): boolean {
  return bodyForm === 'multipart' && path.startsWith('/bulk/');
}

export { BULK, BULK_TIMEOUT_SECONDS, FILE_FORMATS, takesFile };
