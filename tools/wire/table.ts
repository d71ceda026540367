/** One named bit of a message's flags. */
export interface Flag {
  readonly name: string;
  readonly bit: number;
  readonly doc: string;
}

/** How a field is laid out; see the head of spec/wire.yaml. `fixed` is `bytes:N`. */
export type FieldKind =
  'u8' | 'u16' | 'u32' | 'u64' | 'varint' | 'flags' | 'fixed' | 'bytes' | 'rest' | 'list';

/** The field is there only if `flag` is set (`present`) or only if it is not. */
export interface Condition {
  readonly flag: string;
  readonly present: boolean;
}

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** As the table writes it, for instance `bytes:16`. */
  readonly type: string;
  /** Bytes on the wire if that is the same for every value, else 0. */
  readonly sizeBytes: number;
  /** Largest value of an integer, most items of a list; undefined if only the type bounds it. */
  readonly max: number | undefined;
  /** Names of the integers in one item of a list. */
  readonly items: readonly string[];
  readonly condition: Condition | undefined;
  readonly doc: string;
}

/** A packet or a frame. */
export interface Message {
  readonly form: 'packet' | 'frame';
  /** As the table writes it: `control`, `TRANSFER_NOTIFY`. */
  readonly name: string;
  readonly className: string;
  /** Packet kind or frame type. */
  readonly code: number;
  readonly ackEliciting: boolean;
  readonly flags: readonly Flag[];
  readonly fields: readonly Field[];
  readonly doc: string;
}

export interface ErrorCode {
  readonly name: string;
  readonly code: number;
  readonly doc: string;
}

/** spec/wire.yaml, validated. */
export interface WireTable {
  readonly version: number;
  readonly packets: readonly Message[];
  readonly frames: readonly Message[];
  readonly transferErrors: readonly ErrorCode[];
  readonly exchangeStatuses: readonly ErrorCode[];
}
