import { SocketAddress } from 'node:net';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { formatAddress, fromKernel, hostOf, isIpv6, parseAddress, portOf } from '../udp/address.ts';
import { resolvePeer } from '../udp/resolve.ts';

const port = fc.nat({ max: 65535 });

describe('addresses', () => {
  test.prop([fc.ipV4(), port])('IPv4 is ip * 65536 + port and comes back', (host, portNumber) => {
    const address = fromKernel(host, portNumber);
    const [a, b, c, d] = host.split('.').map(Number) as [number, number, number, number];
    expect(address).toBe((((a * 256 + b) * 256 + c) * 256 + d) * 65536 + portNumber);
    expect([hostOf(address), portOf(address), isIpv6(address)]).toEqual([host, portNumber, false]);
    expect(parseAddress(formatAddress(address))).toBe(address);
  });

  test.prop([fc.ipV6(), port])(
    'however IPv6 is written, it equals what the kernel reports for it',
    (host, portNumber) => {
      const kernel = new SocketAddress({ address: host, family: 'ipv6', port: portNumber }).address;
      const address = fromKernel(kernel, portNumber);
      expect(parseAddress(`[${host}]:${portNumber}`)).toBe(address);
      expect(portOf(address)).toBe(portNumber);
      expect(parseAddress(formatAddress(address))).toBe(address);
      if (isIpv6(address)) expect(hostOf(address)).toBe(kernel);
      else expect(kernel).toBe(`::ffff:${hostOf(address)}`);
    },
  );

  it.each([
    ['[0:0:0:0:0:0:0:1]:7', '[::1]:7'],
    ['[2001:DB8:0:1:0:0:0:1]:443', '[2001:db8:0:1::1]:443'],
    ['[fe80::1%eth0]:443', '[fe80::1%eth0]:443'],
    ['[::ffff:192.0.2.1]:80', '192.0.2.1:80'],
    ['[::ffff:c000:201]:80', '192.0.2.1:80'],
  ])('%s is %s', (text, canonical) => {
    expect(formatAddress(parseAddress(text))).toBe(canonical);
  });

  it.each([
    '1.2.3.4',
    '1.2.3.4:',
    '1.2.3.4:65536',
    '1.2.3.4:-1',
    '1.2.3:4',
    '1.2.3.256:4',
    '1.2.3.04:4',
    '1.2..4:4',
    '1.2.3.4.5:4',
    ':4',
    '[]:4',
    '::1:4',
    '[::g]:4',
    'localhost:4',
    '',
  ])('%j is refused with a code', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
  });

  test.prop([fc.string()])('parsing strangers gives an address or a coded error', (text) => {
    try {
      parseAddress(text);
    } catch (error) {
      expect(error).toMatchObject({ code: 'BAD_ADDRESS' });
    }
  });
});

describe('resolvePeer', () => {
  it('takes numbers as they are and looks names up', async () => {
    expect(await resolvePeer('192.0.2.9:4433')).toBe(fromKernel('192.0.2.9', 4433));
    expect(['127.0.0.1', '::1']).toContain(hostOf(await resolvePeer('localhost:4433')));
  });

  it('refuses port 0 and names that cannot exist', async () => {
    await expect(resolvePeer('127.0.0.1:0')).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
    await expect(resolvePeer('nobody.invalid:1')).rejects.toMatchObject({ code: 'NAME_NOT_FOUND' });
  });
});
