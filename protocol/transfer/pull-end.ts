import type { Bytes } from '../core/units.ts';
import { RECORD_SEALED_BYTES } from '../records/layout.ts';
import { DataPacket } from '../wire/index.ts';
import type { InboundPull } from './inbound-pull.ts';

/** Up to this offset the headers of data packets grow; from there on all packets are alike. */
const ALIKE_FROM = 16_384;

/**
 * Where a pull of at most `bytes` new bytes ends: at the end of a full packet, so that a pull answered before the next one comes does not
 * end in a short one. The path's MTU is that of both sides. MUST PULL-5
 */
export function pullEnd({ next, stop, transfer }: InboundPull, bytes: Bytes, datagramBytesMax: Bytes): Bytes {
  const limit = next + bytes;
  if (limit >= stop) return stop;
  // A read is of whole records, if they fit.
  const recordEnd = Math.floor(limit / RECORD_SEALED_BYTES) * RECORD_SEALED_BYTES;
  if (transfer.region !== undefined) return recordEnd > next ? recordEnd : limit;
  let end = next;
  for (;;) {
    const payloadBytes = datagramBytesMax - DataPacket.headerLength(end);
    const whole = end < ALIKE_FROM ? 1 : Math.floor((limit - end) / payloadBytes);
    if (whole === 0 || end + payloadBytes > limit) return end > next ? end : limit;
    end += whole * payloadBytes;
  }
}
