import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { bytes } from '../../reports/figures.ts';
import { CommandError, systemReason } from '../command-error.ts';
import { BODY_BYTES_MAX } from './open-pool.ts';

const READ_BYTES = 64 * 1024 * 1024;

/** A file as the body of a message. Throws CommandError. */
export function readBody(file: string): Uint8Array {
  try {
    const handle = openSync(file, 'r');
    try {
      return readAll(file, handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`cannot read ${file}: ${systemReason(error)}`, 1, { cause: error });
  }
}

function readAll(file: string, handle: number): Uint8Array {
  const status = fstatSync(handle);
  if (!status.isFile()) throw new CommandError(`${file} is not a regular file; give a file`);
  if (status.size > BODY_BYTES_MAX) {
    throw new CommandError(
      `${file} has ${bytes(status.size)}; one message holds at most ${BODY_BYTES_MAX} bytes (2 GiB): split it`,
    );
  }
  const body = new Uint8Array(status.size);
  let at = 0;
  while (at < body.length) {
    const read = readSync(handle, body, at, Math.min(READ_BYTES, body.length - at), at);
    // It became shorter while we read.
    if (read === 0) return body.subarray(0, at);
    at += read;
  }
  return body;
}
