import type { Campaign } from '../database/database.ts';
import type { Json, JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { type ApiCall, notANumber, type Operation, operations, readId, text } from '../operation.ts';
import { type Failure, fail, type Outcome, succeed } from '../outcome.ts';
import type { Subscription } from '../subscription.ts';
import { page, SEEDED_AT } from './paging.ts';

/** Marketo: smart-campaigns, request campaign. */
const MAX_LEADS = 100;
const MAX_TOKENS = 100;
/** Marketo: smart-campaigns, schedule campaign. */
const MAX_CLONES_A_DAY = 20;
const MAX_RUN_AHEAD_MS = 2 * 365 * 86_400_000;

/** All or nothing: with one unknown lead nobody is sent through the campaign. */
function trigger(call: ApiCall, { database }: Subscription): Outcome {
  const campaign = findCampaign(call, database.campaigns);
  if ('kind' in campaign) return campaign;
  const input = call.body?.input;
  if (!isObject(input)) return fail('1002', "Missing value for the required parameter 'input'");
  // Rule: trigger-batch
  if (campaign.type === 'batch') return fail('1003', 'Invalid data: only trigger campaigns can be requested');
  // Rule: trigger-inactive
  if (!campaign.isActive) return fail('1003', `Invalid data: campaign '${campaign.id}' is not active`);
  const ids = readLeadIds(input.leads);
  if (!Array.isArray(ids)) return ids as Failure;
  const tokens = tokenProblem(input.tokens);
  if (tokens !== undefined) return tokens;
  const missing = ids.filter((id) => database.leads.get(id) === undefined);
  // Rule: trigger-all-or-nothing
  if (missing.length > 0) return fail('1004', `Lead [${missing.join(', ')}] not found`);
  for (const id of ids) campaign.runs.set(id, (campaign.runs.get(id) ?? 0) + 1);
  // Rule: trigger-result
  return succeed([{ id: campaign.id }]);
}

function readLeadIds(leads: Json | undefined): number[] | Failure {
  if (!Array.isArray(leads) || leads.length === 0)
    return fail('1002', "Missing value for the required parameter 'leads'");
  // Rule: trigger-limit
  if (leads.length > MAX_LEADS) return fail('1003', `Invalid data: at most ${MAX_LEADS} leads are allowed`);
  const ids: number[] = [];
  for (const lead of leads as readonly Json[]) {
    const value = isObject(lead) ? (lead.id ?? null) : null;
    const id = readId(value);
    // Rule: trigger-bad-id
    if (id === undefined) return notANumber(value);
    ids.push(id);
  }
  return ids;
}

function tokenProblem(tokens: Json | undefined): Failure | undefined {
  if (tokens === undefined || tokens === null) return undefined;
  if (!Array.isArray(tokens)) return fail('1003', "Invalid data: 'tokens' must be an array");
  if (tokens.length > MAX_TOKENS) return fail('1003', `Invalid data: at most ${MAX_TOKENS} tokens are allowed`);
  const wrong = (tokens as readonly Json[]).find((token) => {
    return !isObject(token) || !/^\{\{my\..+\}\}$/.test(text(token.name)) || typeof token.value !== 'string';
  });
  // Rule: trigger-token
  return wrong === undefined
    ? undefined
    : fail('1003', `Invalid data: Invalid token value: [${JSON.stringify(wrong)}]`);
}

function schedule(call: ApiCall, { database, usage, nowMs }: Subscription): Outcome {
  const campaign = findCampaign(call, database.campaigns);
  if ('kind' in campaign) return campaign;
  const given = call.body?.input;
  const input: JsonObject = isObject(given) ? given : {};
  // Rule: schedule-trigger
  if (campaign.type === 'trigger') return fail('1003', 'Invalid data: only batch campaigns can be scheduled');
  const runAt = input.runAt;
  const runAtMs = runAt === undefined ? nowMs() : Date.parse(text(runAt));
  if (Number.isNaN(runAtMs)) return fail('1001', `Invalid value '${String(runAt)}'. Required of type 'DateTime'`);
  // Rule: schedule-ahead
  if (runAtMs > nowMs() + MAX_RUN_AHEAD_MS) return fail('1042', 'Invalid runAt date');
  const tokens = tokenProblem(input.tokens);
  if (tokens !== undefined) return tokens;
  const clone = text(input.cloneToProgramName);
  if (clone !== '') {
    // A name that exists brings 611 however often it is tried (seen by Talend's live tests).
    // Rule: schedule-clone-taken
    if (database.assets.byName('program', clone) !== undefined) return fail('611', 'System error');
    const day = usage.day(nowMs()).date;
    const clones = database.assets.all('program').filter(({ folderId }) => folderId === cloneFolder(day)).length;
    // Rule: schedule-clones
    if (clones >= MAX_CLONES_A_DAY) return fail('1020', 'Too many clones to program');
    database.assets.add({ kind: 'program', name: clone, folderId: cloneFolder(day) });
  }
  campaign.scheduled += 1;
  return succeed([{ id: campaign.id }]);
}

/** Clones of a day lie in a folder of their own, so that they can be counted: -20261231. */
function cloneFolder(day: string): number {
  return -Number(day.replaceAll('-', ''));
}

function findCampaign(call: ApiCall, campaigns: ReadonlyMap<number, Campaign>): Campaign | Failure {
  const id = readId(call.params.campaignId);
  if (id === undefined) return notANumber(call.params.campaignId);
  return campaigns.get(id) ?? fail('1013', `Campaign '${id}' not found`);
}

function shown({ id, name, type, isActive }: Campaign): JsonObject {
  return { id, name, type, active: isActive, createdAt: SEEDED_AT, updatedAt: SEEDED_AT };
}

function getCampaign(call: ApiCall, { database }: Subscription): Outcome {
  const campaign = findCampaign(call, database.campaigns);
  return 'kind' in campaign ? campaign : succeed([shown(campaign)]);
}

function getCampaigns(call: ApiCall, { database }: Subscription): Outcome {
  return page(call, [...database.campaigns.values()], shown);
}

const campaignOperations: readonly Operation[] = [
  ...operations('json', [
    ['requestCampaign', 'POST', '/rest/v1/campaigns/{campaignId}/trigger.json', trigger],
    ['scheduleCampaign', 'POST', '/rest/v1/campaigns/{campaignId}/schedule.json', schedule],
  ]),
  ...operations('none', [
    ['getCampaign', 'GET', '/rest/v1/campaigns/{campaignId}.json', getCampaign],
    ['getCampaigns', 'GET', '/rest/v1/campaigns.json', getCampaigns],
  ]),
];

export { campaignOperations };
