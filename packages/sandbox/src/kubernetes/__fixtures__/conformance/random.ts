import { seededRandom } from '../../../faults.js';

/** Choices that are the same for the same seed. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** A whole number from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** @throws {RangeError} for an empty list */
  pick<T>(values: readonly T[]): T {
    const index = this.below(values.length);
    if (index >= values.length) throw new RangeError('nothing to pick from');
    return values[index] as T;
  }

  /** One of the values, each as often as its weight says. */
  weighted<T>(values: readonly (readonly [weight: number, value: T])[]): T {
    let left = this.#next() * values.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of values) {
      left -= weight;
      if (left < 0) return value;
    }
    return this.pick(values)[1];
  }

  /** Up to `limit` of the values, without repetition, in any order. */
  some<T>(values: readonly T[], limit: number): T[] {
    const left = [...values];
    const taken: T[] = [];
    for (let count = 1 + this.below(limit); count > 0 && left.length > 0; count -= 1) {
      taken.push(...left.splice(this.below(left.length), 1));
    }
    return taken;
  }
}
