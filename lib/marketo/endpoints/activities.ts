import { MAX_RECORDS_PER_CALL } from '../limits.ts';
import { defineEndpoint } from './define-endpoint.ts';
import type { Endpoint } from './types.ts';

// Marketo: activities, "Timeouts" included. The types themselves are in `schema.ts`.

const ACTIVITIES: readonly Endpoint[] = [
  defineEndpoint({
    // Written once and for good: a repetition is a second activity.
    operation: 'addCustomActivities',
    path: '/rest/v1/activities/external.json',
    recordLimit: MAX_RECORDS_PER_CALL,
    aligned: true,
    serverTimeoutSeconds: 90,
    idempotent: false,
    // No key: an activity changes no record that another could overlap with, carries its own date, and 100 of one lead
    // would cost 100 calls.
    circumstances: ['dependent'],
  }),
];

export { ACTIVITIES };
