import { createUdpPool, PresharedSecret } from 'dcquic';

// Two pools in one process, for the sake of the example; a service has one. Both have the secret in their configuration.
const secret = PresharedSecret.generate();
const server = await createUdpPool({ secret, bind: '127.0.0.1:0' });
const client = await createUdpPool({ secret, bind: '127.0.0.1:0' });

server.pool.serve(({ body, headers }) => ({
  body: body.slice().reverse(),
  headers: { method: `${headers['method']} done` },
}));

const peer = await client.connect(server.address);
const { body, headers, metrics } = await client.pool.unaryRpc(peer, Buffer.from('drawer'), {
  headers: { method: 'reverse' },
  priority: 0,
});
console.log(Buffer.from(body).toString(), headers['method'], metrics.responseBytes > 0);

await Promise.all([client.close(), server.close()]);
