import { SEED } from '../../lib/fake-marketo/seed-data.ts';
import { type Line, type People, times } from './people.ts';

const LEADS = '/rest/v1/leads.json';
const FOLDER = { id: SEED.assetFolder, type: 'Folder' };

/** Messages whose call fails as a whole: code in the comment. */
function faultyCallMessages(people: People): Line[] {
  return [
    // 605, 610, 612: method, path, content type
    { method: 'DELETE', path: '/rest/v1/campaigns.json' },
    { path: '/rest/v1/leeds.json', body: { input: people.newcomers(1) } },
    { path: LEADS, form: { email: 'form@example.org' } },
    // 1001, 1003, 1006, 1011: the call's own parameters
    { path: `/rest/v1/lists/${SEED.newsletterList}/leads.json`, body: { input: [{ id: null }] } },
    { path: LEADS, body: { action: 'replace', input: people.newcomers(1) } },
    { path: LEADS, body: { lookupField: 'userId', input: [{ userId: 7 }] } },
    { path: LEADS, body: { lookupField: 'firstName', input: people.newcomers(1) } },
    // 718: fails the opportunities that share its call, until it stands alone
    {
      path: '/rest/v1/opportunities.json',
      body: { input: [{ externalOpportunityId: 'deal-x', externalSalesPersonId: 'ghost' }] },
    },
    // 1012: cookie
    { method: 'POST', path: '/rest/v1/leads/1001/associate.json', query: { cookie: 'chocolate' } },
    // 1013: no such list, program, campaign, object
    { path: '/rest/v1/lists/4242/leads.json', body: { input: [{ id: 1001 }] } },
    { path: '/rest/v1/customobjects/boat_c.json', body: { input: [{ name: 'Ada' }] } },
    { path: '/rest/v1/campaigns/4242/trigger.json', body: { input: { leads: [{ id: 1001 }] } } },
    // 1003, 1004, 1042: campaigns
    { path: `/rest/v1/campaigns/${SEED.batchCampaign}/trigger.json`, body: { input: { leads: [{ id: 1001 }] } } },
    {
      path: `/rest/v1/campaigns/${SEED.triggerCampaign}/trigger.json`,
      body: { input: { leads: [{ id: 1001 }, { id: 84 }] } },
    },
    {
      path: `/rest/v1/campaigns/${SEED.batchCampaign}/schedule.json`,
      body: { input: { runAt: '2096-01-01T09:00:00Z' } },
    },
    // 1025: program status
    {
      path: `/rest/v1/programs/${SEED.emailProgram}/members/status.json`,
      body: { statusName: 'Delighted', input: [{ leadId: 1001 }, { leadId: 1002 }] },
    },
    // 1027, 1028: activity types
    { path: '/rest/v1/activities/external/type.json', body: { apiName: 'oneMore_c', name: 'One more' } },
    {
      path: '/rest/v1/activities/external/type/purchase_c/attributes/create.json',
      body: { attributes: [{ apiName: 'line19', name: 'Line 19', dataType: 'string' }] },
    },
    // 1035: export filter
    { path: '/bulk/v1/leads/export/create.json', body: { fields: ['email'], filter: { smartListName: 'Everyone' } } },
    // 1048: nothing to discard
    { method: 'POST', path: '/rest/v1/customobjects/schema/order_c/discardDraft.json' },
    ...merges(),
    ...assets(),
  ];
}

/** 712, 714, 1076 to 1080. */
function merges(): Line[] {
  const path = '/rest/v1/leads/1090/merge.json';
  const crm = [SEED.crmDuplicate, SEED.crmLongField, SEED.crmDeleted];
  return [
    { method: 'POST', path, query: { leadId: SEED.personAccount } },
    { method: 'POST', path, query: { leadId: SEED.noRecordType } },
    ...crm.map((leadId) => ({ method: 'POST', path, query: { leadId, mergeInCRM: true } })),
    {
      method: 'POST',
      path: `/rest/v1/leads/${SEED.personalUrls[0]}/merge.json`,
      query: { leadId: SEED.personalUrls[1] },
    },
    { method: 'POST', path, query: { leadIds: times(26, (index) => 1001 + index).join(',') } },
  ];
}

/** 701, 702, 704, 709, 710, 711. */
function assets(): Line[] {
  const emails = '/rest/asset/v1/emails.json';
  const template = SEED.emailTemplate;
  return [
    { method: 'POST', path: emails, form: { name: '', folder: FOLDER, template } },
    { method: 'POST', path: '/rest/asset/v1/email/4242/approveDraft.json' },
    { method: 'GET', path: '/rest/asset/v1/programs.json', query: { earliestUpdatedAt: 'yesterday' } },
    { method: 'POST', path: emails, form: { name: 'No template', folder: FOLDER } },
    { method: 'POST', path: `/rest/asset/v1/email/${SEED.approvedEmail}/approveDraft.json` },
    { method: 'POST', path: emails, form: { name: 'Lost letter', folder: { id: 4242, type: 'Folder' }, template } },
    {
      method: 'POST',
      path: emails,
      form: { name: 'Odd place', folder: { id: SEED.landingPageFolder, type: 'Folder' }, template },
    },
  ];
}

export { faultyCallMessages };
