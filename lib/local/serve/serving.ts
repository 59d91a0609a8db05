import type { Log } from '../../ports.ts';
import type { LocalRelay } from '../relay.ts';
import type { LetterDesk } from './letter-desk.ts';
import type { Live } from './live.ts';
import type { Rehearsals } from './rehearsals.ts';
import type { LocalWebhook } from './webhook-setup.ts';

/** What the control server and the page work on. */
interface Serving {
  readonly relay: LocalRelay;
  /** None with a real Marketo. */
  readonly rehearsals: Rehearsals | undefined;
  readonly live: Live;
  readonly desk: LetterDesk;
  readonly webhook: LocalWebhook;
  readonly log: Log;
  /** For commands, in the descriptor file. */
  readonly controlToken: string;
  /** For the page's forms. */
  readonly formToken: string;
  nowMs(): number;
}

export type { Serving };
