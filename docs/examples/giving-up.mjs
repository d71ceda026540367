import { createUdpPool, PresharedSecret, TransferError } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const peer = await client.connect(server.address);

/** @param {Promise<unknown>} call */
const reasonOf = (call) =>
  call.then(
    () => 'answered',
    (error) => (error instanceof TransferError ? error.reason : error),
  );

// Nobody serves yet: refused, which is transient, so it is tried again after a while, and again. `retriesMax` bounds it.
const early = client.pool.unaryRpc(peer, Buffer.from('echo'), { retriesMax: 20 });
console.log(
  'without another try:',
  await reasonOf(client.pool.unaryRpc(peer, Buffer.from('echo'), { retriesMax: 0 })),
);

let gone = 0;
server.pool.serve(({ body, signal }) => {
  if (Buffer.from(body).toString() === 'echo') return body;
  // A handler learns that nobody waits any more; the signal may be handed on to calls of its own.
  return new Promise(() => signal.addEventListener('abort', () => (gone += 1)));
});
console.log('with another try:', await reasonOf(early));

const deadlineNs = client.pool.now() + 50_000_000; // in 50 ms
console.log(
  'with a deadline:',
  await reasonOf(client.pool.unaryRpc(peer, Buffer.from('slow'), { deadlineNs })),
);

const controller = new AbortController();
const call = client.pool.unaryRpc(peer, Buffer.from('slow'), { signal: controller.signal });
controller.abort();
console.log('with a signal:', await reasonOf(call));

// The fate of a request whose peer restarts or is not heard of is unknown. It is tried again only if it may be handled twice.
console.log(
  'idempotent:',
  await reasonOf(client.pool.unaryRpc(peer, Buffer.from('echo'), { idempotent: true })),
);

await Promise.all([client.close(), server.close()]);
