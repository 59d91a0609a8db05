/** A difference between the fake's replies and Adobe's description that is meant to be. */
interface Deviation {
  /** One text of `replyProblems`, or all that it fits. */
  readonly problem: string | RegExp;
  /** Who is wrong, as far as recordings and documents tell. */
  readonly wrong: 'description' | 'fake';
  readonly reason: string;
}

/** Each must still occur: what no longer deviates leaves this table. */
const DEVIATIONS: readonly Deviation[] = [
  {
    problem: 'Lead.reasons is not described',
    wrong: 'description',
    reason: 'It has one `reason`; recordings and Marketo: leads have a list `reasons`.',
  },
  {
    problem: /^(CompanyResponse\.id|(CustomObject|NamedAccount|NamedAccountList)\.marketoGUID) is missing$/,
    wrong: 'description',
    reason:
      'It requires the id of every result; a record that was skipped has none (Marketo: custom-objects, companies).',
  },
  {
    problem: 'CustomObject.status is not described',
    wrong: 'description',
    reason: 'It leaves `status` out, which every sample of a sync and every recording has (Marketo: custom-objects).',
  },
  {
    problem: /^CustomActivity\.\w+ is missing$/,
    wrong: 'description',
    reason: 'It describes the activity that was sent; the reply is id, GUID and status (Marketo: activities, sample).',
  },
  {
    problem: /^Campaign\.\w+ is missing$/,
    wrong: 'description',
    reason: 'Request and Schedule Campaign answer with the id alone (Marketo: smart-campaigns, samples; recordings).',
  },
  {
    problem: 'ImportLeadResponse.numOfLeadsProcessed is missing',
    wrong: 'description',
    reason: 'A job that is queued has no figures yet (Marketo: bulk-lead-import, sample).',
  },
  {
    problem: 'LeadAttribute2SearchableFields is array, not LeadAttribute2SearchableFields',
    wrong: 'description',
    reason: 'Searchable fields are lists of names (Marketo: lead-database, describe).',
  },
  {
    problem: /^ObjectMetaData\.(name is not described|apiName is missing|version is missing)$/,
    wrong: 'description',
    reason:
      'Standard objects and approved custom objects are described by `name`, without a version (Marketo: companies).',
  },
  {
    problem: /^Empty\.(name|state) is not described$/,
    wrong: 'fake',
    reason: 'What the calls on custom object types answer is not documented; the fake names the type and its state.',
  },
  {
    problem: /^asset\.Folder\.(folderName is not described|id is missing|value is not described)$/,
    wrong: 'description',
    reason:
      'For some assets it gives a folder an `id`; replies have `type`, `value` and `folderName` (Marketo: assets).',
  },
  {
    problem: 'asset.TokenResponse.folder is object, not string',
    wrong: 'description',
    reason: 'The folder of a token is an object (Marketo: tokens, sample).',
  },
  {
    problem: 'envelope: result is missing',
    wrong: 'description',
    reason: 'A search that finds nothing has a warning and no `result` (recordings of the asset API).',
  },
  {
    problem: /^asset\.(Email|LandingPage|LpForm|LpTemplate|Program|SmartCampaign)Response\.\w+ is missing$/,
    wrong: 'fake',
    reason: 'It knows name, folder and status of an asset, and nothing of its look, schedule or costs.',
  },
  {
    problem: /^asset\.BrowseAllPrograms\.\w+ is missing$/,
    wrong: 'fake',
    reason: 'It knows name, folder and status of an asset, and nothing of its look, schedule or costs.',
  },
  {
    problem:
      /^asset\.(LandingPageResponse\.url|LpFormResponse\.workspace|SmartCampaignResponse\.url) is not described$/,
    wrong: 'fake',
    reason: 'It gives every asset the members that most have.',
  },
];

function deviationsFor(problem: string): readonly Deviation[] {
  return DEVIATIONS.filter((row) =>
    typeof row.problem === 'string' ? row.problem === problem : row.problem.test(problem),
  );
}

export type { Deviation };
export { DEVIATIONS, deviationsFor };
