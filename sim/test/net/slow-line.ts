export interface Handover {
  readonly atNs: number;
  readonly wireBytes: number;
}

export interface RateChange {
  readonly atNs: number;
  readonly rateBps: number;
}

/**
 * The obvious line, as an oracle, in exact integers: a queue of bytes that is sent at one rate after the other. Of a byte
 * that is partly sent when the rate changes, all is sent anew. Returns when the last bit of each packet is on the wire,
 * rounded up. At one instant, a change comes before a packet.
 */
export function simulateSlowLine(
  rateBps: number,
  handovers: readonly Handover[],
  changes: readonly RateChange[],
): number[] {
  const departures: number[] = [];
  /** Packets not sent yet, and the bytes that are to be sent until each is, counted from `sinceNs`. */
  let queue: { n: number; untilBytes: bigint }[] = [];
  let rate = BigInt(rateBps);
  let sinceNs = 0;
  const sentBytes = (atNs: number): bigint => (BigInt(atNs - sinceNs) * rate) / 8_000_000_000n;
  const departureNs = (bytes: bigint): number =>
    sinceNs + Number((bytes * 8_000_000_000n + rate - 1n) / rate);
  const settle = (atNs: number): void => {
    queue = queue.filter(({ n, untilBytes }) => {
      const done = departureNs(untilBytes) <= atNs;
      if (done) departures[n] = departureNs(untilBytes);
      return !done;
    });
  };
  const steps = [
    ...changes.map((change) => ({ ...change, n: -1 })),
    ...handovers.map((handover, n) => ({ ...handover, n })),
  ].sort((a, b) => a.atNs - b.atNs || a.n - b.n);
  for (const step of steps) {
    settle(step.atNs);
    if ('rateBps' in step) {
      const sent = sentBytes(step.atNs);
      queue = queue.map(({ n, untilBytes }) => ({ n, untilBytes: untilBytes - sent }));
      sinceNs = step.atNs;
      rate = BigInt(step.rateBps);
      continue;
    }
    if (queue.length === 0) sinceNs = step.atNs;
    const before = queue.at(-1)?.untilBytes ?? 0n;
    queue.push({ n: step.n, untilBytes: before + BigInt(step.wireBytes) });
  }
  settle(Number.MAX_SAFE_INTEGER);
  return departures;
}
