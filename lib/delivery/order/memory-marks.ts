import type { Clock } from '../../ports.ts';
import type { Mark, OrderMarks } from './order-marks.ts';

/** Marks in this process's memory, for tests and the bench. */
function createMemoryMarks({ nowMs }: Pick<Clock, 'nowMs'>): OrderMarks {
  const marks = new Map<number, ReadonlyMap<string, Mark>>();
  return {
    async read(keys) {
      const found = new Map<number, readonly Mark[]>();
      for (const key of keys) {
        const valid = [...(marks.get(key)?.values() ?? [])].filter(({ untilMs }) => untilMs > nowMs());
        if (valid.length > 0) found.set(key, valid);
      }
      return found;
    },
    async change(changes) {
      for (const [key, { put, remove }] of changes) {
        const own = new Map(marks.get(key));
        for (const id of remove) own.delete(id);
        for (const mark of put) own.set(mark.id, mark);
        marks.set(key, own);
      }
      return new Set();
    },
  };
}

export { createMemoryMarks };
