/** A server tells a replica each new value; packets may overtake each other. */
import assert from 'node:assert/strict';

export const hosts = 2;

/** Which packets are held back, for how long. @type {import('../../../../tools/planted/program-quarry.ts').Program['faults']} */
export const faults = (rng) =>
  Array.from({ length: 1 + rng.below(3) }, () => ({
    packet: rng.below(5),
    delayNs: (1 + rng.below(50)) * 10_000,
  }));

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim, late) {
  let sent = 0;
  sim.monitor(() => {
    const number = sent++;
    const fault = late.find(({ packet }) => packet === number);
    return fault === undefined ? 'pass' : { delayNs: fault.delayNs };
  });
  const replica = { version: 0 };
  sim.group('replica').spawn(() => {
    sim.bind(7).onDatagram((data) => {
      const version = data[0] ?? 0;
      if (version <= replica.version) return;
      replica.version = version;
    });
  });
  const server = sim.group('server').spawn(async () => {
    const socket = sim.bind(0);
    for (let version = 1; version <= 5; version += 1) {
      socket.sendTo(Uint8Array.of(version), 'replica:7');
      await sim.sleep(20_000);
    }
  });
  await server.join();
  await sim.sleep(2_000_000);
  assert.equal(replica.version, 5, 'the replica has the last value');
}
