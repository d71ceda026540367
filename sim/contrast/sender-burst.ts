import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { SharedBytes } from '../../protocol/core/shared-bytes.ts';
import { READ, WRITTEN } from '../../protocol/control/frame-set.ts';
import { ControlWriter } from '../../protocol/control/control-writer.ts';
import type { PartKinds } from '../../protocol/endpoint/parts.ts';
import type { Peer } from '../../protocol/peer/peer.ts';
import type { InboundPull } from '../../protocol/transfer/inbound-pull.ts';
import type { InboundTransfer } from '../../protocol/transfer/inbound.ts';
import { LossDetector } from '../../protocol/transfer/loss-detector.ts';
import type { OutboundTransfer } from '../../protocol/transfer/outbound.ts';
import { PullBudget } from '../../protocol/transfer/pull-budget.ts';
import { PullScheduler } from '../../protocol/transfer/pull-scheduler.ts';
import type { Grant } from '../../protocol/transfer/pull-scheduler.ts';
import { Receiver } from '../../protocol/transfer/receiver.ts';
import { Sender } from '../../protocol/transfer/sender.ts';
import { RangeAck } from '../../protocol/wire/index.ts';

/** What arrived is acknowledged with every eighth packet of a message. */
const PACKETS_PER_ACK = 8;
/** Ranges in one RANGE_ACK. */
const RANGES_MAX = 64;
/** What is not acknowledged so many round trips after the last of it has left is sent again. */
const GAP_RTTS = 3;

/** Whatever is announced is wanted at once and as a whole. */
class OpenBudget extends PullBudget {
  override of(_peer: Peer): Bytes {
    return Math.floor(this.context.options.receiveBufferBytes / 2);
  }
}

class OpenScheduler extends PullScheduler {
  protected override newBudget(): PullBudget {
    return new OpenBudget(this.context);
  }
}

/** Loss is the sender's to find, but that of the word that it may send. */
class OpeningLosses extends LossDetector {
  override onArrival(_now: Nanos, pull: InboundPull): void {
    this.forget(pull);
  }
}

/** Takes what comes, whenever it comes, and acknowledges it. */
class OpenReceiver extends Receiver {
  private readonly packets: WeakMap<InboundTransfer, number> = new WeakMap<InboundTransfer, number>();

  protected override newScheduler(grant: Grant): PullScheduler {
    return new OpenScheduler(this.context, grant);
  }

  protected override newLosses(): LossDetector {
    return new OpeningLosses(this.context, this.scheduler, this.allowance);
  }

  override onData(
    now: Nanos,
    bytes: Uint8Array,
    at: number,
    limit: number,
    shared: SharedBytes | undefined,
    sharedStart: number,
    isMarked: boolean,
  ): number {
    const next = super.onData(now, bytes, at, limit, shared, sharedStart, isMarked);
    const transfer = next < 0 ? undefined : this.table[READ.data.pullSlot];
    if (transfer === undefined) return next;
    const count = (this.packets.get(transfer) ?? 0) + 1;
    this.packets.set(transfer, count);
    if (count % PACKETS_PER_ACK === 0 && !transfer.pull.grantQueued) {
      transfer.pull.grantQueued = true;
      transfer.peer.grants.push(transfer);
      this.context.wantControl(transfer.peer);
    }
    return next;
  }
}

/** Acknowledges every range that arrived, and says nothing of the path. */
class OpenWriter extends ControlWriter {
  protected override writeDelivery(): void {
    return;
  }

  protected override writeProgress(peer: Peer, transfer: InboundTransfer): void {
    const { received } = transfer.pull;
    if (received.isEmpty) return;
    const { rangeAck } = WRITTEN;
    rangeAck.transferSlot = transfer.slot;
    rangeAck.transferGeneration = transfer.generation;
    rangeAck.flags = 0;
    rangeAck.rangesCount = Math.min(received.count, RANGES_MAX);
    for (let i = 0; i < rangeAck.rangesCount; i += 1) {
      rangeAck.ranges[i * 2] = received.startAt(i);
      rangeAck.ranges[i * 2 + 1] = received.endAt(i) - received.startAt(i);
    }
    if (this.put(rangeAck)) this.observe(peer, RangeAck.TYPE, transfer.slot, transfer.generation, true, 0);
  }
}

/** Sends all at once, and all that is not acknowledged again after a short time. */
class BurstSender extends Sender {
  override onDataSent(now: Nanos, transfer: OutboundTransfer): void {
    if (transfer.allSent) this.timers.arm(transfer, now + GAP_RTTS * this.context.options.initialRttNs);
  }

  override onTimeout(now: Nanos): void {
    for (let t = this.timers.expire(now); t !== undefined; t = this.timers.expire(now)) {
      if (t.allSent) this.sendAgain(now, t);
      else this.queueNotify(t);
    }
  }

  private sendAgain(now: Nanos, transfer: OutboundTransfer): void {
    const { pull, buffer } = transfer;
    pull.acked.forEachGap(0, buffer?.sealedBytes ?? 0, (start, end) => pull.toSend.add(start, end));
    this.scheduler.add(now, transfer);
    // It may have arrived as a whole, and the word of that be lost.
    this.queueNotify(transfer);
  }
}

/**
 * How it was done before: every message is sent at once, its sender finds out what was lost by acknowledgements and a timer, and sends again what is not
 * acknowledged after a fixed short gap. Packets, records, keys and the pacing of NICs are those of the protocol. For comparison, in simulations alone.
 */
export const SENDER_BURST: PartKinds = {
  Sender: BurstSender,
  Receiver: OpenReceiver,
  ControlWriter: OpenWriter,
};
