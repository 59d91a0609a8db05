import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { whenCodeIs } from './already-done.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { leadById, leadByLeadId } from './keys.ts';
import { inBody } from './parameters.ts';
import type { Endpoint } from './types.ts';

// Marketo: program-members. The page gives no timeouts.

const PROGRAMS: readonly Endpoint[] = [
  defineEndpoint({
    operation: 'syncProgramMemberStatus',
    path: '/rest/v1/programs/{programId}/members/status.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadByLeadId,
    circumstances: ['statusChange', 'dependent'],
    parameters: { required: [inBody('statusName')] },
    alreadyDone: whenCodeIs('1037'),
  }),
  defineEndpoint({
    operation: 'syncProgramMemberData',
    path: '/rest/v1/programs/{programId}/members.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadByLeadId,
    circumstances: ['dependent'],
  }),
  defineEndpoint({
    operation: 'deleteProgramMembers',
    path: '/rest/v1/programs/{programId}/members/delete.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadByLeadId,
    // A deletion is the end of a member's statuses: 1037 says here that the lead is not in the program any more
    // (Marketo: program-members, "Delete"), so it is already so, as for any other change of status.
    circumstances: ['removal', 'statusChange'],
    alreadyDone: whenCodeIs('1013', '1037'),
  }),
  defineEndpoint({
    operation: 'changeLeadProgramStatus',
    path: '/rest/v1/leads/programs/{programId}/status.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    idempotent: true,
    recordKeys: leadById,
    circumstances: ['statusChange', 'dependent'],
    parameters: { required: [inBody('status')] },
    alreadyDone: whenCodeIs('1037'),
  }),
];

export { PROGRAMS };
