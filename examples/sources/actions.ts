import { SEED } from '../../lib/fake-marketo/seed-data.ts';
import { type Line, type People, times } from './people.ts';

/** What must not happen twice: campaigns, activities, forms, pushes and merges. And what may: cookies and assets. */
function actionMessages(people: People): Line[] {
  return [
    ...times(7, (index) => trigger(people, SEED.triggerCampaign, `welcome-${index}`)),
    ...times(4, (index) => trigger(people, SEED.secondTriggerCampaign, `thanks-${index}`)),
    {
      path: `/rest/v1/campaigns/${SEED.batchCampaign}/schedule.json`,
      body: { input: { tokens: [{ name: '{{my.month}}', value: 'May' }], cloneToProgramName: 'Monthly letter May' } },
    },
    ...times(5, () => activities(people)),
    ...times(2, () => push(people)),
    ...times(3, () => submitForm(people)),
    ...times(2, (index) => associate(1010 + index)),
    { method: 'POST', path: '/rest/v1/leads/1115/merge.json', query: { leadId: 1116 } },
    ...assets(),
  ];
}

function trigger(people: People, campaignId: number, name: string): Line {
  const leads = people.knownIds(people.number(1, 5), 1001, 1110).map((id) => ({ id }));
  const tokens = [{ name: '{{my.greeting}}', value: `Hello, ${name}` }];
  return {
    id: `campaign-${name}`,
    path: `/rest/v1/campaigns/${campaignId}/trigger.json`,
    body: { input: { leads, tokens } },
  };
}

function activities(people: People): Line {
  const input = people.knownIds(people.number(1, 6), 1001, 1110).map((leadId) => ({
    leadId,
    activityDate: people.moment(),
    activityTypeId: SEED.visitActivity,
    primaryAttributeValue: people.pick(['Berlin Mitte', 'Oslo Sentrum']),
    attributes: [{ apiName: 'durationMinutes', value: people.number(3, 60) }],
  }));
  return { path: '/rest/v1/activities/external.json', body: { input } };
}

function push(people: People): Line {
  const body = { programName: 'Spring webinar', lookupField: 'email', reason: 'Signed up', input: people.newcomers(2) };
  return { path: '/rest/v1/leads/push.json', body };
}

function submitForm(people: People): Line {
  const { email, firstName, lastName } = people.newcomer();
  const visitorData = { pageURL: 'https://www.example.com/spring' };
  const input = [{ leadFormFields: { email, firstName, lastName }, visitorData }];
  return { path: '/rest/v1/leads/submitForm.json', body: { formId: SEED.signUpForm, input } };
}

function associate(leadId: number): Line {
  const cookie = `id:287-GTJ-838&token:_mch-example.com-1772323200000-${leadId}`;
  return { method: 'POST', path: `/rest/v1/leads/${leadId}/associate.json`, query: { cookie } };
}

function assets(): Line[] {
  const folder = { id: SEED.assetFolder, type: 'Folder' };
  const template = SEED.emailTemplate;
  return [
    { method: 'POST', path: '/rest/asset/v1/emails.json', form: { name: 'Autumn letter', folder, template } },
    { method: 'POST', path: `/rest/asset/v1/email/${SEED.draftEmail}/approveDraft.json` },
    {
      method: 'POST',
      path: `/rest/asset/v1/folder/${SEED.assetFolder}/tokens.json`,
      form: { name: 'season', type: 'text', value: 'spring', folderType: 'Folder' },
    },
  ];
}

export { actionMessages };
