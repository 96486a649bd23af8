const MAX_LINE = 4_096;

/** The end of what a program prints, however much it is. */
export class OutputEnd {
  readonly #lines: string[] = [];
  readonly #maxLength: number;
  #length = 0;
  #left = 0;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  push(line: string): void {
    const kept = line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
    this.#lines.push(kept);
    this.#length += kept.length + 1;
    while (this.#length > this.#maxLength && this.#lines.length > 1) {
      this.#length -= (this.#lines.shift() ?? '').length + 1;
      this.#left += 1;
    }
  }

  toString(): string {
    return [...(this.#left === 0 ? [] : [`(${this.#left} earlier lines are left out)`]), ...this.#lines].join('\n');
  }
}
