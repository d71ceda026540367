import type { Nanos } from '../core/units.ts';
import type { Context } from '../endpoint/context.ts';
import type { Peer } from '../peer/peer.ts';
import { nextHold } from './hold.ts';
import type { OutboundTransfer } from './outbound.ts';
import type { SendScheduler } from './send-scheduler.ts';
import { nextOutbound } from './states.ts';

/** Requests that wait: which of them are announced ahead, and what becomes of them then. REQ CAUSE-9 · MUST AFTER-2 */
export class Holds {
  private readonly context: Context;
  private readonly scheduler: SendScheduler;
  private readonly queueNotify: (transfer: OutboundTransfer) => void;

  constructor(context: Context, scheduler: SendScheduler, queueNotify: (transfer: OutboundTransfer) => void) {
    this.context = context;
    this.scheduler = scheduler;
    this.queueNotify = queueNotify;
  }

  hold(transfer: OutboundTransfer): void {
    transfer.hold = nextHold(transfer.hold, 'hold');
    this.want(transfer);
  }

  private want(transfer: OutboundTransfer): void {
    if (!transfer.goesAhead || this.context.options.aheadMax === 0) return;
    const { peer } = transfer;
    peer.aheadQueue ??= new Set<OutboundTransfer>();
    peer.aheadQueue.add(transfer);
    this.context.wantControl(peer);
  }

  /** The next to announce ahead, behind everything else. MUST AHEAD-1 */
  peek(peer: Peer): OutboundTransfer | undefined {
    if (!peer.mayAnnounceAhead) return undefined;
    const [transfer] = peer.aheadQueue ?? [];
    return transfer;
  }

  /** Its NOTIFY is in a packet. */
  onAnnounced(transfer: OutboundTransfer): void {
    const { peer, hold, notifyCount } = transfer;
    if (hold === 'waiting') {
      peer.aheadQueue?.delete(transfer);
      peer.aheadRoom -= 1;
    } else if (hold === 'releasing' && notifyCount === 1) {
      transfer.releasePacket = peer.nextPacketNumber;
    }
    transfer.hold = nextHold(hold, 'announce');
  }

  /** What it waited for is over. MUST AHEAD-3 */
  release(now: Nanos, transfer: OutboundTransfer): void {
    if (transfer.hold !== 'waiting' && transfer.hold !== 'ahead') return;
    // Its data goes on with its own priority.
    this.scheduler.remove(transfer);
    this.leave(transfer);
    transfer.hold = nextHold(transfer.hold, 'release');
    transfer.notifyCount = 0;
    this.scheduler.add(now, transfer);
    this.queueNotify(transfer);
  }

  /** It is no more among those that wait. */
  leave(transfer: OutboundTransfer): void {
    const { peer } = transfer;
    if (transfer.hold === 'ahead') peer.aheadRoom += 1;
    peer.aheadQueue?.delete(transfer);
    if (peer.mayAnnounceAhead) this.context.wantControl(peer);
  }

  /** A transfer that was never released goes to a receiver that knows nothing of it. MUST AHEAD-7 */
  beginAnew(transfer: OutboundTransfer): void {
    this.scheduler.remove(transfer);
    transfer.forgetPulls();
    if (transfer.pulled !== undefined) transfer.pulled.sentHigh = 0;
    transfer.state = nextOutbound(transfer.state, 'again');
    transfer.notifyCount = 0;
    transfer.releasePacket = -1;
    this.leave(transfer);
    transfer.hold = nextHold(transfer.hold, 'restart');
    if (transfer.hold === 'waiting') this.want(transfer);
    else this.queueNotify(transfer);
  }
}
