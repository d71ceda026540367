// argv: the library that calls C. One port keeps the process alive until it is closed, another does not; prints when the process ended.
import { TransmitBuffer } from '../../../dist/protocol/transmit.js';
import { bindUdp } from '../../../dist/transports/udp/bind.js';

const options = { address: '127.0.0.1', ffi: [process.argv[2]] };
const unreachable = () => {};
const idle = await bindUdp(options);
idle.receive({ datagram: () => {}, unreachable });
idle.setKeepAlive(false);
let isClosed = false;
const port = await bindUdp(options);
port.receive({
  datagram: async () => {
    isClosed = true;
    await port.close();
  },
  unreachable,
});
process.on('exit', () => console.log(isClosed ? 'after the port was closed' : 'while the port was open'));
const run = new TransmitBuffer(1);
Object.assign(run, { destination: port.addresses[0], segmentBytes: 1, lengthBytes: 1 });
idle.send(run, () => {});
