import { createHash } from 'node:crypto';

/** About 3 ms of hashing: the event loop must turn, or the peer takes us for dead. */
const PIECE_BYTES = 4 * 1024 * 1024;

const turn = (): Promise<void> => new Promise((done) => void setImmediate(done));

/** SHA-256 in hex, in pieces, so that sockets and timers are served meanwhile. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    if (start > 0) await turn();
    hash.update(bytes.subarray(start, start + PIECE_BYTES));
  }
  return hash.digest('hex');
}
