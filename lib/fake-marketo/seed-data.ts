import type { NewAsset } from './database/assets.ts';
import type { Field } from './database/fields.ts';
import type { ObjectType } from './database/objects.ts';
import type { JsonObject } from './json.ts';
import { seedAssets } from './seed/assets.ts';
import { leadFields, programMemberFields } from './seed/fields.ts';
import { type SeedLead, seedLeads } from './seed/leads.ts';
import { customObjects, seedObjects, standardObjects } from './seed/objects.ts';

/** What a fake subscription holds at its start. */
interface SeedData {
  readonly leadFields: readonly Field[];
  readonly programMemberFields: readonly Field[];
  readonly leads: readonly SeedLead[];
  /** Ids of people who are created later count from here. */
  readonly firstFreeLeadId: number;
  readonly partitions: readonly string[];
  readonly lists: readonly { id: number; name: string; members: readonly number[] }[];
  readonly programs: readonly {
    id: number;
    name: string;
    channel: string;
    statuses: Readonly<Record<string, number>>;
    /** Status by lead id. */
    members: Readonly<Record<number, string>>;
  }[];
  readonly campaigns: readonly { id: number; name: string; type: 'trigger' | 'batch'; isActive: boolean }[];
  readonly customObjects: readonly ObjectType[];
  readonly standardObjects: readonly ObjectType[];
  /** Objects at the start, by the name of their type. */
  readonly objects: Readonly<Record<string, readonly JsonObject[]>>;
  readonly activityTypes: readonly { id: number; apiName: string; primaryAttribute: string; attributes: string[] }[];
  /** By REST API names, as a submission has them. */
  readonly forms: readonly { id: number; fields: readonly string[] }[];
  readonly namedAccountLists: readonly { guid: string; name: string; accounts: readonly string[] }[];
  readonly assets: readonly NewAsset[];
}

/** Ids of the shipped data, so that messages and tests name what exists. */
const SEED = {
  /** People 1001 to 1120: `person1001@example.com`, in partition `Default`. */
  firstLead: 1001,
  lastLead: 1120,
  /** Two people with the address `twin@example.com`. */
  twins: [2001, 2002],
  emea: 2010,
  restricted: 2011,
  personAccount: 2020,
  noRecordType: 2021,
  crmDuplicate: 2022,
  crmLongField: 2023,
  crmDeleted: 2024,
  personalUrls: [2025, 2026],
  newsletterList: 1159,
  webinarList: 1160,
  customersList: 1161,
  webinarProgram: 5001,
  emailProgram: 5002,
  triggerCampaign: 7001,
  secondTriggerCampaign: 7002,
  batchCampaign: 7003,
  inactiveCampaign: 7004,
  signUpForm: 301,
  visitActivity: 100001,
  purchaseActivity: 100002,
  usedAccountList: 'dff23271-f996-47d7-984f-f2676861b5fa',
  assetFolder: 8001,
  landingPageFolder: 8002,
  emailTemplate: 8101,
  approvedEmail: 8201,
  draftEmail: 8202,
  lockedEmail: 8203,
  socialPage: 8301,
} as const;

/** A subscription as a small company has it: people, lists, programs, campaigns, objects and assets. */
function shippedData(): SeedData {
  return {
    leadFields,
    programMemberFields,
    leads: seedLeads(),
    firstFreeLeadId: 100_001,
    partitions: ['Default', 'EMEA', 'APAC', 'Restricted'],
    lists: [
      { id: SEED.newsletterList, name: 'Newsletter', members: range(1001, 1040) },
      { id: SEED.webinarList, name: 'Webinar guests', members: range(1030, 1060) },
      { id: SEED.customersList, name: 'Customers', members: range(1061, 1100) },
    ],
    programs: [
      {
        id: SEED.webinarProgram,
        name: 'Spring webinar',
        channel: 'Webinar',
        statuses: { Invited: 10, Registered: 20, 'No Show': 30, Attended: 40 },
        members: Object.fromEntries(range(1041, 1060).map((id) => [id, id <= 1050 ? 'Registered' : 'Attended'])),
      },
      {
        id: SEED.emailProgram,
        name: 'Monthly letter',
        channel: 'Email Send',
        statuses: { Sent: 10, Opened: 20, Clicked: 30, Unsubscribed: 40 },
        members: Object.fromEntries(range(1001, 1020).map((id) => [id, 'Sent'])),
      },
    ],
    campaigns: [
      { id: SEED.triggerCampaign, name: 'Welcome', type: 'trigger', isActive: true },
      { id: SEED.secondTriggerCampaign, name: 'Order thanks', type: 'trigger', isActive: true },
      { id: SEED.batchCampaign, name: 'Monthly letter batch', type: 'batch', isActive: true },
      { id: SEED.inactiveCampaign, name: 'Old welcome', type: 'trigger', isActive: false },
    ],
    customObjects,
    standardObjects,
    objects: seedObjects,
    activityTypes: activityTypes(),
    forms: [
      {
        id: SEED.signUpForm,
        fields: ['email', 'firstName', 'lastName', 'title', 'company', 'phone', 'country', 'newsletterTopic'],
      },
    ],
    namedAccountLists: [{ guid: SEED.usedAccountList, name: 'Key accounts', accounts: ['Acme', 'Globex'] }],
    assets: seedAssets,
  };
}

/** Ten types: as many as a subscription may have, so that one more gives 1027. */
function activityTypes(): SeedData['activityTypes'] {
  const others = range(100_003, 100_010).map((id) => {
    return { id, apiName: `kind${id}_c`, primaryAttribute: 'name', attributes: ['note'] };
  });
  return [
    {
      id: SEED.visitActivity,
      apiName: 'storeVisit_c',
      primaryAttribute: 'store',
      attributes: ['durationMinutes', 'note'],
    },
    {
      id: SEED.purchaseActivity,
      apiName: 'purchase_c',
      primaryAttribute: 'orderId',
      // Twenty: as many secondary attributes as a type may have (Marketo: error-codes 1028).
      attributes: ['amount', 'currency', ...range(1, 18).map((number) => `line${number}`)],
    },
    ...others,
  ];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export type { SeedData, SeedLead };
export { SEED, shippedData };
