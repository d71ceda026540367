export type CaseName = 'latency' | 'rate' | 'bulk';

const UNARY_BYTES = 32;

/** What is asked of every contestant. */
export interface Case {
  readonly name: CaseName;
  readonly title: string;
  /** Of one round: calls, or bytes. */
  readonly units: number;
  readonly arguments: readonly string[];
}

/** `scale` 1 is about a minute of rounds. */
export function casesOf(scale: number): Case[] {
  const unary = (name: CaseName, concurrency: number, calls: number): Case => {
    const units = Math.max(concurrency, Math.round(calls * scale));
    const title = `unary, ${UNARY_BYTES} bytes each way, ${concurrency.toLocaleString('en-US')} at a time`;
    return { name, title, units, arguments: ['unary', ...[UNARY_BYTES, units, concurrency].map(String)] };
  };
  const bytes = Math.max(1 << 20, Math.round(256 * scale) << 20);
  const title = `bulk, ${bytes >> 20} MiB, segments of 1440 bytes where there are datagrams`;
  return [
    unary('latency', 1, 4000),
    unary('rate', 1000, 40_000),
    { name: 'bulk', title, units: bytes, arguments: ['bulk', String(bytes)] },
  ];
}
