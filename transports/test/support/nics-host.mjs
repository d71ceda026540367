// One host with two NICs, n0 and n1, in a process (and network namespace) of its own.
//   serve PSK           prints the addresses of its two pools, as JSON
//   call PSK ADDRESSES  calls until its stdin says `stop`; prints a JSON line for each call, and how it went at the end
import { createHash } from 'node:crypto';
import { PresharedSecret, createPool, createUdpPool } from '../../../dist/transports/index.js';

const [what, psk, addresses] = process.argv.slice(2);
const options = { secret: PresharedSecret.fromHex(psk), nics: ['n0', 'n1'] };
const nicEvents = [];
const onEvent = (event) => event.type === 'nic-changed' && nicEvents.push([event.nic, event.isUp]);
/** Workers, one at each NIC; and one endpoint, whose home is n0. */
const workers = await createPool({ ...options, cores: 2, onEvent });
const single = await createUdpPool({ ...options, onEvent });
const tell = (line) => console.log(JSON.stringify(line));
const digest = (bytes) => createHash('sha256').update(bytes).digest();

function serve() {
  workers.serve(({ body }) => ({ body: digest(body) }));
  single.pool.serve({
    async stream(call) {
      const hash = createHash('sha256');
      let next = 0;
      for await (const message of call) {
        if (new DataView(message.buffer, message.byteOffset).getUint32(0) !== next) throw new Error('order');
        next += 1;
        hash.update(message);
      }
      return hash.digest();
    },
  });
  tell({ workers: workers.addresses, single: single.address });
  process.stdin.on('end', () => process.exit()).resume();
}

let isStopped = false;
const done = { calls: 0, messages: 0, wrong: 0 };

function message(bytes, number) {
  const body = new Uint8Array(bytes).fill(number);
  for (let i = 0; i < bytes; i += 1009) body[i] = (number * 31 + i) & 255;
  new DataView(body.buffer).setUint32(0, number);
  return body;
}

async function callWorkers(peer, lane) {
  for (let i = 0; !isStopped; i += 1) {
    const body = message(300_000, i * 8 + lane);
    const answer = await workers.unaryRpc(peer, body);
    if (Buffer.compare(answer.body, digest(body)) !== 0) done.wrong += 1;
    done.calls += 1;
    tell({ done, nicEvents });
  }
}

async function callSingle(peer) {
  const hash = createHash('sha256');
  function* messages() {
    for (let i = 0; !isStopped; i += 1) {
      const next = message(20_000, i);
      hash.update(next);
      done.messages = i;
      yield next;
    }
  }
  const { body } = await single.pool.streamingRequest(peer, messages());
  if (Buffer.compare(body, hash.digest()) !== 0) done.wrong += 1;
}

async function call(far) {
  process.stdin.once('data', () => (isStopped = true));
  const peer = await workers.connect(far.workers);
  const other = await single.connect(far.single);
  const calls = [0, 1, 2, 3].map((lane) => callWorkers(peer, lane));
  await Promise.all([...calls, callSingle(other)]);
  const stats = [...(await workers.stats()), single.stats()];
  const open = stats.map(({ state }) => state.exchanges);
  tell({ done, nicEvents, open, nics: stats.map(({ nics }) => nics), end: true });
  await Promise.all([workers.close(), single.close()]);
  process.exit();
}

if (what === 'serve') serve();
else await call(JSON.parse(addresses));
