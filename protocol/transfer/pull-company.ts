import type { Bytes } from '../core/units.ts';
import type { Peer } from '../peer/peer.ts';
import type { InboundTransfer } from './inbound.ts';

/** Messages that are pulled together are at most so many of the longest grants. */
const COMPANY_PULLS = 4;

/** The grant before, and those before it to the same peer: what is as good and comes from the same sender, which cannot send faster for it, is pulled with them by one packet. MUST PULL-11 */
export class PullCompany {
  private readonly pullBytesMax: Bytes;
  private peer: Peer | undefined;
  private rank = 0;
  private level = 0;
  private bytes: Bytes = 0;

  constructor(pullBytesMax: Bytes) {
    this.pullBytesMax = pullBytesMax;
  }

  /** What was granted before is in another packet. */
  begin(): void {
    this.peer = undefined;
  }

  onGrant({ peer, rank, pullLevel }: InboundTransfer, bytes: Bytes): void {
    if (this.peer !== peer) this.bytes = 0;
    this.peer = peer;
    this.rank = rank;
    this.level = pullLevel;
    this.bytes += bytes;
  }

  /** With room for `roomBytes` it is granted whatever else is outstanding. */
  includes({ peer, rank, isHeld, pullLevel }: InboundTransfer, roomBytes: Bytes): boolean {
    if (isHeld || this.peer !== peer || this.rank !== rank || this.level !== pullLevel) return false;
    const { pullBytesMax } = this;
    return rank <= pullBytesMax && this.bytes + rank <= COMPANY_PULLS * pullBytesMax && roomBytes >= rank;
  }
}
