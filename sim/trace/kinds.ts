import { assert } from '../kernel/assert.ts';

/** Names of one layer's records and their numbers; the numbers are part of the trace hash. */
export type KindTable = Readonly<Record<string, number>>;

/**
 * What a host's application does. `where` is the host; an exchange is named by a number that is unique in the run.
 */
export const HostKind = {
  /** A request was handed to the transport: exchange, server host, bytes, priority. */
  OFFERED: 64,
  /** The handler of a request began: exchange, client host, bytes, content hash. */
  HANDLED: 65,
  /** It answered, later than at once: exchange, client host, bytes, content hash. */
  REPLIED: 66,
  /** The response is complete: exchange, server host, bytes, content hash. */
  COMPLETED: 67,
  /** The exchange ended without: exchange, server host, error code, 0. */
  FAILED: 68,
  /** The application gave up first: exchange, server host, 0, 0. */
  CANCELLED: 69,
  /** A checker found a violation: index in the list of violations, 0, 0, 0. */
  VIOLATION: 70,
  /** A fault of this host began: index in its timeline, HostFaultKind, its parameter or 0, 0. */
  HOST_FAULT_ON: 71,
  /** It ended: the same. */
  HOST_FAULT_OFF: 72,
  /** The exchange ended because its caller's host went down: exchange, server host, 0, ns since it was offered. */
  CRASHED: 73,
} as const;
export type HostKind = (typeof HostKind)[keyof typeof HostKind];

/** The kinds of all layers of a simulation, each with its name. */
export class KindNames {
  readonly #names = new Map<number, string>();

  /** @param layers layer → its table; no number may have two names. */
  constructor(layers: Readonly<Record<string, KindTable>>) {
    for (const [layer, table] of Object.entries(layers)) {
      for (const [name, kind] of Object.entries(table)) {
        assert(!this.#names.has(kind), 'two kinds of trace record have the same number');
        this.#names.set(kind, `${layer}.${name.toLowerCase()}`);
      }
    }
  }

  /** `layer.name`, or `kind N` for a number nobody named. */
  nameOf(kind: number): string {
    return this.#names.get(kind) ?? `kind ${kind}`;
  }
}
