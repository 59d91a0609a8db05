import { defineEndpoint } from './define-endpoint.ts';
import { inBody } from './parameters.ts';
import type { Endpoint } from './types.ts';

// Marketo: smart-campaigns. `input` is an object here, and `result` names the campaign, not the leads. Whether the other
// leads went through when one was not found is disputed, so 1004 is not taken for a race with a create: no `dependent`.
// The limit of 100 leads is MAX_LEADS_PER_CAMPAIGN_REQUEST, and no `recordLimit`, which would speak of an `input` array.

const CAMPAIGNS: readonly Endpoint[] = [
  defineEndpoint({
    operation: 'requestCampaign',
    path: '/rest/v1/campaigns/{campaignId}/trigger.json',
    idempotent: false,
    parameters: { required: [inBody('input')] },
  }),
  defineEndpoint({
    operation: 'scheduleCampaign',
    path: '/rest/v1/campaigns/{campaignId}/schedule.json',
    idempotent: false,
  }),
];

export { CAMPAIGNS };
