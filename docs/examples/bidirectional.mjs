import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

server.pool.serve({
  async *stream(call) {
    let sum = 0;
    for await (const message of call) yield Uint8Array.of((sum += message[0] ?? 0));
    // The caller has ended its side; ours goes on.
    yield Buffer.from('that is all');
  },
});

const peer = await client.connect(server.address);
const stream = client.pool.bidirectional(peer);
const answers = stream[Symbol.asyncIterator]();
for (const amount of [1, 2, 3]) {
  await stream.write(Uint8Array.of(amount));
  console.log('sum', (await answers.next()).value?.[0]);
}
stream.end();
console.log(Buffer.from((await answers.next()).value ?? []).toString());
console.log('done', (await answers.next()).done);

await Promise.all([client.close(), server.close()]);
