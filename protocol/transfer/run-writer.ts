import type { Bytes } from '../core/units.ts';
import { WRITTEN } from '../control/frame-set.ts';
import { RECORD_SEALED_BYTES } from '../records/layout.ts';
import type { RecordSource } from '../records/record-source.ts';
import type { Telemetry } from '../telemetry/generated/telemetry.ts';
import type { TransmitBuffer } from '../transmit.ts';
import { DataPacket } from '../wire/index.ts';
import type { OutboundPull } from './outbound-pull.ts';

/**
 * Fills `out` with data packets of one pull, all `segmentBytes` long but for the last, and takes what they hold off what is to be sent. Returns the end of the
 * last. MUST WIRE-4
 */
export function writeRun(
  telemetry: Telemetry,
  pull: OutboundPull,
  buffer: RecordSource,
  flags: number,
  segmentsMax: number,
  segmentBytes: Bytes,
  out: TransmitBuffer,
): Bytes {
  const packet = WRITTEN.data;
  const { transfer, toSend, sentHigh } = pull;
  const { slot, generation } = transfer;
  const peer = transfer.peer.id;
  packet.pullSlot = pull.slot;
  packet.tokenHi = pull.tokenHi >>> 0;
  packet.tokenLo = pull.tokenLo >>> 0;
  let last = 0;
  let at = 0;
  let isShort = false;
  for (let i = 0; i < segmentsMax && !toSend.isEmpty && !isShort;) {
    const start = toSend.startAt(0);
    const end = toSend.endAt(0);
    let offset = start;
    // A packet shorter than the others ends the run: a run has segments of one size.
    for (; i < segmentsMax && offset < end && !isShort; i += 1) {
      const header = DataPacket.headerLength(offset);
      const length = Math.min(end - offset, segmentBytes - header);
      packet.flags = offset < sentHigh ? flags | DataPacket.RETRANSMISSION : flags;
      packet.length = header + length;
      packet.offset = offset;
      packet.emitHeader(out.bytes, at, out.bytes.length);
      fillPayload(buffer, offset, offset + length, out, i, at, header);
      telemetry.dataSent(peer, slot, generation, offset, length);
      offset += length;
      at += header + length;
      isShort = header + length < segmentBytes;
    }
    toSend.remove(start, offset);
    last = offset;
  }
  out.lengthBytes = at;
  out.segmentBytes = Math.min(segmentBytes, at);
  return last;
}

/** Payload [start, end) of segment `index`, which begins at `at`, behind its header. */
function fillPayload(
  buffer: RecordSource,
  start: Bytes,
  end: Bytes,
  out: TransmitBuffer,
  index: number,
  at: number,
  headerBytes: Bytes,
): void {
  const shared = out.byReference ? buffer.share(start, end) : undefined;
  if (shared !== undefined) {
    out.refer(index, headerBytes, shared, start);
    return;
  }
  out.shared[index] = undefined;
  if (!out.gathers) {
    buffer.read(start, end, out.bytes, at + headerBytes);
    return;
  }
  let place = at + headerBytes;
  while (start < end) {
    const record = Math.floor(start / RECORD_SEALED_BYTES);
    const base = record * RECORD_SEALED_BYTES;
    const stop = Math.min(end, base + RECORD_SEALED_BYTES);
    out.pieces.add(place, buffer.record(record), start - base, stop - base);
    place += stop - start;
    start = stop;
  }
}
