import { TransferError } from '../../transports/index.ts';

/** How calls went. */
export interface Tally {
  calls: number;
  bytes: number;
  /** Answers that were not what was sent. */
  wrong: number;
  /** Calls that failed, by reason. */
  failed: Record<string, number>;
}

export const newTally = (): Tally => ({ calls: 0, bytes: 0, wrong: 0, failed: {} });

const BYTES_MAX = 300_000;

/** Small ones are frequent, and no two bodies are the same. */
function body(): Uint8Array {
  const length = Math.floor(BYTES_MAX * Math.random() ** 4);
  const bytes = new Uint8Array(length);
  let x = Math.floor(Math.random() * 2 ** 31) | 1;
  for (let i = 0; i < length; i += 1) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** Has bodies echoed, one after the other, as long as `goesOn`. */
export async function callOn(
  echo: (body: Uint8Array) => Promise<{ body: Uint8Array }>,
  tally: Tally,
  goesOn: () => boolean,
): Promise<void> {
  while (goesOn()) {
    const sent = body();
    try {
      const answer = await echo(sent);
      if (Buffer.compare(answer.body, sent) !== 0) tally.wrong += 1;
      tally.calls += 1;
      tally.bytes += 2 * sent.length;
    } catch (error) {
      const reason = error instanceof TransferError ? error.reason : String(error);
      tally.failed[reason] = (tally.failed[reason] ?? 0) + 1;
    }
  }
}
