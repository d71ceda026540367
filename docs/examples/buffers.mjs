import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({
  secret,
  bind: '127.0.0.1:0',
  endpoint: { bufferBytesMax: 1_000_000 },
});
server.pool.serve(({ body }) => Buffer.from(`${body.length} bytes`));
const peer = await client.connect(server.address);

const { buffers } = client.pool;
const id = await buffers.allocate(600_000);
buffers.write(id, new Uint8Array(400_000));
buffers.write(id, new Uint8Array(200_000), 400_000);
buffers.fill(id); // now it can be submitted, as often as you like, and is encrypted once

// There is no room for a second one now: it waits.
const waiting = buffers.allocate(600_000);
const answers = [client.pool.unaryRpc(peer, id), client.pool.unaryRpc(peer, id, { priority: 0 })];
buffers.release(id); // the two calls go on; the memory is freed as the peer has it
for (const { body } of await Promise.all(answers)) console.log(Buffer.from(body).toString());

buffers.release(await waiting);
try {
  buffers.write(id, new Uint8Array(1));
} catch (error) {
  console.log(/** @type {{ code: string }} */ (error).code);
}
const { buffers: ids, bufferBytes } = client.stats().state;
console.log(ids, bufferBytes);

await Promise.all([client.close(), server.close()]);
