import {
  Ack,
  Backlog,
  CancelPull,
  Datagram,
  Delivery,
  EarlyData,
  EarlyLimit,
  FlowReset,
  NotifyBlocked,
  Padding,
  Probe,
  ProbeResponse,
  PullRequest,
  RangeAck,
  Region,
  StreamClose,
  StreamCloseAck,
  StreamCredit,
  TransferAccept,
  TransferNotify,
  isAckEliciting,
} from '../../../protocol/wire/index.ts';

/** A transfer id as text. */
export type TransferKey = string;

/** What a frame says, as far as the rules need it. */
export type SeenFrame =
  | { readonly kind: 'ack'; readonly ranges: readonly (readonly [low: number, high: number])[] }
  | {
      readonly kind: 'notify';
      readonly id: TransferKey;
      readonly sizeBytes: number;
      readonly isRequest: boolean;
      readonly isInline: boolean;
      /** The request that it answers. */
      readonly replyTo: TransferKey | undefined;
    }
  | { readonly kind: 'accept'; readonly limit: number; readonly ids: readonly TransferKey[] }
  | { readonly kind: 'blocked'; readonly limit: number }
  | {
      readonly kind: 'pull';
      readonly id: TransferKey;
      readonly pullSlot: number;
      readonly token: string;
      readonly isAgain: boolean;
      readonly bytes: number;
    }
  | { readonly kind: 'early'; readonly id: TransferKey; readonly highBytes: number }
  | { readonly kind: 'range-ack'; readonly id: TransferKey; readonly isFinal: boolean }
  | { readonly kind: 'reset'; readonly id: TransferKey; readonly byReceiver: boolean; readonly code: number }
  | { readonly kind: 'probe' | 'other' };

export interface SeenFrames {
  readonly frames: readonly SeenFrame[];
  readonly isEliciting: boolean;
}

export function transferKey(slot: number, generation: number): TransferKey {
  return `${slot}.${generation}`;
}

/** The frames of a packet that its sender wrote, opened. */
export function readFrames(bytes: Uint8Array, start: number, end: number): SeenFrames {
  const frames: SeenFrame[] = [];
  let isEliciting = false;
  for (let at = start; at < end;) {
    const type = bytes[at] as number;
    const codec = CODECS[type];
    const next = codec === undefined ? -1 : codec.parse(bytes, at, end);
    if (next < 0 || codec === undefined) break;
    frames.push(codec.seen());
    isEliciting ||= isAckEliciting(type);
    at = next;
  }
  return { frames, isEliciting };
}

interface Codec {
  parse(bytes: Uint8Array, at: number, end: number): number;
  seen(): SeenFrame;
}

const ack = new Ack();
const notify = new TransferNotify();
const accept = new TransferAccept();
const blocked = new NotifyBlocked();
const pull = new PullRequest();
const early = new EarlyData();
const rangeAck = new RangeAck();
const reset = new FlowReset();

function plain(
  frame: { parse(bytes: Uint8Array, at: number, end: number): number },
  kind: 'probe' | 'other',
): Codec {
  return { parse: (bytes, at, end) => frame.parse(bytes, at, end), seen: () => ({ kind }) };
}

function codec(frame: Omit<Codec, 'seen'>, seen: () => SeenFrame): Codec {
  return { parse: (bytes, at, end) => frame.parse(bytes, at, end), seen };
}

const CODECS: Readonly<Record<number, Codec>> = {
  [Padding.TYPE]: { parse: (_bytes, at) => at + 1, seen: () => ({ kind: 'other' }) },
  [Ack.TYPE]: codec(ack, () => ({ kind: 'ack', ranges: rangesOf(ack) })),
  [TransferNotify.TYPE]: codec(notify, () => ({
    kind: 'notify',
    id: transferKey(notify.transferSlot, notify.transferGeneration),
    sizeBytes: notify.size,
    isRequest: (notify.flags & (TransferNotify.RESPONSE | TransferNotify.CONTINUES)) === 0,
    isInline: (notify.flags & TransferNotify.INLINE) !== 0,
    replyTo:
      (notify.flags & TransferNotify.RESPONSE) === 0
        ? undefined
        : transferKey(notify.replySlot, notify.replyGeneration),
  })),
  [TransferAccept.TYPE]: codec(accept, () => ({
    kind: 'accept',
    limit: accept.notifyLimit,
    ids: Array.from({ length: accept.transfersCount }, (_, i) =>
      transferKey(accept.transfers[2 * i] as number, accept.transfers[2 * i + 1] as number),
    ),
  })),
  [NotifyBlocked.TYPE]: codec(blocked, () => ({ kind: 'blocked', limit: blocked.limit })),
  [PullRequest.TYPE]: codec(pull, () => ({
    kind: 'pull',
    id: transferKey(pull.transferSlot, pull.transferGeneration),
    pullSlot: pull.pullSlot,
    token: `${pull.tokenHi}.${pull.tokenLo}`,
    isAgain: (pull.flags & PullRequest.RETRANSMISSION) !== 0,
    bytes: pull.ranges.slice(0, 2 * pull.rangesCount).reduce((sum, n, i) => sum + (i % 2 === 1 ? n : 0), 0),
  })),
  [EarlyData.TYPE]: codec(early, () => ({
    kind: 'early',
    id: transferKey(early.transferSlot, early.transferGeneration),
    highBytes: early.offset + early.payloadLength,
  })),
  [EarlyLimit.TYPE]: plain(new EarlyLimit(), 'other'),
  [CancelPull.TYPE]: plain(new CancelPull(), 'other'),
  [Delivery.TYPE]: plain(new Delivery(), 'other'),
  [Backlog.TYPE]: plain(new Backlog(), 'other'),
  [Region.TYPE]: plain(new Region(), 'other'),
  [RangeAck.TYPE]: codec(rangeAck, () => ({
    kind: 'range-ack',
    id: transferKey(rangeAck.transferSlot, rangeAck.transferGeneration),
    isFinal: (rangeAck.flags & RangeAck.FINAL) !== 0,
  })),
  [FlowReset.TYPE]: codec(reset, () => ({
    kind: 'reset',
    id: transferKey(reset.transferSlot, reset.transferGeneration),
    byReceiver: (reset.flags & FlowReset.BY_RECEIVER) !== 0,
    code: reset.code,
  })),
  [Probe.TYPE]: plain(new Probe(), 'probe'),
  [ProbeResponse.TYPE]: plain(new ProbeResponse(), 'probe'),
  [Datagram.TYPE]: plain(new Datagram(), 'other'),
  [StreamClose.TYPE]: plain(new StreamClose(), 'other'),
  [StreamCloseAck.TYPE]: plain(new StreamCloseAck(), 'other'),
  [StreamCredit.TYPE]: plain(new StreamCredit(), 'other'),
};

/** Descending, both ends included. */
function rangesOf({ largest, firstRange, ranges, rangesCount }: Ack): [number, number][] {
  const out: [number, number][] = [[largest - firstRange, largest]];
  let low = largest - firstRange;
  for (let i = 0; i < rangesCount; i += 1) {
    const high = low - (ranges[2 * i] as number) - 1;
    low = high - (ranges[2 * i + 1] as number);
    out.push([low, high]);
  }
  return out;
}
