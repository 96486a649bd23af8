import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileError } from './file-errors.js';

/** Bytes that the stream reads at once. */
const PIECE_BYTES = 64 * 1024;

/**
 * The first bytes of an open file, to be read once: as a stream, or into memory that is there already. A stream leaves behind as
 * much memory as it reads, and much of it until the next full collection.
 *
 * Closing the file stays with who opened it.
 */
export class FileContent extends Readable {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #size: number;
  #position = 0;

  /** `size`: so many bytes and no more, should the file grow. */
  constructor(file: FileHandle, { path, size }: { readonly path: string; readonly size: number }) {
    super();
    this.#file = file;
    this.#path = path;
    this.#size = size;
  }

  /** Whether all of it has been read. */
  get isAtEnd(): boolean {
    return this.#position >= this.#size;
  }

  /**
   * Reads on until `target` is full or there is no more.
   *
   * @returns bytes that were read
   * @throws {StorageError}
   */
  async readInto(target: Buffer): Promise<number> {
    let filled = 0;
    while (filled < target.length && !this.isAtEnd) {
      const length = Math.min(target.length - filled, this.#size - this.#position);
      const { bytesRead } = await this.#file.read(target, filled, length, this.#position).catch((error: unknown) => {
        throw fileError('read', this.#path, error);
      });
      if (bytesRead === 0) break; // it has been cut off meanwhile
      filled += bytesRead;
      this.#position += bytesRead;
    }
    return filled;
  }

  override _read(): void {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.readInto(piece).then(
      (filled) => this.push(filled === 0 ? null : piece.subarray(0, filled)),
      (error: unknown) => this.destroy(error as Error),
    );
  }
}
