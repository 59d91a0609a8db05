import { GetEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import type { PauseNote } from '../../aws/pause-note.ts';
import { pauseText } from '../status/judge-status.ts';
import { controlStatus } from '../target/control.ts';
import { isFailure } from '../target/mapping.ts';
import type { RelayTarget } from '../target/target.ts';
import { type Finding, type Known, known, ok, warning, wrong } from './finding.ts';

interface MappingSeen {
  /** Lambda's own word, such as `Enabled` or `Disabling`. */
  readonly state: string;
  /** What Lambda says of the last batch; empty where it says nothing. */
  readonly lastResult: string;
  /** Of the mapping from the backfill queue, where there is one. */
  readonly backfillState?: string;
}

function readMapping(target: RelayTarget): Promise<Known<MappingSeen>> {
  const { lambda } = target.clients;
  const { eventSourceMappingId: UUID, backfillMappingId } = target;
  const reading = { what: 'the event source mapping', action: 'lambda:GetEventSourceMapping' };
  return known(reading, async () => {
    if (lambda === undefined || UUID === undefined) {
      const { mapping } = await controlStatus(target);
      const { enabled, lastFailure } = mapping;
      return {
        state: enabled ? 'Enabled' : 'Disabled',
        lastResult: lastFailure === undefined ? '' : `PROBLEM: ${lastFailure}`,
      };
    }
    const { State = 'Unknown', LastProcessingResult = '' } = await lambda.send(
      new GetEventSourceMappingCommand({ UUID }),
    );
    if (backfillMappingId === undefined) return { state: State, lastResult: LastProcessingResult };
    const backfill = await lambda.send(new GetEventSourceMappingCommand({ UUID: backfillMappingId }));
    return { state: State, lastResult: LastProcessingResult, backfillState: backfill.State ?? 'Unknown' };
  });
}

function checkMapping(mapping: Known<MappingSeen>, pause: Known<PauseNote | undefined>): readonly Finding[] {
  if (!mapping.ok) return [mapping.finding];
  const { state, lastResult, backfillState } = mapping.value;
  const note = pause.ok ? pause.value : undefined;
  const batch = isFailure(lastResult)
    ? [
        wrong(
          `the last run of the delivery function failed: ${lastResult}`,
          "look at the end of the delivery function's log",
        ),
      ]
    : [];
  const backfill =
    backfillState === 'Disabled' && state === 'Enabled'
      ? [
          warning(
            'nothing is taken off the backfill queue: its mapping is disabled, and that of the live queue is not',
            'if nobody holds the backfill back on purpose, `relay pause` and `relay resume` enable both',
          ),
        ]
      : [];
  return [...stateFindings(state, note), ...backfill, ...batch];
}

function stateFindings(state: string, note: PauseNote | undefined): readonly Finding[] {
  if (state === 'Disabled') return [paused(note)];
  if (state !== 'Enabled') {
    return [
      warning(`the mapping is ${state.toLowerCase()}`, 'Lambda takes about a minute for a change: look again then'),
    ];
  }
  if (note === undefined) return [ok('enabled: messages are taken off the queue')];
  return [
    warning(
      `enabled, although a note says that it is ${pauseText(note)}`,
      'the relay disables it again within two minutes; `relay resume` takes the note away if nobody wants the pause',
    ),
  ];
}

function paused(note: PauseNote | undefined): Finding {
  if (note === undefined) {
    return wrong(
      'no messages are taken off the queue: the mapping is disabled, and no note says by whom',
      "`relay resume` enables it; CloudTrail's UpdateEventSourceMapping says who disabled it",
    );
  }
  if (note.by === 'person') {
    return warning(`no messages are taken off the queue: ${pauseText(note)}`, '`relay resume` when that is over');
  }
  return wrong(
    `no messages are taken off the queue: ${pauseText(note)}`,
    'mend the cause; the relay tries one call when a probe is due and goes on by itself, `relay resume` is quicker',
  );
}

export type { MappingSeen };
export { checkMapping, readMapping };
