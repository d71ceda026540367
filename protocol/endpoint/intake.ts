import type { Address } from '../core/address.ts';
import type { SharedBytes } from '../core/shared-bytes.ts';
import type { Bytes, Nanos } from '../core/units.ts';
import type { ControlReader } from '../control/control-reader.ts';
import type { Telemetry } from '../telemetry/generated/telemetry.ts';
import type { Context } from './context.ts';
import { DataRun } from '../transfer/data-run.ts';
import type { Receiver } from '../transfer/receiver.ts';
import { ControlPacket, DataPacket } from '../wire/index.ts';

/** Reads datagrams packet by packet, and those that came together by runs of data. MUST WIRE-1, WIRE-2 */
export class Intake {
  private readonly telemetry: Telemetry;
  private readonly receiver: Receiver;
  private readonly reader: ControlReader;
  private readonly dataRun: DataRun;

  constructor(context: Context, receiver: Receiver, reader: ControlReader) {
    this.telemetry = context.telemetry;
    this.receiver = receiver;
    this.reader = reader;
    this.dataRun = new DataRun(context, receiver);
  }

  /** Datagrams of `segmentBytes` one behind the other, of which the last may be shorter. */
  joined(now: Nanos, from: Address, bytes: Uint8Array, segmentBytes: Bytes, isMarked: boolean): void {
    for (let at = 0; at < bytes.length;) {
      const next = this.dataRun.take(now, bytes, at, segmentBytes, isMarked);
      if (next === at) {
        const limit = Math.min(at + segmentBytes, bytes.length);
        this.datagram(now, from, bytes, at, limit, undefined, 0, isMarked);
        at = limit;
      } else {
        at = next;
      }
    }
  }

  /** One datagram, [at, limit) of `bytes`. */
  datagram(
    now: Nanos,
    from: Address,
    bytes: Uint8Array,
    at: number,
    limit: number,
    shared: SharedBytes | undefined,
    sharedStart: number,
    isMarked: boolean,
  ): void {
    const { telemetry } = this;
    telemetry.datagramReceived(isMarked);
    while (at >= 0 && at < limit) {
      telemetry.packetReceived();
      const kind = (bytes[at] as number) >>> 6;
      if (kind === DataPacket.KIND) {
        at = this.receiver.onData(now, bytes, at, limit, shared, sharedStart, isMarked);
      } else if (kind === ControlPacket.KIND) {
        this.receiver.onControl(limit - at);
        at = this.reader.onPacket(now, from, bytes, at, limit);
      } else {
        telemetry.packetDropped('malformed');
        at = -1;
      }
    }
  }
}
