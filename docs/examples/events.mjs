import { createUdpPool, PresharedSecret } from 'dcquic';

const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });
server.pool.serve(({ body }) => body);

const subscription = client.pool.events.subscribe(
  (event) => console.log(event.level, event.name),
  { level: 'info', depth: 256 }, // what comes while 256 events wait is dropped and counted
);

const peer = await client.connect(server.address);
await client.pool.unaryRpc(peer, Buffer.from('hello'));
subscription.close();

const metrics = client.exposition().split('\n');
console.log(metrics.find((line) => line.startsWith('dcquic_exchanges_answered_total')));

await Promise.all([client.close(), server.close()]);
