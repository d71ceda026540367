import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

/** @type {Promise<Uint8Array>} */
const first = new Promise((resolve) => {
  server.pool.serve({
    unary: ({ body }) => body,
    datagram: ({ body }) => resolve(body),
  });
});

const peer = await client.connect(server.address);
await client.pool.unaryRpc(peer, Buffer.from('hello')); // who has proven itself may send datagrams
// Sent once, arrives at most once: none of these may come, on a bad day.
for (let i = 0; i < 20; i += 1) client.pool.datagram(peer, Buffer.from(`tick`));
console.log(Buffer.from(await first).toString());

await Promise.all([client.close(), server.close()]);
