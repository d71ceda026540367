const SENDING = 0;
const RECEIVING = 1;
const COUNTS = 2;

/**
 * What the workers of one NIC know of each other: how many of them are sending, and how many have pulled something that has not arrived. Each has
 * an equal part of the NIC's rate, so that together they neither exceed it nor leave anything of it, whoever is busy. There is no lock: two
 * counters in memory that threads may share. REQ NIC-7, NIC-8, ROUTE-1, MNIC-2 · MUST LANE-4
 */
export class NicShare {
  private readonly counts: Int32Array;

  /** @param memory of `NicShare.memory`; workers in threads of their own have the same. */
  constructor(memory: ArrayBufferLike = new ArrayBuffer(COUNTS * 4)) {
    this.counts = new Int32Array(memory);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(COUNTS * 4);
  }

  /** Workers that send, this one included; at least 1. */
  get senders(): number {
    return Math.max(Atomics.load(this.counts, SENDING), 1);
  }

  /** Workers that receive, this one included; at least 1. */
  get receivers(): number {
    return Math.max(Atomics.load(this.counts, RECEIVING), 1);
  }

  addSender(change: 1 | -1): void {
    Atomics.add(this.counts, SENDING, change);
  }

  addReceiver(change: 1 | -1): void {
    Atomics.add(this.counts, RECEIVING, change);
  }
}

/** One worker's place among those of the NIC that it sends by; without one it has the NIC to itself. */
export class NicPlace {
  private share: NicShare | undefined;
  private isSending = false;
  private isReceiving = false;

  get senders(): number {
    return this.share === undefined ? 1 : this.share.senders;
  }

  get receivers(): number {
    return this.share === undefined ? 1 : this.share.receivers;
  }

  /** The worker sends by another NIC from now on, or by none. */
  move(share: NicShare | undefined): void {
    const { isSending, isReceiving } = this;
    this.note(false, false);
    this.share = share;
    this.note(isSending, isReceiving);
  }

  /** Whether it has something to send, and whether something that it pulled is on its way. */
  note(isSending: boolean, isReceiving: boolean): void {
    if (isSending !== this.isSending) this.share?.addSender(isSending ? 1 : -1);
    if (isReceiving !== this.isReceiving) this.share?.addReceiver(isReceiving ? 1 : -1);
    this.isSending = isSending;
    this.isReceiving = isReceiving;
  }
}
