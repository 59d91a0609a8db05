import type { JsonObject } from '../marketo/request.ts';
import type { ReadParts } from './read-parts.ts';
import type { SchemaParts } from './schema-parts.ts';

// Marketo: leads, list-membership, program-members, custom-objects, companies, opportunities, opportunity-roles,
// sales-persons, named-accounts, activities, smart-campaigns. Fields of a subscription's own are known to Marketo alone,
// so a record may have any.

/** At least one: an empty `input` is refused. More than one call takes are spread over several. */
type Records<T> = readonly T[];
type LeadId = { readonly id: number | string };
type OfLead = { readonly leadId: number | string };
type Token = { readonly name: `{{my.${string}}}`; readonly value: string };

type SyncAction = 'createOnly' | 'updateOnly' | 'createOrUpdate';
type LeadAction = SyncAction | 'createDuplicate';

/** Fields by which Marketo finds a lead; any other that is unique can be named too. */
type LeadLookupField =
  | 'id'
  | 'email'
  | 'cookie'
  | 'sfdcAccountId'
  | 'sfdcContactId'
  | 'sfdcLeadId'
  | 'sfdcLeadOwnerId'
  | 'sfdcOpptyId'
  | (string & {});

/** A lead by the API names of its fields. */
type LeadRecord = JsonObject & { readonly id?: number | string; readonly email?: string | null };

type SyncLeadsBody = {
  /** @default 'createOrUpdate'. Marketo takes `id` as lookup field with `updateOnly` alone. */
  readonly action?: LeadAction;
  /** @default 'email' */
  readonly lookupField?: LeadLookupField;
  readonly partitionName?: string;
  readonly input: Records<LeadRecord>;
};

type PushLeadsBody = {
  readonly programName: string;
  readonly programStatus?: string;
  /** @default 'email' */
  readonly lookupField?: LeadLookupField;
  readonly partitionName?: string;
  readonly source?: string;
  readonly reason?: string;
  readonly input: Records<LeadRecord>;
};

type SubmitFormBody = {
  readonly formId: number;
  readonly programId?: number;
  /** One form a request. */
  readonly input: readonly [
    {
      readonly leadFormFields: JsonObject & { readonly email: string };
      readonly visitorData?: {
        readonly pageURL?: string;
        readonly queryString?: string;
        readonly leadClientIpAddress?: string;
        readonly userAgentString?: string;
      };
      readonly cookie?: string;
    },
  ];
};

type LeadIdsBody = { readonly input: Records<LeadId> };

/** Leads by `input` in the body, or by `id` in the query: at most 300 there. */
type LeadIds =
  | { readonly body: LeadIdsBody }
  | { readonly query: { readonly id: number | string | readonly number[] } };

type CustomActivity = {
  readonly leadId: number | string;
  /** ISO 8601 instant with its offset. */
  readonly activityDate: string;
  readonly activityTypeId: number;
  readonly primaryAttributeValue: string;
  readonly apiName?: string;
  readonly attributes?: readonly {
    readonly name?: string;
    readonly apiName?: string;
    readonly value: string | number | boolean | null;
  }[];
};

/** Objects that Marketo finds by their dedupe fields, or by the id that it gave them. */
type SyncBody<T> = {
  /** @default 'createOrUpdate' */
  readonly action?: SyncAction;
  /** @default 'dedupeFields' */
  readonly dedupeBy?: 'dedupeFields' | 'idField';
  readonly input: Records<T>;
};
type DeleteBody<T> = {
  /** @default 'dedupeFields' */
  readonly deleteBy?: 'dedupeFields' | 'idField';
  readonly input: Records<T>;
};

type CustomObjectRecord = JsonObject & { readonly marketoGUID?: string };
type Company = JsonObject & { readonly externalCompanyId?: string; readonly id?: number };
type Opportunity = JsonObject & { readonly externalOpportunityId?: string; readonly marketoGUID?: string };
type OpportunityRole = Opportunity & { readonly leadId?: number; readonly role?: string };
type SalesPerson = JsonObject & { readonly externalSalesPersonId?: string; readonly id?: number };
type NamedAccount = JsonObject & { readonly name?: string; readonly marketoGUID?: string };

type RequestCampaignBody = {
  readonly input: {
    /** At most 100. */
    readonly leads: Records<LeadId>;
    readonly tokens?: readonly Token[];
  };
};

type ScheduleCampaignBody = {
  readonly input?: {
    /** ISO 8601 instant. @default - five minutes after the call */
    readonly runAt?: string;
    readonly cloneToProgramName?: string;
    readonly tokens?: readonly Token[];
  };
};

/** What operations take, beside the parts of their paths: all that have records, a JSON body or a parameter that they need. */
interface TypedParts extends ReadParts, SchemaParts {
  syncLeads: { readonly body: SyncLeadsBody };
  deleteLeads: LeadIds;
  deleteLeadsByMethod: LeadIds;
  updateLeadPartitions: { readonly body: { readonly input: Records<LeadId & { readonly partitionName: string }> } };
  pushLeads: { readonly body: PushLeadsBody };
  submitForm: { readonly body: SubmitFormBody };
  associateLead: { readonly query: { readonly cookie: string } };
  /** The lead of the path wins; those of the query are merged into it. */
  mergeLeads: {
    readonly query: ({ readonly leadId: number } | { readonly leadIds: string }) & { readonly mergeInCRM?: boolean };
  };
  addLeadsToList: LeadIds;
  removeLeadsFromList: LeadIds;
  addCustomActivities: { readonly body: { readonly input: Records<CustomActivity> } };
  syncCustomObjects: { readonly body: SyncBody<CustomObjectRecord> };
  deleteCustomObjects: { readonly body: DeleteBody<CustomObjectRecord> };
  syncCompanies: { readonly body: SyncBody<Company> };
  deleteCompanies: { readonly body: DeleteBody<Company> };
  syncOpportunities: { readonly body: SyncBody<Opportunity> };
  deleteOpportunities: { readonly body: DeleteBody<Opportunity> };
  syncOpportunityRoles: { readonly body: SyncBody<OpportunityRole> };
  deleteOpportunityRoles: { readonly body: DeleteBody<OpportunityRole> };
  syncSalesPersons: { readonly body: SyncBody<SalesPerson> };
  deleteSalesPersons: { readonly body: DeleteBody<SalesPerson> };
  syncNamedAccounts: { readonly body: SyncBody<NamedAccount> };
  deleteNamedAccounts: { readonly body: DeleteBody<NamedAccount> };
  syncProgramMemberStatus: { readonly body: { readonly statusName: string; readonly input: Records<OfLead> } };
  syncProgramMemberData: { readonly body: { readonly input: Records<JsonObject & OfLead> } };
  deleteProgramMembers: { readonly body: { readonly input: Records<OfLead> } };
  changeLeadProgramStatus: { readonly body: { readonly status: string; readonly input: Records<LeadId> } };
  requestCampaign: { readonly body: RequestCampaignBody };
  scheduleCampaign: { readonly body?: ScheduleCampaignBody };
}

export type {
  Company,
  CustomActivity,
  CustomObjectRecord,
  DeleteBody,
  LeadAction,
  LeadId,
  LeadIds,
  LeadLookupField,
  LeadRecord,
  NamedAccount,
  OfLead,
  Opportunity,
  OpportunityRole,
  PushLeadsBody,
  Records,
  RequestCampaignBody,
  SalesPerson,
  ScheduleCampaignBody,
  SubmitFormBody,
  SyncAction,
  SyncBody,
  SyncLeadsBody,
  Token,
  TypedParts,
};
