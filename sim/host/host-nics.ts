import { NicMonitor } from '../../protocol/router/nic-monitor.ts';
import { NicShare } from '../../protocol/transfer/nic-share.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { Nic } from '../net/nic.ts';

/** The NICs of a host as its workers share them. REQ MNIC-2, MNIC-6, MNIC-7 */
export class HostNics {
  readonly monitor: NicMonitor;
  private readonly nics: readonly Nic[];
  private readonly shares: readonly NicShare[];

  constructor(nics: readonly Nic[]) {
    this.nics = nics;
    this.monitor = new NicMonitor(nics.length);
    this.shares = nics.map(() => new NicShare());
  }

  share(nic: number): NicShare {
    return this.shares[nic] as NicShare;
  }

  onHeard(nic: number, worker: number, bytes: Bytes, nowNs: Nanos): void {
    this.monitor.onHeard(nic, worker, bytes, nowNs);
  }

  /** `busy`: by NIC, its workers that have something under way. */
  onCarrier(busy: (nic: number) => readonly number[], nowNs: Nanos): void {
    this.nics.forEach((nic, index) => {
      const { isUp } = nic.uplink;
      if (isUp !== this.monitor.nics[index]?.isUp) this.monitor.onCarrier(index, isUp, busy(index), nowNs);
    });
  }
}
