import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

server.pool.serve({
  async *stream(call) {
    const count = call.request[0] ?? 0;
    call.setHeaders({ count: `${count}` }); // they travel with the first message
    for (let i = 1; i <= count; i += 1) yield Buffer.from(`row ${i}`);
  },
});

const peer = await client.connect(server.address);
const rows = client.pool.streamingResponse(peer, Uint8Array.of(3));
console.log('rows:', (await rows.headers)['count']);
for await (const row of rows) console.log(Buffer.from(row).toString());

await Promise.all([client.close(), server.close()]);
