import { closeSync, openSync, writeSync } from 'node:fs';
import type { ByteSink } from './block-writer.ts';

/** A file, or a named pipe, that is written as the bytes come. Throws what the file system throws. */
export class FileSink {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  readonly write: ByteSink = (bytes) => {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  };

  close(): void {
    closeSync(this.#file);
  }
}
