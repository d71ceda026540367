import type { CryptoSuite } from '../../crypto/suite.ts';
import { TAG_BYTES } from '../../crypto/suite.ts';
import { deriveControlKey } from '../../keys/control-keys.ts';
import type { PathSecret, Role } from '../../keys/path-secret.ts';
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
} from '../../wire/index.ts';
import type { TransferNotifyRecord } from '../../wire/index.ts';
import { pathSecret } from './pair.ts';

const FRAMES = {
  Ack,
  TransferNotify,
  TransferAccept,
  NotifyBlocked,
  PullRequest,
  RangeAck,
  FlowReset,
  CancelPull,
  EarlyData,
  EarlyLimit,
  StreamCredit,
  StreamClose,
  StreamCloseAck,
  Backlog,
  Region,
  Datagram,
  Delivery,
  Probe,
  ProbeResponse,
  Padding,
} as const;

/** Flags of a TRANSFER_NOTIFY; those not named are off. */
export function notifyFlags(set: Partial<TransferNotifyRecord['flags']> = {}): TransferNotifyRecord['flags'] {
  const off = { inline: false, response: false, stream: false, continues: false };
  return { ...off, last: false, headed: false, deadline: false, held: false, ...set };
}

export type FrameName = keyof typeof FRAMES;

/** A frame as it was read, as an owned record. */
export interface ReadFrame {
  name: FrameName;
  record: object;
}

const BY_TYPE = new Map(Object.entries(FRAMES).map(([name, type]) => [type.TYPE, name as FrameName]));

/** The frames of a datagram's control packets, opened with the keys of `secret`; `Data` stands for a data packet. */
export function readFrames(
  crypto: CryptoSuite,
  bytes: Uint8Array,
  secret: PathSecret = pathSecret(),
): (ReadFrame | { name: 'Data'; record: object })[] {
  const found: (ReadFrame | { name: 'Data'; record: object })[] = [];
  for (let at = 0; at < bytes.length;) {
    const data = new DataPacket();
    const control = new ControlPacket();
    const isData = bytes[at]! >>> 6 === DataPacket.KIND;
    const next = (isData ? data : control).parse(bytes, at, bytes.length);
    if (next < 0) throw new Error(`an endpoint sent a packet that does not parse: ${next}`);
    if (isData) found.push({ name: 'Data', record: data.toRecord() });
    else found.push(...openFrames(crypto, secret, control, bytes, at));
    at = next;
  }
  return found;
}

export function framesIn(crypto: CryptoSuite, bytes: Uint8Array, secret?: PathSecret): string[] {
  return readFrames(crypto, bytes, secret).map(({ name }) => name);
}

function openFrames(
  crypto: CryptoSuite,
  secret: PathSecret,
  packet: ControlPacket,
  bytes: Uint8Array,
  at: number,
): ReadFrame[] {
  const { worker, keyPhase, packetNumber, sealedStart, sealedLength } = packet;
  const epoch = { hi: packet.epochHi, lo: packet.epochLo };
  const plain = new Uint8Array(sealedLength);
  for (const sender of ['client', 'server'] satisfies Role[]) {
    const key = deriveControlKey(crypto, secret, sender, epoch, worker, keyPhase);
    const end = sealedStart + sealedLength;
    if (!key.open(packetNumber, bytes, at, sealedStart, bytes, sealedStart, end, plain, 0)) continue;
    return parseFrames(plain.subarray(0, sealedLength - TAG_BYTES));
  }
  throw new Error('an endpoint sent a control packet that does not open');
}

function parseFrames(plain: Uint8Array): ReadFrame[] {
  const frames: ReadFrame[] = [];
  for (let at = 0; at < plain.length;) {
    const name = BY_TYPE.get(plain[at]!);
    if (name === undefined) throw new Error(`an endpoint sent a frame of type ${plain[at]}`);
    const frame = new FRAMES[name]();
    const next = frame.parse(plain, at, plain.length);
    if (next < 0) throw new Error(`an endpoint sent a ${name} that does not parse: ${next}`);
    frames.push({ name, record: frame.toRecord() });
    at = next;
  }
  return frames;
}
