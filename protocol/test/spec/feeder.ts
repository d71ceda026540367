import { Net } from '../support/net.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { PullRequestRecord } from '../../wire/index.ts';
import { pattern } from '../support/pair.ts';
import { HandPeer, frame, handTransfer } from './hand-peer.ts';
import type { HandTransfer, Received } from './hand-peer.ts';

/** A hand that announces messages to a node, and answers pulls when it is told to. */
export class Feeder {
  readonly hand: HandPeer;
  readonly transfers = new Map<number, HandTransfer>();
  /** In the order of their first pull. */
  readonly begun: number[] = [];
  readonly pulls: Received<'PullRequest'>[] = [];
  /** Pulled and not answered, in the order of the pulls. */
  private readonly open: { pull: PullRequestRecord; offset: number; end: number }[] = [];

  /** @param beside another hand, of whose node this one is a peer as well; the node is that one's then, with its options */
  constructor(options: Partial<EndpointOptions> = {}, beside?: Feeder) {
    if (beside !== undefined) {
      this.hand = new HandPeer(beside.hand.net, beside.hand.node, 'client', true, 1);
      return;
    }
    const net = new Net({ peerTimeoutNs: 4e9, ...options });
    const node = net.addNode();
    node.endpoint.serve();
    node.handler = () => {};
    this.hand = new HandPeer(net, node);
  }

  /** `delayNs`: its sender says that so much goes before it. */
  announce(slot: number, bytes: number, priority = 3, delayNs = 0): void {
    const transfer = handTransfer(this.hand.net, pattern(bytes, slot), { transferSlot: slot, priority });
    this.transfers.set(slot, transfer);
    const backlog = delayNs > 0 ? [frame('Backlog', { delayNs })] : [];
    this.hand.send(...backlog, frame('TransferNotify', transfer.notify));
    this.collect();
  }

  get outstanding(): number {
    return this.open.reduce((sum, { offset, end }) => sum + end - offset, 0);
  }

  /** Takes note of new pulls; returns their bytes. */
  collect(): number {
    let bytes = 0;
    for (const pull of this.hand.only('PullRequest')) {
      this.pulls.push(pull);
      const { transferSlot, ranges } = pull.record;
      if (!this.begun.includes(transferSlot)) this.begun.push(transferSlot);
      for (const { offset, length } of ranges) {
        this.open.push({ pull: pull.record, offset, end: offset + length });
        bytes += length;
      }
    }
    return bytes;
  }

  /** Sends the next packet that was asked for; false if there is none. `congested`: it serves others as well. */
  step(congested = false): boolean {
    const next = this.open[0];
    if (next === undefined) return false;
    const { transferSlot, pullSlot, token } = next.pull;
    const end = Math.min(next.offset + 1400, next.end);
    const payload = this.transfers.get(transferSlot)!.sealed.slice(next.offset, end);
    const { offset } = next;
    next.offset = end;
    if (end === next.end) this.open.shift();
    this.hand.sendData({ pullSlot, token, offset, payload }, false, false, congested);
    return true;
  }

  /** Answers everything; `check` sees what was outstanding before each grant, and how much was granted. */
  finish(check: (before: number, granted: number) => void = () => {}): void {
    while (this.step()) {
      const before = this.outstanding;
      const granted = this.collect();
      if (granted > 0) check(before, granted);
    }
  }

  bodies(): number[] {
    return this.hand.node.requests.map(({ body }) => body.length);
  }
}
