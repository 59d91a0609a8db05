import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Clock } from '../../ports.ts';
import type { RelayTarget } from '../target/target.ts';
import { type Finding, notChecked, ok, warning, wrong } from './finding.ts';

/** How far this machine's clock is from another's, by the header `Date` of a reply. */
interface ClockSeen {
  /** Whose the other clock is. */
  readonly whose: string;
  /** Above 0: this machine is ahead. */
  readonly aheadMs: number;
  /** A header tells whole seconds, and a reply takes its time. */
  readonly uncertainMs: number;
}

/** What a second more or less means nothing for: instants in filters, and the order in which letters are sent again. */
const TOLERATED_MS = 2_000;
/** AWS refuses a request that was signed so much earlier or later (AWS: Signature Version 4). */
const SIGNATURE_MS = 300_000;

/** @param date - the header `Date` (RFC 9110, 6.6.1) */
function compareClocks(whose: string, date: string, sentAtMs: number, receivedAtMs: number): ClockSeen | undefined {
  const theirMs = Date.parse(date);
  if (Number.isNaN(theirMs)) return undefined;
  const aheadMs = (sentAtMs + receivedAtMs) / 2 - (theirMs + 500);
  return { whose, aheadMs, uncertainMs: 500 + (receivedAtMs - sentAtMs) / 2 };
}

/** By one small request to SQS, whose reply has the header. */
async function awsClock({ clients, queueUrl }: RelayTarget, clock: Clock): Promise<ClockSeen | undefined> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] });
  let seen: ClockSeen | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const sentAtMs = clock.nowMs();
      const result = await next(args);
      const { headers } = result.response as { headers?: Readonly<Record<string, string>> };
      seen = compareClocks('AWS', headers?.date ?? '', sentAtMs, clock.nowMs());
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  await clients.sqs.send(command).catch(() => undefined);
  return seen;
}

function checkClock(clocks: readonly (ClockSeen | undefined)[]): readonly Finding[] {
  const seen = clocks.filter((one) => one !== undefined);
  if (seen.length === 0) return [notChecked('no reply told the time')];
  const off = seen.filter(({ aheadMs, uncertainMs }) => Math.abs(aheadMs) > TOLERATED_MS + uncertainMs);
  if (off.length > 0) return off.map(findingFor);
  return [ok(`this machine's clock agrees with that of ${seen.map(({ whose }) => whose).join(' and of ')}`)];
}

function findingFor({ whose, aheadMs }: ClockSeen): Finding {
  const side = aheadMs > 0 ? 'ahead of' : 'behind';
  const said = `this machine's clock is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${side} that of ${whose}`;
  const remedy = 'set it by NTP: --since, --until, until when a stop lasts and the age of letters are reckoned by it';
  return Math.abs(aheadMs) < SIGNATURE_MS ? warning(said, remedy) : wrong(`${said}: AWS refuses what it signs`, remedy);
}

export type { ClockSeen };
export { awsClock, checkClock, compareClocks };
