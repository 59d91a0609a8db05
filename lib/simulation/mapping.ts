import type { ModelMarketo } from './model/marketo.ts';
import type { StoredMessage } from './model/queue.ts';
import { type Plant, Worker } from './worker.ts';
import type { World } from './world.ts';

/**
 * Lambda's event source mapping and SQS's behaviour at its worst: hands visible messages to free environments, deletes
 * what they report as settled, and lets the rest come back when its visibility timeout is over.
 */
class ModelMapping {
  running = 0;
  #runningBackfill = 0;
  readonly #world: World;
  readonly #marketo: ModelMarketo;
  readonly #plant: Plant;
  readonly #strike: ((worker: number, step: number) => boolean) | undefined;
  readonly #dice;
  readonly #lanes;
  readonly #idle: Worker[] = [];
  #started = 0;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #forgetWake: () => void = () => {};

  constructor(world: World, marketo: ModelMarketo, plant: Plant, strike?: (worker: number, step: number) => boolean) {
    this.#world = world;
    this.#marketo = marketo;
    this.#plant = plant;
    this.#strike = strike;
    this.#dice = world.dice.stream('mapping');
    this.#lanes = world.dice.stream('lanes of batches');
    world.queue.onChange = () => this.#wake();
  }

  /** Messages are taken only while this says so. Told when it changes: {@link ModelMapping.changed}. */
  isEnabled: () => boolean = () => true;

  changed(): void {
    this.#wake();
  }

  /** Looks again when the next message is visible, after the time to gather a batch. */
  #wake(): void {
    const { time, queue, scenario } = this.#world;
    if (this.running >= scenario.workers || !this.isEnabled()) return;
    const atMs =
      Math.max(time.nowMs, queue.nextVisibleMs(this.#isBackfillFull() ? 'live' : undefined)) + scenario.gatherMs;
    if (atMs >= this.#wakeAtMs || atMs === Number.POSITIVE_INFINITY) return;
    this.#forgetWake();
    this.#wakeAtMs = atMs;
    this.#forgetWake = time.after(atMs - time.nowMs, () => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      this.#poll();
    });
  }

  #poll(): void {
    while (this.running < this.#world.scenario.workers && this.isEnabled()) {
      const batch = this.#receive();
      if (batch.length === 0) break;
      void this.#invoke(batch);
    }
    this.#wake();
  }

  #receive(): StoredMessage[] {
    const { queue, time, scenario, deadLetters } = this.#world;
    const most = this.#dice.whole(1, scenario.batchSize);
    const batch: StoredMessage[] = [];
    for (const message of this.#visible(most)) {
      if (message.receiveCount >= scenario.maxReceiveCount) {
        queue.delete(message.id);
        deadLetters.put(message);
        this.#world.count('redriven by SQS');
        this.#world.note(message.marks, () => `${message.id} goes to the DLQ after ${message.receiveCount} receives`);
        continue;
      }
      message.receiveCount += 1;
      const isTwice = this.#world.strikes('duplicate', this.#dice);
      if (isTwice) this.#world.countDoubled(message.marks);
      message.visibleAtMs = time.nowMs + (isTwice ? this.#dice.between(0, 30_000) : scenario.visibilityMs);
      batch.push({ ...message });
    }
    return batch;
  }

  /** A batch is of one lane. A backfill has half of the environments at most, as it has a mapping of its own. */
  #visible(most: number): StoredMessage[] {
    const { queue, scenario } = this.#world;
    if (scenario.backfillShare === 0) return queue.visible(most);
    const backfill = (): StoredMessage[] => (this.#isBackfillFull() ? [] : queue.visible(most, 'backfill'));
    const [one, other] = this.#lanes.chance(0.5)
      ? [() => queue.visible(most), backfill]
      : [backfill, () => queue.visible(most)];
    const taken = one();
    return taken.length > 0 ? taken : other();
  }

  #isBackfillFull(): boolean {
    return this.#runningBackfill >= Math.max(1, Math.floor(this.#world.scenario.workers / 2));
  }

  async #invoke(batch: readonly StoredMessage[]): Promise<void> {
    const { tally, note } = { tally: this.#world.tally, note: this.#world.note.bind(this.#world) };
    this.running += 1;
    const ofBackfill = batch[0]?.lane === 'backfill' ? 1 : 0;
    this.#runningBackfill += ofBackfill;
    tally.invocations += 1;
    const worker = this.#idle.pop() ?? this.#newWorker();
    note(
      batch.flatMap((message) => message.marks),
      () => `${worker.name} receives ${batch.map(({ id, receiveCount }) => `${id} (${receiveCount})`).join(' ')}`,
    );
    const response = await worker.invoke(batch);
    this.running -= 1;
    this.#runningBackfill -= ofBackfill;
    if (!worker.life.dead) this.#idle.push(worker);
    const failed = new Set(response?.batchItemFailures.map((failure) => failure.itemIdentifier));
    note(
      batch.flatMap((message) => message.marks),
      () => `${worker.name} ends: ${response === undefined ? 'nothing settled' : `failed [${[...failed].join(' ')}]`}`,
    );
    if (response !== undefined) for (const message of batch) if (!failed.has(message.id)) this.#acknowledge(message);
    this.#wake();
  }

  #newWorker(): Worker {
    const number = ++this.#started;
    const strike = this.#strike;
    const own = strike && ((step: number): boolean => strike(number, step));
    return new Worker(this.#world, this.#marketo, `w${number}`, this.#plant, own);
  }

  #acknowledge(message: StoredMessage): void {
    const { queue, deadLetters, checks, order } = this.#world;
    // Settled, and nothing else on the queue stands for it: whatever its worker has read out of the reply, it has had its end.
    order.ended(message.marks.filter((mark) => queue.held.get(mark) === 1));
    if (this.#world.strikes('deleteLost', this.#dice)) return;
    const deleted = queue.delete(message.id);
    const lost = message.marks.filter(
      (mark) => !this.#world.isDone(mark) && !queue.held.has(mark) && !deadLetters.held.has(mark),
    );
    if (lost.length > 0) checks.fail('nothingLost', `${lost.join(' ')} left the queue with ${message.id}`, lost);
    if (deleted !== undefined && this.#world.strikes('resurrection', this.#dice)) {
      this.#world.time.after(this.#dice.between(0, 120_000), () => {
        queue.put({ ...deleted, visibleAtMs: this.#world.time.nowMs });
      });
    }
  }
}

export { ModelMapping };
