import type { Bytes, Nanos } from '../core/units.ts';

/** What is known of one NIC. REQ MNIC-6, MNIC-7 */
export interface NicStatus {
  /** Whether it has a carrier. */
  isUp: boolean;
  sentBytes: Bytes;
  receivedBytes: Bytes;
  /** Times that it lost its carrier. */
  downs: number;
  /** Workers that had something under way when it went down last or came up last, and have not been heard by another way, or by this one, since. */
  stranded: number;
  /** From that loss until the last of them was heard by another way; the longest there was. */
  failoverNs: Nanos;
  /** From the return of the carrier until the last of them was heard by this NIC again; the longest there was. */
  returnNs: Nanos;
}

interface Change {
  readonly nic: number;
  readonly isUp: boolean;
  readonly atNs: Nanos;
  readonly workers: Set<number>;
}

/**
 * What the NICs of a host carry, which of them work, and how long it takes until their workers go on elsewhere when one fails. It decides
 * nothing. REQ MNIC-6, MNIC-7, ROUTE-7
 */
export class NicMonitor {
  readonly nics: readonly NicStatus[];
  /** The last change of each NIC, while somebody has not been heard since. */
  private changes: Change[] = [];
  private sampledNs: Nanos = 0;
  private readonly sampled: { sent: Bytes; received: Bytes }[];

  constructor(nics: number) {
    this.nics = Array.from({ length: nics }, () => ({
      isUp: true,
      sentBytes: 0,
      receivedBytes: 0,
      downs: 0,
      stranded: 0,
      failoverNs: 0,
      returnNs: 0,
    }));
    this.sampled = this.nics.map(() => ({ sent: 0, received: 0 }));
  }

  onSent(nic: number, bytes: Bytes): void {
    (this.nics[nic] as NicStatus).sentBytes += bytes;
  }

  /** `worker` was given a packet that authenticated. */
  onHeard(nic: number, worker: number, bytes: Bytes, nowNs: Nanos): void {
    (this.nics[nic] as NicStatus).receivedBytes += bytes;
    if (this.changes.length > 0) this.settle(nic, worker, nowNs);
  }

  /** The carrier of a NIC is lost, or back; `workers` are its own that have something under way. */
  onCarrier(nic: number, isUp: boolean, workers: readonly number[], nowNs: Nanos): void {
    const status = this.nics[nic] as NicStatus;
    if (status.isUp === isUp) return;
    status.isUp = isUp;
    if (!isUp) status.downs += 1;
    status.stranded = workers.length;
    this.changes = this.changes.filter((change) => change.nic !== nic);
    if (workers.length > 0) this.changes.push({ nic, isUp, atNs: nowNs, workers: new Set(workers) });
  }

  private settle(nic: number, worker: number, nowNs: Nanos): void {
    for (const change of this.changes) {
      if (change.isUp !== (nic === change.nic) || !change.workers.delete(worker)) continue;
      const status = this.nics[change.nic] as NicStatus;
      status.stranded -= 1;
      const tookNs = nowNs - change.atNs;
      if (change.isUp) status.returnNs = Math.max(status.returnNs, tookNs);
      else status.failoverNs = Math.max(status.failoverNs, tookNs);
    }
    this.changes = this.changes.filter(({ workers }) => workers.size > 0);
  }

  /** Bits per second of each NIC since this was asked for last. */
  rates(nowNs: Nanos): { sentBps: number; receivedBps: number }[] {
    const bitsPerByteNs = 8e9 / Math.max(nowNs - this.sampledNs, 1);
    this.sampledNs = nowNs;
    return this.nics.map(({ sentBytes, receivedBytes }, nic) => {
      const last = this.sampled[nic] as { sent: Bytes; received: Bytes };
      const sentBps = (sentBytes - last.sent) * bitsPerByteNs;
      const receivedBps = (receivedBytes - last.received) * bitsPerByteNs;
      last.sent = sentBytes;
      last.received = receivedBytes;
      return { sentBps, receivedBps };
    });
  }
}
