import * as wire from '../../wire/index.ts';
import { oracleMessages, type OracleMessage } from './oracle.ts';

/** What all generated classes have in common. */
export interface Codec {
  parse(bytes: Uint8Array, at: number, limit: number): number;
  emit(out: Uint8Array, at: number, limit: number): number;
  toRecord(): object;
  load(record: never): unknown;
}

export interface TestedMessage {
  name: string;
  table: OracleMessage;
  create: () => Codec;
}

const CLASSES: Record<string, new () => Codec> = {
  control: wire.ControlPacket,
  data: wire.DataPacket,
  PADDING: wire.Padding,
  ACK: wire.Ack,
  TRANSFER_NOTIFY: wire.TransferNotify,
  TRANSFER_ACCEPT: wire.TransferAccept,
  NOTIFY_BLOCKED: wire.NotifyBlocked,
  PULL_REQUEST: wire.PullRequest,
  RANGE_ACK: wire.RangeAck,
  FLOW_RESET: wire.FlowReset,
  CANCEL_PULL: wire.CancelPull,
  BACKLOG: wire.Backlog,
  DELIVERY: wire.Delivery,
  REGION: wire.Region,
  PROBE: wire.Probe,
  PROBE_RESPONSE: wire.ProbeResponse,
  STREAM_CREDIT: wire.StreamCredit,
  STREAM_CLOSE: wire.StreamClose,
  STREAM_CLOSE_ACK: wire.StreamCloseAck,
  DATAGRAM: wire.Datagram,
  EARLY_DATA: wire.EarlyData,
  EARLY_LIMIT: wire.EarlyLimit,
};

/** Every message of spec/wire.yaml; one without a class here fails the tests that ask for it. */
export const testedMessages: TestedMessage[] = oracleMessages.map((table) => ({
  name: table.name,
  table,
  create: () => new CLASSES[table.name]!(),
}));

export function testedMessage(name: string): TestedMessage {
  const found = testedMessages.find((message) => message.name === name);
  if (found === undefined) throw new Error(`spec/wire.yaml has no message ${name}`);
  return found;
}

/** Bytes `emit` would write: packets have a field called `length`, hence another name for the method. */
export function emitLength(codec: Codec): number {
  const { length, emitLength: packetLength } = codec as { length?: unknown; emitLength?: () => number };
  return packetLength !== undefined ? packetLength.call(codec) : (length as () => number).call(codec);
}

/** Emits a record into an array of its own; undefined if it did not fit. */
export function encode(message: TestedMessage, record: object): Uint8Array {
  const codec = message.create();
  codec.load(record as never);
  const out = new Uint8Array(emitLength(codec));
  const end = codec.emit(out, 0, out.length);
  if (end !== out.length) throw new Error(`${message.name}: emit returned ${end}, not ${out.length}`);
  return out;
}

export function toHex(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Spaces group the digits and mean nothing. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new Error(`not hex: ${text}`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
