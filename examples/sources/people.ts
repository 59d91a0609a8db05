import { seededRandom } from '../../lib/fake-marketo/random.ts';

/** One line of the file: an object is a message, a string is a body that is published as it is. */
type Line = Readonly<Record<string, unknown>> | string;

const FIRST_NAMES = [
  'Amal',
  'Beate',
  'Carlos',
  'Devika',
  'Emil',
  'Fatou',
  'Greta',
  'Hugo',
  'Ines',
  'Jamal',
  'Kaito',
  'Livia',
];
const LAST_NAMES = [
  'Abara',
  'Brandt',
  'Chen',
  'Duarte',
  'Eriksen',
  'Fischer',
  'Gupta',
  'Haddad',
  'Ivanova',
  'Jung',
  'Keller',
];
const TOWNS = ['Berlin', 'Lyon', 'Porto', 'Oslo', 'Kyoto', 'Austin', 'Leeds', 'Graz', 'Turin', 'Gdansk'];
const WORDS = 'asked about delivery and price of the new model, wants a call in spring, prefers mail to phone'.split(
  ' ',
);

/** Invented people and figures, the same for the same seed. */
class People {
  readonly random: () => number;
  #next = 1;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[Math.floor(this.random() * values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  /** A whole number from `least` to `most`. */
  number(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  /** Somebody whom the subscription does not know yet. */
  newcomer(): Record<string, unknown> & { email: string } {
    const firstName = this.pick(FIRST_NAMES);
    const lastName = this.pick(LAST_NAMES);
    const email = `${firstName}.${lastName}.${this.#next++}@example.org`.toLowerCase();
    return { email, firstName, lastName, city: this.pick(TOWNS), leadSource: this.pick(['Web', 'Fair', 'Partner']) };
  }

  newcomers(count: number): (Record<string, unknown> & { email: string })[] {
    return times(count, () => this.newcomer());
  }

  /** Ids of people whom the subscription knows, each once; by default those who are neither deleted nor merged. */
  knownIds(count: number, first = 1001, last = 1110): number[] {
    const ids = times(last - first + 1, (index) => first + index);
    for (let index = ids.length - 1; index > 0; index -= 1) {
      const other = Math.floor(this.random() * (index + 1));
      [ids[index], ids[other]] = [ids[other] ?? first, ids[index] ?? first];
    }
    return ids.slice(0, count);
  }

  words(count: number): string {
    return times(count, () => this.pick(WORDS)).join(' ');
  }

  /** A moment of spring 2026. */
  moment(): string {
    const startMs = Date.UTC(2026, 2, 1);
    return new Date(startMs + this.number(0, 90 * 86_400) * 1000).toISOString();
  }
}

function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export type { Line };
export { People, times };
