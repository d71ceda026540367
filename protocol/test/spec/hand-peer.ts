import { TAG_BYTES } from '../../crypto/suite.ts';
import { deriveControlKey } from '../../keys/control-keys.ts';
import type { PathSecret, Role } from '../../keys/path-secret.ts';
import { OutgoingMessage } from '../../records/message.ts';
import { RecordPool } from '../../records/record-pool.ts';
import { SealedBuffer } from '../../records/sealed-buffer.ts';
import {
  Ack,
  Backlog,
  CancelPull,
  ControlPacket,
  DataPacket,
  Datagram,
  Delivery,
  EarlyData,
  EarlyLimit,
  FlowReset,
  NotifyBlocked,
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
} from '../../wire/index.ts';
import type {
  AckRecord,
  ControlPacketRecord,
  BacklogRecord,
  DeliveryRecord,
  CancelPullRecord,
  DatagramRecord,
  DataPacketRecord,
  EarlyDataRecord,
  EarlyLimitRecord,
  FlowResetRecord,
  NotifyBlockedRecord,
  ProbeRecord,
  ProbeResponseRecord,
  PullRequestRecord,
  RangeAckRecord,
  RegionRecord,
  StreamCloseAckRecord,
  StreamCloseRecord,
  StreamCreditRecord,
  TransferAcceptRecord,
  TransferNotifyRecord,
} from '../../wire/index.ts';
import { notifyFlags, readFrames } from '../support/frames.ts';
import type { Net } from '../support/net.ts';
import type { Node } from '../support/node.ts';
import { pathSecret } from '../support/pair.ts';

const ROOM_BYTES = 65_535;

/** Frames by name, as a test writes and reads them. */
export interface FrameRecords {
  Ack: AckRecord;
  TransferNotify: TransferNotifyRecord;
  TransferAccept: TransferAcceptRecord;
  NotifyBlocked: NotifyBlockedRecord;
  PullRequest: PullRequestRecord;
  RangeAck: RangeAckRecord;
  FlowReset: FlowResetRecord;
  Probe: ProbeRecord;
  ProbeResponse: ProbeResponseRecord;
  StreamCredit: StreamCreditRecord;
  StreamClose: StreamCloseRecord;
  StreamCloseAck: StreamCloseAckRecord;
  CancelPull: CancelPullRecord;
  Backlog: BacklogRecord;
  Delivery: DeliveryRecord;
  Region: RegionRecord;
  EarlyData: EarlyDataRecord;
  EarlyLimit: EarlyLimitRecord;
  Datagram: DatagramRecord;
  Data: DataPacketRecord;
}

export interface Received<Name extends keyof FrameRecords = keyof FrameRecords> {
  name: Name;
  record: FrameRecords[Name];
  atNs: number;
}

export interface SealOptions {
  packetNumber?: number;
  keyPhase?: number;
  epoch?: number;
  /** Else that of the hand. */
  receiverTag?: number;
}

/** A transfer the hand sends: its NOTIFY, and its sealed bytes. */
export interface HandTransfer {
  notify: TransferNotifyRecord;
  sealed: Uint8Array;
}

/**
 * The other side of a path secret, played by hand: it seals what a test writes, right or wrong, and never does anything of
 * itself.
 */
export class HandPeer {
  readonly net: Net;
  readonly node: Node;
  readonly role: Role;
  /** The node's id of this peer; -1 if the node resolves it. */
  readonly id: number;
  address: number;
  /** Both halves of the epoch are this. */
  epoch = 77;
  nextPacketNumber = 0;
  /** What its packets name as the epoch of the node: 0 nobody. */
  tag = 0;
  private readIndex = 0;

  private readonly secret: PathSecret;

  /**
   * @param known the node is told of it beforehand
   * @param index among the hands of one node
   */
  constructor(net: Net, node: Node, role: Role = 'client', known = true, index = 0) {
    this.secret = pathSecret(index);
    this.net = net;
    this.node = node;
    this.role = role;
    this.address = 1000 + net.nodes.length + index;
    const nodeRole = role === 'client' ? 'server' : 'client';
    const config = { address: this.address, secret: this.secret, role: nodeRole } as const;
    this.id = known ? node.endpoint.addPeer(net.now, config) : -1;
  }

  /** Whatever fails, the node takes its peers for healthy. */
  alwaysWell(): void {
    const { context } = this.node.endpoint as unknown as {
      context: { health: { failed(): void; suspect(): void } };
    };
    context.health.failed = () => {};
    context.health.suspect = () => {};
  }

  /** A control packet of these bytes of frames. */
  seal(frames: Uint8Array, options: SealOptions = {}): Uint8Array {
    const { packetNumber = this.nextPacketNumber, keyPhase = 0, receiverTag = this.tag } = options;
    const { epoch = this.epoch } = options;
    const full = { hi: epoch, lo: epoch };
    if (options.packetNumber === undefined) this.nextPacketNumber += 1;
    const header = new ControlPacket();
    header.credential = this.secret.credential;
    Object.assign(header, {
      epochHi: epoch,
      epochLo: epoch,
      worker: 0,
      receiverTag,
      keyPhase,
      packetNumber,
      sealedLength: 0,
    });
    const headerBytes = header.emitLength();
    header.length = headerBytes + frames.length + TAG_BYTES;
    const out = new Uint8Array(header.length);
    header.emitHeader(out, 0, headerBytes);
    const key = deriveControlKey(this.net.crypto, this.secret, this.role, full, 0, keyPhase);
    key.seal(packetNumber, out, 0, headerBytes, frames, 0, frames.length, out, headerBytes);
    return out;
  }

  /** Hands a datagram to the node, which drains. */
  deliver(datagram: Uint8Array): void {
    this.net.deliver(this.node.address, this.address, datagram);
  }

  /** One control packet of these frames. */
  send(...frames: Uint8Array[]): void {
    this.deliver(this.seal(concat(...frames)));
  }

  sendData(
    record: Omit<DataPacketRecord, 'length' | 'flags'>,
    retransmission = false,
    crowded = false,
    congested = false,
  ): void {
    const packet = new DataPacket();
    const length = DataPacket.headerLength(record.offset) + record.payload.length;
    packet.load({ ...record, length, flags: { retransmission, congested, crowded } });
    const out = new Uint8Array(length);
    packet.emit(out, 0, length);
    this.deliver(out);
  }

  /** What came since the last call, a data packet as `Data`. */
  received(): Received[] {
    const found: Received[] = [];
    for (; this.readIndex < this.net.sent.length; this.readIndex += 1) {
      const { bytes, to, sentAt } = this.net.sent[this.readIndex]!;
      if (to !== this.address) continue;
      for (const { name, record } of readFrames(this.net.crypto, bytes, this.secret)) {
        found.push({ name, record, atNs: sentAt } as Received);
      }
    }
    return found;
  }

  /** Those of `received` with this name. */
  only<Name extends keyof FrameRecords>(name: Name): Received<Name>[] {
    return this.received().filter((frame): frame is Received<Name> => frame.name === name);
  }

  /** Proves itself to a node that resolved it: whatever it sends first is answered with a PROBE. */
  prove(): void {
    this.send();
    const [probe] = this.only('Probe');
    this.tag = this.headers().at(-1)!.epoch.lo;
    this.send(frame('ProbeResponse', { nonce: probe!.record.nonce }));
  }

  /** Of all control packets that came. */
  headers(): ControlPacketRecord[] {
    const packet = new ControlPacket();
    return this.net.sent
      .filter(({ to, bytes }) => to === this.address && bytes[0]! >>> 6 === ControlPacket.KIND)
      .map(({ bytes }) => {
        packet.parse(bytes, 0, bytes.length);
        return packet.toRecord();
      });
  }
}

const TYPES = {
  Ack,
  TransferNotify,
  TransferAccept,
  NotifyBlocked,
  PullRequest,
  RangeAck,
  FlowReset,
  Probe,
  ProbeResponse,
  StreamCredit,
  StreamClose,
  StreamCloseAck,
  CancelPull,
  Backlog,
  Region,
  Datagram,
  Delivery,
  EarlyData,
  EarlyLimit,
} as const;

/** The bytes of one frame. */
export function frame<Name extends keyof typeof TYPES>(name: Name, record: FrameRecords[Name]): Uint8Array {
  const out = new Uint8Array(ROOM_BYTES);
  const type = new TYPES[name]() as { load(record: object): { emit: TransferNotify['emit'] } };
  return out.slice(0, type.load(record).emit(out, 0, out.length));
}

/** An inline NOTIFY with the usual fields; `more` over them. */
export function inlineNotify(
  transferSlot: number,
  transferGeneration: number,
  inline: Uint8Array,
  more: Partial<TransferNotifyRecord> = {},
): Uint8Array {
  return frame('TransferNotify', {
    transferSlot,
    transferGeneration,
    flags: notifyFlags({ inline: true }),
    priority: 3,
    size: inline.length,
    headerSize: 0,
    inline,
    ...more,
  });
}

/** A message to be pulled from the hand. */
export function handTransfer(
  net: Net,
  body: Uint8Array,
  more: Partial<TransferNotifyRecord> = {},
): HandTransfer {
  const rawKey = Uint8Array.from({ length: 16 }, (_, i) => i + (more.transferSlot ?? 0));
  const slot = more.transferSlot ?? 0;
  const buffer = new SealedBuffer(net.crypto, new RecordPool(), new OutgoingMessage(body), slot, 9, rawKey);
  const sealed = new Uint8Array(buffer.sealedBytes);
  buffer.read(0, sealed.length, sealed, 0);
  const notify = {
    transferSlot: slot,
    transferGeneration: 1,
    flags: notifyFlags(),
    priority: 3,
    size: body.length,
    headerSize: 0,
    bufferSlot: slot,
    bufferGeneration: 9,
    dataKey: rawKey,
    sealing: 0,
    ...more,
  };
  return { notify, sealed };
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
