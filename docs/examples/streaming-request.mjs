import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

server.pool.serve({
  async stream(call) {
    let bytes = 0;
    for await (const chunk of call) bytes += chunk.length;
    return Buffer.from(`${bytes} bytes in ${call.headers['name']}`);
  },
});

/** Asked for its next chunk when there is room for it. */
function* chunks() {
  for (let i = 0; i < 100; i += 1) yield new Uint8Array(10_000);
}

const peer = await client.connect(server.address);
const { body } = await client.pool.streamingRequest(peer, chunks(), { headers: { name: 'log' } });
console.log(Buffer.from(body).toString());

await Promise.all([client.close(), server.close()]);
