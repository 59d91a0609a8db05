// Marketo: leads (schema fields), program-members, custom-objects (types), activities (custom activity types), bulk extract,
// smart-campaigns; members and their values as Adobe's description of the endpoints has them.

type Records<T> = readonly T[];

type LeadFieldType =
  | 'boolean'
  | 'currency'
  | 'date'
  | 'datetime'
  | 'email'
  | 'float'
  | 'integer'
  | 'percent'
  | 'phone'
  | 'score'
  | 'string'
  | 'url';

type LeadFieldChange = {
  readonly displayName?: string;
  readonly description?: string;
  readonly isHidden?: boolean;
  readonly isHtmlEncodingInEmail?: boolean;
  readonly isSensitive?: boolean;
};
type LeadField = LeadFieldChange & {
  readonly name: string;
  readonly displayName: string;
  readonly dataType: LeadFieldType;
};
type CreateFields = { readonly body: { readonly input: Records<LeadField> } };
type UpdateField = { readonly body: { readonly input: readonly [LeadFieldChange] } };

type CustomObjectFieldChange = {
  readonly name?: string;
  readonly displayName?: string;
  readonly dataType?: string;
  readonly description?: string;
  readonly isDedupeField?: boolean;
  readonly relatedTo?: { readonly name: string; readonly field: string };
};
type CustomObjectField = CustomObjectFieldChange & {
  readonly name: string;
  readonly displayName: string;
  readonly dataType: string;
};

type CustomObjectType = {
  /** @default 'createOrUpdate' */
  readonly action?: 'createOnly' | 'updateOnly' | 'createOrUpdate';
  readonly apiName: string;
  readonly displayName: string;
  readonly pluralName?: string;
  readonly description?: string;
  readonly showInLeadDetail?: boolean;
};

type ActivityAttribute = {
  readonly apiName: string;
  readonly name: string;
  readonly dataType?:
    | 'string'
    | 'boolean'
    | 'integer'
    | 'float'
    | 'link'
    | 'email'
    | 'currency'
    | 'date'
    | 'datetime'
    | 'phone'
    | 'text';
  readonly description?: string;
  readonly isPrimary?: boolean;
};
type ActivityType = {
  readonly apiName: string;
  readonly name: string;
  readonly triggerName: string;
  readonly filterName: string;
  readonly description?: string;
  readonly primaryAttribute: ActivityAttribute;
};
type Attributes<T> = { readonly body: { readonly attributes: Records<T> } };

/** ISO 8601 instants, at most 31 days apart. */
type DateRange = { readonly startAt: string; readonly endAt: string };
type InList = {
  readonly staticListId?: number;
  readonly staticListName?: string;
  readonly smartListId?: number;
  readonly smartListName?: string;
};
type Export<Filter> = {
  readonly body: {
    readonly fields?: readonly string[];
    readonly filter: Filter;
    /** @default 'CSV' */
    readonly format?: 'CSV' | 'TSV' | 'SSV';
    readonly columnHeaderNames?: { readonly [field: string]: string };
  };
};

type AccountId = { readonly marketoGUID: string };
type AccountList = { readonly name?: string; readonly marketoGUID?: string };

/** What changes the subscription itself, and lists of named accounts. */
interface SchemaParts {
  createLeadFields: CreateFields;
  updateLeadField: UpdateField;
  createProgramMemberFields: CreateFields;
  updateProgramMemberField: UpdateField;
  syncCustomObjectType: { readonly body: CustomObjectType };
  addCustomObjectTypeFields: { readonly body: { readonly input: Records<CustomObjectField> } };
  updateCustomObjectTypeField: { readonly body: CustomObjectFieldChange };
  deleteCustomObjectTypeFields: { readonly body: { readonly input: Records<{ readonly name: string }> } };
  createCustomActivityType: { readonly body: ActivityType };
  updateCustomActivityType: { readonly body: Partial<ActivityType> };
  createCustomActivityTypeAttributes: Attributes<ActivityAttribute>;
  updateCustomActivityTypeAttributes: Attributes<Partial<ActivityAttribute> & { readonly apiName: string }>;
  deleteCustomActivityTypeAttributes: Attributes<{ readonly apiName: string }>;
  createExportActivities: Export<{
    readonly createdAt: DateRange;
    readonly activityTypeIds?: readonly number[];
    readonly primaryAttributeValueIds?: readonly number[];
    readonly primaryAttributeValues?: readonly string[];
  }>;
  createExportLeads: Export<InList & { readonly createdAt?: DateRange; readonly updatedAt?: DateRange }>;
  createExportCustomObjects: Export<InList & { readonly updatedAt?: DateRange }>;
  createExportProgramMembers: Export<{
    readonly programId?: number;
    readonly programIds?: readonly number[];
    readonly isExhausted?: boolean;
    readonly nurtureCadence?: 'paused' | 'normal';
    readonly statusNames?: readonly string[];
    readonly updatedAt?: DateRange;
  }>;
  updateSmartCampaign: { readonly body: { readonly name?: string; readonly description?: string } };
  syncNamedAccountLists: {
    readonly body: {
      readonly action?: 'createOnly' | 'updateOnly';
      /** @default 'dedupeFields' */
      readonly dedupeBy?: 'dedupeFields' | 'idField';
      readonly input: Records<AccountList>;
    };
  };
  deleteNamedAccountLists: {
    readonly body: { readonly deleteBy?: 'dedupeFields' | 'idField'; readonly input: Records<AccountList> };
  };
  addNamedAccountListMembers: { readonly body: { readonly input: Records<AccountId> } };
  removeNamedAccountListMembers: { readonly body: { readonly input: Records<AccountId> } };
}

export type {
  ActivityAttribute,
  ActivityType,
  CustomObjectField,
  CustomObjectType,
  DateRange,
  LeadField,
  LeadFieldType,
  SchemaParts,
};
