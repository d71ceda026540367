/** Three nodes elect a leader: each votes once in a term, and two votes are a majority. */
import assert from 'node:assert/strict';

export const hosts = 3;

const NODES = ['a', 'b', 'c'];

/** Which packets are lost. @type {import('../../../../tools/planted/program-quarry.ts').Program['faults']} */
export const faults = (rng) => Array.from({ length: rng.below(4) }, () => ({ lost: rng.below(8) }));

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim, lost) {
  let sent = 0;
  sim.monitor(() => {
    const number = sent++;
    return lost.some((fault) => fault.lost === number) ? 'drop' : 'pass';
  });
  /** @type {string[]} */
  const leaders = [];
  const dice = sim.rng.fork('timeouts');
  const node = async (/** @type {string} */ name, /** @type {number} */ patienceNs) => {
    const socket = sim.bind(7);
    let votedFor = '';
    let votes = 0;
    socket.onDatagram((data, from) => {
      const text = String.fromCharCode(...data);
      if (text.startsWith('vote for ')) {
        const candidate = text.slice('vote for '.length);
        if (votedFor !== '' && votedFor !== candidate) return;
        votedFor = candidate;
        socket.sendTo(bytesOf('yes'), from);
      } else {
        votes += 1;
        if (votes === 2) leaders.push(name);
      }
    });
    await sim.sleep(patienceNs);
    if (votedFor !== '') return;
    votedFor = name;
    votes = 1;
    for (const other of NODES) if (other !== name) socket.sendTo(bytesOf(`vote for ${name}`), `${other}:7`);
  };
  for (const name of NODES) sim.group(name).spawn(() => node(name, (1 + dice.below(10)) * 20_000));
  await sim.sleep(2_000_000);
  assert.ok(leaders.length <= 1, `two leaders of one term: ${leaders.join(', ')}`);
}

function bytesOf(/** @type {string} */ text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
