/** What replicas say to each other. propose: accept this value · commit: it is chosen · stable: enough have it · prepare: promise nothing below this ballot · fetch: what was chosen for this slot? · ping: nothing. */
export const KINDS = ['propose', 'commit', 'stable', 'prepare', 'fetch', 'ping'] as const;
export type Kind = (typeof KINDS)[number];

export interface Message {
  kind: Kind;
  slot: number;
  ballot: number;
  /** Which try of which transaction it belongs to: one number for each. */
  attempt: number;
  value: Uint8Array;
}

const HEADER_BYTES = 13;
const NOTHING: Uint8Array = new Uint8Array(0);

export function encode({ kind, slot, ballot, attempt, value }: Message): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, KINDS.indexOf(kind));
  view.setUint32(1, slot);
  view.setUint32(5, ballot);
  view.setUint32(9, attempt);
  bytes.set(value, HEADER_BYTES);
  return bytes;
}

export function decode(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [slot, ballot, attempt] = [view.getUint32(1), view.getUint32(5), view.getUint32(9)];
  return { kind: KINDS[view.getUint8(0)] as Kind, slot, ballot, attempt, value: bytes.slice(HEADER_BYTES) };
}

export function message(
  kind: Kind,
  slot: number,
  ballot = 0,
  attempt = 0,
  value: Uint8Array = NOTHING,
): Uint8Array {
  return encode({ kind, slot, ballot, attempt, value });
}

/** A value that no other attempt proposes. */
export function valueOf(attempt: number, bytes: number): Uint8Array {
  const value = new Uint8Array(bytes);
  let state = Math.imul(attempt + 1, 2_654_435_761) >>> 0;
  for (let i = 0; i < bytes; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    value[i] = state >>> 24;
  }
  return value;
}

/** FNV-1a over all of it: a damaged value has another. */
export function digestOf(value: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of value) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
