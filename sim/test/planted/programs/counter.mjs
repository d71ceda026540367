/** A client adds to a counter at a server over UDP, and asks again when no answer comes. */
import assert from 'node:assert/strict';

export const hosts = 2;

/** Which packets are lost. @type {import('../../../../tools/planted/program-quarry.ts').Program['faults']} */
export const faults = (rng) => Array.from({ length: 3 }, () => ({ lost: rng.below(12) }));

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim, lost) {
  let sent = 0;
  sim.monitor(() => {
    const number = sent++;
    return lost.some((fault) => fault.lost === number) ? 'drop' : 'pass';
  });
  let counter = 0;
  sim.group('server').spawn(async () => {
    const socket = sim.bind(7);
    /** @type {Set<number>} */
    const seen = new Set();
    for (;;) {
      const { data, from } = await socket.recvFrom();
      const id = data[0] ?? 0;
      if (!seen.has(id)) counter += 1;
      seen.add(id);
      socket.sendTo(data, from);
    }
  });
  const client = sim.group('client').spawn(async () => {
    const socket = sim.bind(0);
    for (let id = 1; id <= 3; id += 1) await call(sim, socket, id);
  });
  await client.join();
  assert.equal(counter, 3, 'three were added');
}

/**
 * @param {import('../../../../sim/index.ts').Sim} sim
 * @param {import('../../../../sim/index.ts').UdpSocket} socket
 * @param {number} id
 */
async function call(sim, socket, id) {
  for (;;) {
    socket.sendTo(Uint8Array.of(id), 'server:7');
    try {
      const answered = async () => {
        while ((await socket.recvFrom()).data[0] !== id);
      };
      return await sim.timeout(1_000_000, answered);
    } catch {
      // No answer: once more.
    }
  }
}
