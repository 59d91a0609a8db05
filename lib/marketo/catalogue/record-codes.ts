import type { CatalogueEntry } from './types.ts';
import { DELIVERED, REJECT, RETRY_LONG, RETRY_SOON_TWICE, WAIT_DAY } from './verdicts.ts';

type Row = Pick<CatalogueEntry, 'code' | 'name' | 'verdict' | 'special' | 'meaning' | 'remedy'>;

/**
 * Codes of `reasons[]` of one skipped record. Marketo: error-codes, "Record-Level Error Codes"; 1080 by the leads page.
 * Marketo uses many of them at response level too, for a call that one bad record brought down: {@link verdictFor} in
 * `catalogue.ts` knows that. None is starred, and a skipped record was not changed.
 */
const ROWS: readonly Row[] = [
  {
    code: '1001',
    name: 'Wrong type of value',
    verdict: REJECT,
    meaning: 'A value has another type than its parameter or field, such as text where a number is due.',
    remedy: "Send the value that Marketo's message quotes in the type that it names.",
  },
  {
    code: '1002',
    name: 'Required parameter missing',
    verdict: REJECT,
    meaning: 'The request or the record lacks a member that the endpoint cannot do without.',
    remedy: "Add the parameter that Marketo's message names.",
  },
  {
    code: '1003',
    name: 'Invalid data',
    verdict: REJECT,
    meaning:
      'A value, a combination of parameters or the action does not suit the endpoint: an id in a create, a batch campaign that is triggered, a filter with too many matches.',
    remedy: "Read Marketo's message, which names the value or the field, correct the record, and send it again.",
  },
  {
    code: '1004',
    name: 'Lead not found',
    verdict: REJECT,
    // A lead that was just created is not visible everywhere at once (seen by other integrations, 3 s and more).
    special: { when: 'dependent', verdict: RETRY_SOON_TWICE },
    meaning: 'No lead has this id or key, or it lies in a partition that this user cannot see.',
    remedy:
      'Look the lead up in Marketo: it may be deleted, merged into another, or still to be created by an earlier message.',
  },
  {
    code: '1005',
    name: 'Lead already exists',
    verdict: REJECT,
    meaning: 'The action is createOnly, and a lead with this key is already there.',
    remedy:
      'Use createOrUpdate if the lead should be changed; otherwise drop the record. If an earlier try had no clear outcome, this may be the lead that it created.',
  },
  {
    code: '1006',
    name: 'Field not found',
    verdict: REJECT,
    meaning: "A field name is not one of the subscription's fields, or is spelt in another case.",
    remedy:
      'Compare the name with the REST API names in Field Management or Describe, or create the field, then send the record again.',
  },
  {
    code: '1007',
    name: 'Several leads match',
    verdict: REJECT,
    meaning: 'More than one lead has this value in the lookup field, so Marketo does not know which to change.',
    remedy: 'Merge the duplicates in Marketo, or address the lead by its id with lookupField id.',
  },
  {
    code: '1008',
    name: 'No access to the partition',
    verdict: REJECT,
    meaning: "The API-only user's workspaces do not include the partition in which the record lives.",
    remedy: "Give the user's role the workspace of that partition, or send the record with credentials that have it.",
  },
  {
    code: '1009',
    name: 'Partition name missing',
    verdict: REJECT,
    meaning: 'The subscription has several partitions, and the request does not say which one is meant.',
    remedy: 'Add partitionName to the request.',
  },
  {
    code: '1010',
    name: 'Partition may not change',
    verdict: REJECT,
    meaning: 'The lead exists already, in another partition than the request names.',
    remedy: 'Name the partition in which the lead is, or move it first with an update of lead partitions.',
  },
  {
    code: '1011',
    name: 'Field not usable for lookup',
    verdict: REJECT,
    meaning: 'The lookup field or filter type is a standard field that Marketo does not search by.',
    remedy: 'Look up by id, email, a cookie or a searchable custom field instead.',
  },
  {
    code: '1012',
    name: 'Invalid cookie',
    verdict: REJECT,
    meaning: 'The value given as a Munchkin cookie is not one.',
    remedy: 'Send the whole value of the _mkto_trk cookie of this subscription, percent-encoded once.',
  },
  {
    code: '1013',
    name: 'Object not found',
    verdict: REJECT,
    special: { when: 'dependent', verdict: RETRY_SOON_TWICE },
    meaning: 'The list, campaign, program, membership or other object that the request names does not exist.',
    remedy: 'Check its id or key in Marketo, and whether this user can see its workspace.',
  },
  {
    code: '1014',
    name: 'Object could not be created',
    verdict: RETRY_SOON_TWICE,
    meaning: 'Marketo did not manage to create the list or other object, and gives no reason.',
    remedy: 'Check that its name is free and its folder exists, then send the message again.',
  },
  {
    code: '1015',
    name: 'Lead not in the list',
    verdict: REJECT,
    special: { when: 'removal', verdict: DELIVERED },
    meaning: 'The lead is no member of the static list.',
    remedy: 'After a removal there is nothing to do. Otherwise add the lead to the list first.',
  },
  {
    code: '1016',
    name: 'Too many imports queued',
    verdict: RETRY_LONG,
    meaning: 'Ten bulk imports, the ones started in the user interface included, are already waiting or running.',
    remedy: 'Let imports finish, join small files into larger ones, then send the import again.',
  },
  {
    code: '1017',
    name: 'Object already exists',
    verdict: REJECT,
    meaning: 'A create was asked for, and an object with this key is already there.',
    remedy: 'Use createOrUpdate or updateOnly if it should be changed; otherwise drop the record.',
  },
  {
    code: '1018',
    name: 'Owned by the CRM',
    verdict: REJECT,
    meaning:
      'A native CRM integration is on, which makes companies, opportunities, roles and sales persons read-only here.',
    remedy: 'Make the change in the CRM and let the synchronisation carry it over.',
  },
  {
    code: '1019',
    name: 'List is being imported to',
    verdict: RETRY_LONG,
    meaning: 'Another import into the same static list has not finished.',
    remedy: 'Let that import finish, then send this one again.',
  },
  {
    code: '1020',
    name: 'Daily clones used up',
    verdict: WAIT_DAY,
    meaning: "Scheduling a campaign with a clone of its program is allowed 20 times a day, and today's are used.",
    remedy:
      'The message waits for the next day. Clone the program with its own endpoint instead where more are needed.',
  },
  {
    code: '1021',
    name: 'Company fields not allowed here',
    verdict: REJECT,
    meaning: "A lead sync carried fields that belong to the lead's company.",
    remedy: 'Take the company fields out of the lead, and set them with Sync Companies.',
  },
  {
    code: '1022',
    name: 'Object in use',
    verdict: RETRY_SOON_TWICE,
    meaning: 'The object cannot be deleted while another one refers to it.',
    remedy: 'Remove it from the leads, companies or assets that use it, then send the delete again.',
  },
  {
    code: '1025',
    name: 'Program status not found',
    verdict: REJECT,
    meaning: 'The channel of the program has no status of this name.',
    remedy: "Use one of the statuses of the program's channel, in the same spelling; Admin > Tags lists them.",
  },
  {
    code: '1026',
    name: 'Custom objects not enabled',
    verdict: REJECT,
    meaning: 'The subscription has no custom objects.',
    remedy: 'Have custom objects enabled by Adobe before sending any.',
  },
  {
    code: '1027',
    name: 'No more activity types',
    verdict: REJECT,
    meaning: 'The subscription holds as many custom activity types as it may.',
    remedy: 'Delete a custom activity type that is no longer used, or use an existing one.',
  },
  {
    code: '1028',
    name: 'No more activity attributes',
    verdict: REJECT,
    meaning: 'A custom activity type has at most 20 attributes beside its primary one.',
    remedy: 'Remove an attribute of the type, or put the value into one that exists.',
  },
  {
    code: '1029',
    name: 'Export queue or quota full',
    verdict: RETRY_LONG,
    special: { when: 'exportQuota', verdict: WAIT_DAY },
    meaning:
      "Ten bulk exports are already queued, or the day's export volume (500 MB unless more was bought) is used, or this very job is in the queue; Marketo's message says which.",
    remedy:
      'Let queued exports finish or wait for the next day, and narrow the export filters. A job that is already queued needs nothing.',
  },
  {
    code: '1035',
    name: 'Export filter not supported',
    verdict: REJECT,
    meaning: 'This subscription cannot filter lead exports by updatedAt, smartListId or smartListName.',
    remedy: 'Export by createdAt or static list, or have the filter enabled by Marketo support.',
  },
  {
    code: '1036',
    name: 'Same key twice in one call',
    verdict: REJECT,
    meaning: 'Two records of the call have the same key, an externalCompanyId for instance.',
    remedy: 'Send one record for each key, or publish them as two messages, which the relay then sends in order.',
  },
  {
    code: '1037',
    name: 'Lead skipped',
    verdict: REJECT,
    special: { when: 'statusChange', verdict: DELIVERED },
    meaning:
      'The lead is already at or beyond the wanted program status, or is no member of the program it should leave.',
    remedy: 'Nothing to do if that is the state you want. A status cannot be moved backwards through the API.',
  },
  {
    code: '1042',
    name: 'Run date too far away',
    verdict: REJECT,
    meaning: 'The campaign should run at a date (`runAt`) that lies more than two years ahead.',
    remedy: 'Schedule the campaign for an earlier date.',
  },
  {
    code: '1048',
    name: 'Draft not discarded',
    verdict: REJECT,
    meaning:
      'The draft of a custom object type could not be thrown away; there may be none, or the type was never approved.',
    remedy: 'Look at the state of the type in Marketo. A type without an approved version has to be deleted instead.',
  },
  {
    code: '1049',
    name: 'Activity attributes too long',
    verdict: REJECT,
    meaning: 'The attributes of one custom activity take more than 65,536 bytes.',
    remedy: 'Shorten the attribute values, or spread them over several activities.',
  },
  {
    code: '1076',
    name: 'CRM merge would duplicate',
    verdict: REJECT,
    meaning: 'Salesforce stopped the merge, because one of its duplicate rules sees another record like the result.',
    remedy: 'Merge with the record that Salesforce already has, relax the duplicate rule, or merge without mergeInCRM.',
  },
  {
    code: '1077',
    name: 'CRM field too long for merge',
    verdict: REJECT,
    meaning: 'A value of the merged lead is longer than its field in Salesforce allows.',
    remedy: "Shorten the value of the field that Marketo's message names, or merge without mergeInCRM.",
  },
  {
    code: '1078',
    name: 'CRM merge impossible',
    verdict: REJECT,
    meaning:
      'The CRM would not merge: one of the two is deleted there, is neither lead nor contact, or fails a lookup filter.',
    remedy: 'Check both records in the CRM and let them synchronise, then send the merge again.',
  },
  {
    code: '1079',
    name: 'Personalized URLs conflict in merge',
    verdict: REJECT,
    meaning: 'Several of the leads to merge have the same personalized URL.',
    remedy: "Merge these leads in Marketo's own user interface, which can settle the conflict.",
  },
  {
    code: '1080', // Marketo: leads, "Merge Leads", in force since 31 March 2026; error-codes has no row for it
    name: 'Too many leads to merge',
    verdict: REJECT,
    meaning: 'One merge takes at most 25 losing leads.',
    remedy: 'Split leadIds over several merges into the same winner, one after the other.',
  },
];

const RECORD_CODES: readonly CatalogueEntry[] = ROWS.map((row) => ({
  level: 'record',
  counted: true,
  executed: 'no',
  ...row,
}));

export { RECORD_CODES };
