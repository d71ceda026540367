import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
// What the reader lets in: four messages that it has not taken.
const endpoint = { streamMessagesMax: 4 };
const server = await createUdpPool({ secret, bind: '127.0.0.1:0', endpoint });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

let read = 0;
let written = 0;
let ahead = 0;
server.pool.serve({
  async stream(call) {
    for await (const _ of call) {
      read += 1;
      ahead = Math.max(ahead, written - read);
      // A slow application: each message costs it a few turns of the event loop.
      for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    }
    return Buffer.from('read');
  },
});

const peer = await client.connect(server.address);
// What the writer keeps of what has not arrived.
const stream = client.pool.bidirectional(peer, { limits: { messages: 4, bytes: 1 << 20 } });
for (; written < 100; written += 1) await stream.write(new Uint8Array(1000)); // waits for the reader
stream.end();
for await (const answer of stream) console.log(read, Buffer.from(answer).toString());
console.log('never more than 10 ahead:', ahead <= 10);

await Promise.all([client.close(), server.close()]);
