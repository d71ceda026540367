export interface Arrival {
  readonly atNs: number;
  readonly wireBytes: number;
  readonly priority: number;
}

export interface SlowPortLimits {
  readonly bufferBytes: number;
  readonly priorities: number;
  readonly portBytes: number;
  readonly portPackets: number;
}

/**
 * The obvious output port, as an oracle: time in exact fractions (units of 1/rate ns as bigint), queues as lists, nothing
 * clever. `departureNs[n]` is when the last bit of arrival n is on the wire, rounded up.
 */
export function simulateSlowPort(
  rateBps: number,
  { bufferBytes, priorities, portBytes, portPackets }: SlowPortLimits,
  arrivals: readonly Arrival[],
): { departureNs: (number | 'dropped')[] } {
  const rate = BigInt(rateBps);
  const departureNs: (number | 'dropped')[] = arrivals.map(() => 'dropped');
  const queues: number[][] = Array.from({ length: priorities }, () => []);
  let freeUnits = 0n;
  let waitingBytes = 0;

  const waiting = (): number => queues.reduce((sum, queue) => sum + queue.length, 0);
  const freeNs = (): number => Number((freeUnits + rate - 1n) / rate);
  const start = (n: number, fromUnits: bigint): void => {
    freeUnits = fromUnits + BigInt(arrivals[n]!.wireBytes) * 8_000_000_000n;
    departureNs[n] = freeNs();
  };
  const serveUntil = (ns: number): void => {
    while (queues.some((queue) => queue.length > 0) && freeNs() < ns) {
      const n = queues.find((queue) => queue.length > 0)!.shift()!;
      waitingBytes -= arrivals[n]!.wireBytes;
      start(n, freeUnits);
    }
  };

  arrivals.forEach(({ atNs, wireBytes, priority }, n) => {
    serveUntil(atNs);
    const nowUnits = BigInt(atNs) * rate;
    const empty = queues.every((queue) => queue.length === 0);
    if (empty && freeUnits <= nowUnits) start(n, nowUnits);
    else if (waitingBytes + wireBytes <= Math.min(bufferBytes, portBytes) && waiting() < portPackets) {
      queues[Math.min(priority, priorities - 1)]!.push(n);
      waitingBytes += wireBytes;
    }
  });
  serveUntil(Infinity);
  return { departureNs };
}
