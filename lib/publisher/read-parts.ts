// Marketo: leads, activities, companies, custom-objects, opportunities, opportunity-roles, sales-persons, named-accounts,
// program-members, list-membership, assets. Every read takes further parameters, such as `batchSize`.

type QueryValue = string | number | boolean | readonly (string | number | boolean)[];
type Query<Required> = Required & { readonly [name: string]: QueryValue | undefined };

type FilterQuery = {
  readonly filterType: string;
  /** At most 300, with commas between them. */
  readonly filterValues: string;
  /** With commas between them. */
  readonly fields?: string;
  readonly batchSize?: number;
  readonly nextPageToken?: string;
};

type Filtered = { readonly query: FilterQuery };
type Named = { readonly query: Query<{ readonly name: string }> };
/** From where to read on: what `getActivitiesPagingToken` gives, later the answer before. */
type FromToken = { readonly nextPageToken: string };

/** Reads that cannot do without a parameter. */
interface ReadParts {
  getLeadsByFilter: Filtered;
  getCompanies: Filtered;
  getCustomObjects: Filtered;
  getNamedAccounts: Filtered;
  getNamedAccountLists: Filtered;
  getOpportunities: Filtered;
  getOpportunityRoles: Filtered;
  getProgramMembers: Filtered;
  getSalesPersons: Filtered;
  /** At most 300 ids. */
  areLeadsMemberOfList: { readonly query: { readonly id: number | string | readonly number[] } };
  getActivitiesPagingToken: { readonly query: { readonly sinceDatetime: string } };
  /** At most ten types, with commas between them. */
  getLeadActivities: { readonly query: Query<FromToken & { readonly activityTypeIds: number | string }> };
  getDeletedLeads: { readonly query: Query<FromToken> };
  getLeadChanges: { readonly query: Query<FromToken & { readonly fields: string }> };
  getEmailByName: Named;
  getEmailTemplateByName: Named;
  getFileByName: Named;
  getFolderByName: Named;
  getFormByName: Named;
  getLandingPageByName: Named;
  getLandingPageTemplateByName: Named;
  getProgramByName: Named;
  getProgramsByTag: { readonly query: Query<{ readonly tagType: string; readonly tagValue: string }> };
  getSmartCampaignByName: Named;
  getSmartListByName: Named;
  getStaticListByName: Named;
  getTagTypeByName: Named;
}

export type { FilterQuery, ReadParts };
