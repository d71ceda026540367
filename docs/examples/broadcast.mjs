import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const replicas = await Promise.all(
  ['a', 'b', 'c'].map(async (name) => {
    const replica = await createUdpPool({ secret, bind: '127.0.0.1:0' });
    replica.pool.serve(({ body }) => {
      if (name === 'b') throw new Error('the disk is full');
      return Buffer.from(`${name} has ${body.length} bytes`);
    });
    return replica;
  }),
);
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const peers = await Promise.all(replicas.map(({ address }) => client.connect(address)));

// Encrypted once, whatever the number of peers. Each has an outcome of its own; the promise never rejects for one of them.
const outcomes = await client.pool.broadcast(peers, new Uint8Array(500_000));
for (const { response, error } of outcomes) {
  console.log(response ? Buffer.from(response.body).toString() : error?.message);
}

await Promise.all([client, ...replicas].map((pool) => pool.close()));
