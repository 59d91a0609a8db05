import type { HttpReply, HttpRequest } from '../../marketo/http.ts';
import type { Dice } from '../dice.ts';
import { KINDS } from '../kinds.ts';
import type { OwnFault } from '../own-faults.ts';
import { marksIn, written } from '../publications.ts';
import type { World } from '../world.ts';
import { type ArrivedCall, fileCallOf, readCall } from './arrived-call.ts';
import { ModelFields } from './fields.ts';
import { API_USER, ModelIdentity } from './identity.ts';
import { ModelImports } from './imports.ts';
import { ModelLimits } from './limits.ts';
import {
  DATA_CODES,
  failure,
  garbage,
  httpStatus,
  noErrors,
  type Play,
  RESPONSE_CODES,
  skips,
  skipsOnly,
  success,
} from './replies.ts';

/** What happens to a request on its way: when it arrives, and what its sender is told if that is not Marketo's reply. */
interface Journey {
  readonly uplinkMs: number;
  readonly downlinkMs: number;
  /** The sender's connection breaks so long after the send, whatever Marketo does. */
  readonly resetMs: number | undefined;
  readonly hangs: boolean;
}

type Told = (reply: HttpReply, call: ArrivedCall, play: Play) => void;

const noReply = (reason: 'timeout' | 'connection' | 'notConnected', mayHaveExecuted: boolean): HttpReply => ({
  kind: 'noReply',
  reason,
  mayHaveExecuted,
  detail: `model: ${reason}`,
});
/** Longer than the network ever takes: the client gives a call 10 s more than Marketo does. */
const LONGEST_TRAVEL_MS = 4_000;
const TOO_MANY: OwnFault = { kind: 'http', code: '504' };
const STARRED = new Set(['600', '601', '602', '604', '605', '608', '611']);

/** Marketo, and the network before it. It goes on whatever becomes of the worker that called. */
class ModelMarketo {
  readonly identity: ModelIdentity;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #limits: ModelLimits;
  readonly #imports: ModelImports;
  readonly #fields: ModelFields;

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice.stream('marketo');
    this.identity = new ModelIdentity(world);
    this.#limits = new ModelLimits(world);
    this.#imports = new ModelImports(world);
    this.#fields = new ModelFields(world);
  }

  /** One HTTP request, as a transport sees it. `told` is called with Marketo's own reply when the sender gets it. */
  exchange(request: HttpRequest, timeoutMs: number, bearer: string | undefined, told: Told): Promise<HttpReply> {
    const { time } = this.#world;
    if (this.#world.strikes('notConnected', this.#dice)) {
      return time.sleep(this.#dice.between(1, 2_000)).then(() => noReply('notConnected', false));
    }
    const journey = this.#journey(request);
    return new Promise((resolve) => {
      let isOpen = true;
      const settle = (reply: HttpReply): void => {
        if (!isOpen) return;
        isOpen = false;
        forgetTimeout();
        resolve(reply);
      };
      const forgetTimeout = time.after(timeoutMs, () => settle(noReply('timeout', true)));
      if (journey.resetMs !== undefined) time.after(journey.resetMs, () => settle(noReply('connection', true)));
      time.after(journey.uplinkMs, () => {
        if (request.url.includes('/identity/')) {
          const reply = this.identity.answer(request.body ?? '');
          if (!journey.hangs) time.after(journey.downlinkMs, () => settle(reply));
          return;
        }
        this.#serve(request, bearer, (call, play) => {
          if (journey.hangs) return;
          time.after(journey.downlinkMs, () => {
            if (isOpen) told(play.reply, call, play);
            settle(play.reply);
          });
        });
      });
    });
  }

  #journey(request: HttpRequest): Journey {
    const dice = this.#dice;
    const travel = (): number => dice.tailed(5, 80, this.#world.faulty ? LONGEST_TRAVEL_MS : 80, 0.03);
    const isOther = request.url.includes('/identity/') || request.url.includes('/bulk/');
    const own = isOther ? undefined : this.#ownFaultOf(readCall(request, ''));
    const resets = own?.kind === 'reset' || this.#world.strikes('reset', dice);
    return {
      uplinkMs: travel(),
      downlinkMs: travel(),
      resetMs: own?.kind === 'reset' ? 1 : resets ? dice.tailed(1, 600, 20_000, 0.2) : undefined,
      hangs: own?.kind === 'hang' || this.#world.strikes('hang', dice),
    };
  }

  /** The fault of one message in the call, or of its operation, or of its size, that never ends. */
  #ownFaultOf(call: ArrivedCall): OwnFault | undefined {
    const { own } = this.#world.scenario;
    // The usage endpoint is no operation of a message.
    if (own === undefined || call.kind === undefined || call.kind.name === 'import' || call.allMarks.length === 0) {
      return undefined;
    }
    if (call.kind.aligned && call.marks.length >= (own.failsFromRecords ?? Number.POSITIVE_INFINITY)) return TOO_MANY;
    const ofOperation = own.operations[call.kind.name];
    if (ofOperation !== undefined) return ofOperation;
    const faults = call.allMarks.flatMap((mark) => this.#faultOf(mark) ?? []);
    return faults.find((fault) => fault.kind !== 'record') ?? faults[0];
  }

  #faultOf(mark: string): OwnFault | undefined {
    const publication = this.#world.publicationOf(mark);
    return publication?.faultyMarks.includes(mark) ? publication.ownFault : undefined;
  }

  /** Its culprit, somebody else, or nobody, in quotes as Marketo has it. */
  #nameSomebody(call: ArrivedCall, dice: Dice): string {
    const who = dice.pick(['culprit', 'neighbour', 'nobody'] as const);
    const mark = call.allMarks.find((one) => (this.#faultOf(one) !== undefined) === (who === 'culprit'));
    return who === 'nobody' || mark === undefined ? '' : ` for '${written(mark)}'`;
  }

  #playOwn(call: ArrivedCall, fault: OwnFault): Play | undefined {
    const dice = this.#dice;
    this.#world.count(`own ${fault.kind}`);
    switch (fault.kind) {
      case 'response':
        return failure(call, fault.code, dice, this.#nameSomebody(call, dice));
      case 'http':
        return httpStatus(call, dice, fault.code);
      case 'noErrors':
        return noErrors(call);
      case 'record':
        if (!call.kind?.aligned) return failure(call, fault.code, dice);
        return skipsOnly(call, (marks) => this.#recordCodeOf(marks));
      case 'hang':
      case 'reset':
      case 'kills':
        return undefined;
    }
  }

  #recordCodeOf(marks: readonly string[]): string | undefined {
    const fault = marks.map((mark) => this.#faultOf(mark)).find((one) => one !== undefined);
    return fault?.kind === 'record' ? fault.code : undefined;
  }

  #serve(request: HttpRequest, bearer: string | undefined, done: (call: ArrivedCall, play: Play) => void): void {
    const { time, tally } = this.#world;
    const arrivedAtMs = time.nowMs;
    tally.calls += 1;
    this.#world.countCall(marksIn(`${request.url} ${request.body ?? ''}`));
    const echo = this.#world.strikes('echo', this.#dice)
      ? ` Authorization: Bearer ${bearer} ${encodeURIComponent(bearer ?? '')}`
      : '';
    const file = this.#imports.read(request);
    const call = file === undefined ? this.#arrive(readCall(request, echo), request) : fileCallOf(file, echo);
    const counted = { marks: call.allMarks, keys: call.keys };
    this.#limits.arrive(counted);
    const play = this.#play(call, bearer);
    this.#world.note(call.allMarks, () => `Marketo: call arrives (${call.kind?.name}, ${call.allMarks.join(' ')})`);
    time.after(this.#workMs(call, play), () => {
      this.#limits.leave(counted);
      if (STARRED.has(play.code)) this.#limits.giveBack(arrivedAtMs);
      if (file === undefined) this.#execute(call, play);
      else if (file.kind === 'upload' && play.executed.length > 0) this.#imports.accept(file, arrivedAtMs);
      done(call, play);
    });
  }

  #arrive(call: ArrivedCall, request: HttpRequest): ArrivedCall {
    if (!request.url.endsWith('/stats/usage.json')) return this.#fields.arrive(call, request);
    return { ...call, usage: this.#limits.usageOf(API_USER) };
  }

  #workMs(call: ArrivedCall, play: Play): number {
    const longest = call.kind?.timeoutMs ?? 30_000;
    if (play.code === '604' || this.#world.strikes('slow', this.#dice)) return this.#dice.between(500, longest);
    return Math.min(longest, this.#dice.tailed(40, 400, this.#world.faulty ? 5_000 : 400, 0.05));
  }

  #play(call: ArrivedCall, bearer: string | undefined): Play {
    const { strikes, scenario } = { strikes: this.#world.strikes.bind(this.#world), scenario: this.#world.scenario };
    const dice = this.#dice;
    if (strikes('tokenRevoked', dice)) this.identity.revoke();
    const refusal = this.identity.refusal(bearer);
    if (refusal !== undefined) return failure(call, refusal, dice);
    if (this.#world.within(scenario.outageMs)) {
      this.#world.count('outage');
      return dice.chance(0.5)
        ? failure(call, dice.pick(['608', '611', '713', '502', '604']), dice)
        : httpStatus(call, dice);
    }
    const others = this.#world.faulty ? scenario.othersPerSecond : 0;
    const met = this.#limits.met(others * 20 * dice.between(0.5, 1.2), others > 0 ? dice.whole(0, 9) : 0);
    if (met !== undefined) {
      this.#world.count(`limit ${met}`);
      return failure(call, met, dice);
    }
    const own = this.#ownFaultOf(call);
    const ownPlay = own && this.#playOwn(call, own);
    if (ownPlay !== undefined) return ownPlay;
    if (call.allMarks.some((mark) => this.#world.publicationOf(mark)?.poison))
      return failure(call, dice.pick(DATA_CODES), dice);
    if (strikes('responseCode', dice)) return failure(call, dice.pick(RESPONSE_CODES), dice);
    if (strikes('httpCode', dice)) return httpStatus(call, dice);
    if (strikes('garbage', dice)) return garbage(call, dice);
    const hasResults = call.kind?.aligned || call.kind === KINDS.push || call.kind === KINDS.form;
    if (hasResults && strikes('recordCode', dice)) return skips(call, dice.between(0.1, 0.9), dice);
    if (call.file !== undefined) return this.#imports.play(call, call.file);
    return this.#fields.refusal(call) ?? success(call);
  }

  #execute(call: ArrivedCall, play: Play): void {
    const { executed, alreadySo, checks, tally } = this.#world;
    for (const mark of play.alreadySo.flatMap((index) => call.marks[index] ?? [])) alreadySo.add(mark);
    const marks = play.executed.flatMap((index) => call.marks[index] ?? []);
    this.#world.note(call.allMarks, () => `Marketo: ${play.code}, executed ${marks.join(' ') || 'nothing'}`);
    for (const mark of marks) {
      tally.executions += 1;
      this.#world.noteDone(mark);
      const times = (executed.get(mark) ?? 0) + 1;
      executed.set(mark, times);
      if (times > 1 && this.#world.publicationOf(mark)?.safe === false) {
        checks.fail('notExecutedTwice', `${mark} (${call.kind?.name}) was executed ${times} times`, [mark]);
      }
    }
  }
}

export type { Told };
export { ModelMarketo };
