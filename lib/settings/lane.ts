/** Which of the two queues a message came by, and so who is admitted first. */
type Lane = 'live' | 'backfill';

export type { Lane };
