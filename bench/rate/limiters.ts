import { requirePackage } from '../frame/packages.ts';

/** Waits until one call may be made. Each worker has its own; what they share is the limiter's business. */
type Acquire = () => Promise<void>;

interface Limiter {
  readonly name: string;
  /** How people set it up when several functions call Marketo. */
  readonly setup: string;
  /** @param workers that call at once; what it returns is called once for each. */
  create(load: LimiterLoad, workers: number): () => Acquire;
}

interface LimiterLoad {
  readonly windowCalls: number;
  readonly windowMs: number;
  readonly slots: number;
}

interface Throttle {
  new (options: { tokensPerInterval: number; interval: number }): { removeTokens(count: number): Promise<number> };
}

interface Bottleneck {
  new (options: object): { schedule<T>(task: () => Promise<T>): Promise<T> };
}

interface RateLimiterDynamo {
  new (options: object): { consume(key: string): Promise<unknown> };
}

const sleep = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

/** What is published for npm, in three arrangements that people choose (all three are pinned in `bench/package.json`). */
const LIMITERS: readonly Limiter[] = [
  {
    name: 'fixed window in DynamoDB',
    setup: 'rate-limiter-flexible: RateLimiterDynamo, one counter for all workers, 100 points in 20 s',
    create({ windowCalls, windowMs }) {
      const { RateLimiterDynamo: Limiter } = requirePackage<{ RateLimiterDynamo: RateLimiterDynamo }>(
        'rate-limiter-flexible',
      );
      const storeClient = createCounterTable();
      return () => {
        const table = { storeClient, tableCreated: true, ttlSet: true };
        const limiter = new Limiter({ ...table, points: windowCalls, duration: windowMs / 1_000 });
        return async () => {
          for (;;) {
            const refused = await limiter.consume('marketo').then(() => undefined, orThrow);
            if (refused === undefined) return;
            await sleep(refused.msBeforeNext + 1);
          }
        };
      };
    },
  },
  {
    name: 'token bucket, a share for each worker',
    setup: 'limiter: RateLimiter, each of the workers with its part of 100 tokens in 20 s',
    create({ windowCalls, windowMs }, workers) {
      const { RateLimiter } = requirePackage<{ RateLimiter: Throttle }>('limiter');
      return () => {
        const limiter = new RateLimiter({ tokensPerInterval: windowCalls / workers, interval: windowMs });
        return async () => void (await limiter.removeTokens(1));
      };
    },
  },
  {
    name: 'in each process, the whole limit',
    setup: 'bottleneck: a reservoir of 100 that is refilled every 20 s, in each of the workers',
    create({ windowCalls, windowMs, slots }) {
      const Limiter = requirePackage<Bottleneck>('bottleneck');
      return () => {
        const reservoir = {
          reservoir: windowCalls,
          reservoirRefreshAmount: windowCalls,
          reservoirRefreshInterval: windowMs,
        };
        const limiter = new Limiter({ ...reservoir, maxConcurrent: slots });
        return () => limiter.schedule(async () => undefined);
      };
    },
  },
];

/** The limiter rejects with what it found when no point is left, and with an Error when its store fails. */
function orThrow(reason: { readonly msBeforeNext: number } | Error): { readonly msBeforeNext: number } {
  if (reason instanceof Error) throw reason;
  return reason;
}

/** As much of DynamoDB as `RateLimiterDynamo` asks for: one counter that expires, changed under a condition. */
function createCounterTable() {
  let item: { points: number; expire: number } | undefined;
  const failed = (): Error => Object.assign(new Error('conditional'), { __type: 'ConditionalCheckFailedException' });
  return {
    async updateItem({ ExpressionAttributeValues: values, ConditionExpression: condition, Key: key }: UpdateRequest) {
      // The request and its reply take their time, as the ledger's do.
      await sleep(4);
      const nowSeconds = Number(values[':where_expire']?.N);
      const points = Number(values[':new_points']?.N);
      if (condition === 'expire > :where_expire') {
        if (item === undefined || item.expire <= nowSeconds) throw failed();
        item.points += points;
      } else {
        if (item !== undefined && item.expire > nowSeconds) throw failed();
        item = { points, expire: Number(values[':new_expire']?.N) };
      }
      const Attributes = { ...key, points: { N: String(item.points) }, expire: { N: String(item.expire) } };
      await sleep(4);
      return { Attributes };
    },
  };
}

interface UpdateRequest {
  readonly Key: Record<string, { readonly S: string }>;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues: Record<string, { readonly N: string } | undefined>;
}

export type { Limiter, LimiterLoad };
export { LIMITERS };
