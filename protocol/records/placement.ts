import { RangeSet } from '../core/range-set.ts';

/**
 * Memory of the application for the body of a message, and what of it is there: it has arrived and verified, in this transfer or in one before that
 * ended too early. REQ PAT-5, RDP-5
 */
export class Placement {
  readonly bytes: Uint8Array;
  /** In bytes of the body. */
  readonly arrived: RangeSet = new RangeSet();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** The body where the application wants it. */
export function placed(body: Uint8Array, into: Placement | undefined): Uint8Array {
  if (into === undefined) return body;
  const { bytes } = into;
  if (body.buffer !== bytes.buffer) {
    bytes.set(body);
    into.arrived.add(0, body.length);
  }
  return bytes.subarray(0, body.length);
}
