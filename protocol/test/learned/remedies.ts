/** A lesson of others, the code that heeds it, and the test that notices when that code is gone. */
export interface Remedy {
  lesson: string;
  /** What happens without it. */
  without: string;
  file: string;
  /** Stands in `file` exactly once. */
  find: string;
  replace: string;
  /** Test file, and the name of a test in it, or the front of one. */
  test: string;
  name: string;
}

const TRANSFER = 'protocol/transfer';
const TEST = 'protocol/test';

export const REMEDIES: readonly Remedy[] = [
  {
    lesson: 'partial grants must be usable',
    without: 'a pull waits until there is room for all that is left of its message',
    file: `${TRANSFER}/pull-budget.ts`,
    find: 'if (this.roomFor(transfer) < Math.min(wanted, mtuBytes * packets)) return false;',
    replace: 'if (this.roomFor(transfer) < wanted) return false;',
    test: `${TEST}/incast.test.ts`,
    name: 'the receive buffer is never overrun',
  },
  {
    lesson: 'a segment larger than the window must not deadlock',
    without: 'a message above the memory for messages is not even received when it is alone',
    file: `${TRANSFER}/receiver.ts`,
    find: 'this.memoryBytes === 0 || this.memoryBytes +',
    replace: 'this.memoryBytes +',
    test: `${TEST}/spec/pull.test.ts`,
    name: 'is given to a message above the bound when it is alone',
  },
  {
    lesson: 'a segment larger than the window must not deadlock',
    without: 'a message above the limit of its stream is never pulled',
    file: 'protocol/stream/in-flow.ts',
    find: 'if (!isAwaited && this.pulledBytes + bytes > this.bytesMax / 2) return false;',
    replace: 'if (this.pulledBytes + bytes > this.bytesMax / 2) return false;',
    test: `${TEST}/learned/lessons.test.ts`,
    name: 'a message larger than the limit of its stream arrives',
  },
  {
    lesson: 'cancel and reset return their credits',
    without: 'a request that is given up while it is handled keeps its credit',
    file: `${TRANSFER}/admission.ts`,
    find: 'this.gate.onGivenUp(now, entry.exchange);',
    replace: '',
    test: `${TEST}/cancel.test.ts`,
    name: 'a handler that still works learns that it need not',
  },
  {
    lesson: 'cancel and reset return their credits',
    without: 'a request that was given up before it was heard of keeps its credit',
    file: `${TRANSFER}/admission.ts`,
    find: 'peer.admitted += 1;\n      this.context.freeCredit(peer);',
    replace: '',
    test: `${TEST}/model/found.test.ts`,
    name: 'a call given up in a long partition gives its credit back after it',
  },
  {
    lesson: 'a reset that overtakes the notify must still bind',
    without: 'the announcement that comes after its reset is obeyed',
    file: `${TRANSFER}/admission.ts`,
    find: 'if (entry !== undefined) this.onReused(now, entry);\n    peer.inbound.set(slot, { generation, transfer: undefined, resetCode: code, exchange: -1 });\n    if (peer.admitted',
    replace: 'if (peer.admitted',
    test: `${TEST}/spec/transfers.test.ts`,
    name: 'a FLOW_RESET that overtakes its NOTIFY binds',
  },
  {
    lesson: 'every rejection after admission tells the peer',
    without: "a request that is refused is left to its caller's patience",
    file: `${TRANSFER}/admission.ts`,
    find: 'this.reset(peer, slot, generation, code);\n    this.gate.onRefused',
    replace: 'this.gate.onRefused',
    test: `${TEST}/reset.test.ts`,
    name: 'a request larger than its receiver takes ends the call with message-too-large',
  },
  {
    lesson: 'every rejection after admission tells the peer',
    without: 'a transfer that is given up while it is pulled is not heard of until it is announced again',
    file: `${TRANSFER}/admission.ts`,
    find: 'if (tell) this.tell(peer, slot, generation, code);',
    replace: '',
    test: `${TEST}/learned/lessons.test.ts`,
    name: 'a sender learns within round trips that its transfer was given up',
  },
  {
    lesson: 'responses read in fixed order must not deadlock N senders',
    without: 'streams that are not read take all grants, and the one that is read has none',
    file: 'protocol/stream/in-flow.ts',
    find: 'this.taken + 1 + extra',
    replace: 'this.taken + (extra > 0 ? 1 + extra : 0)',
    test: `${TEST}/learned/lessons.test.ts`,
    name: 'responses of many streams are read in any fixed order',
  },
  {
    lesson: 'responses read in fixed order must not deadlock N senders',
    without: 'a response needs a credit like a request',
    file: `${TRANSFER}/sender.ts`,
    find: 'if (transfer.isResponse || peer.notified < peer.notifyLimit) return transfer;',
    replace: 'if (peer.notified < peer.notifyLimit) return transfer;',
    test: `${TEST}/credit.test.ts`,
    name: 'two peers full of requests to each other still answer',
  },
  {
    lesson: "two endpoints must never acknowledge each other's acknowledgements for ever",
    without: 'every packet elicits an acknowledgement',
    file: 'protocol/control/frame-reader.ts',
    find: 'eliciting ||= isAckEliciting(type);',
    replace: 'eliciting = true;',
    test: `${TEST}/spec/ack.test.ts`,
    name: 'is not caused by packets that do not elicit one',
  },
  {
    lesson: 'retries at a fixed short gap multiply load twentyfold under overload',
    without: 'the wait before an announcement is repeated does not grow',
    file: 'protocol/recovery/backoff.ts',
    find: 'baseNs * (1 << Math.min(doublings, DOUBLINGS_MAX))',
    replace: 'baseNs',
    test: `${TEST}/spec/transfers.test.ts`,
    name: 'is sent again after 3 round trips and the delay of an acknowledgement, then doubling',
  },
  {
    lesson: 'inject host processing delay',
    without: 'the simulator hands packets over as soon as they have arrived',
    file: 'sim/net/topology/build.ts',
    find: 'delayNs: up.delayNs + config.processingNs',
    replace: 'delayNs: up.delayNs',
    test: 'sim/test/net/timing.test.ts',
    name: 'host processing comes on top, once',
  },
];
