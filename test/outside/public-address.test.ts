import t from 'tap';
import { isPublic } from '../../src/outside/public-address.ts';

t.test('ssrf: what leads inside a network is no public address, however it is written', async (t) => {
  const inside = `127.0.0.1 127.1 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
    192.0.2.1 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 2130706433 0x7f000001 017700000001
    ::1 :: fe80::1 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1 ::ffff:93.184.216.34 ::127.0.0.1 64:ff9b::7f00:1
    2002:7f00:1:: 2001:0:1::1 2001:db8::1 100::1 4000::1 localhost mta-sts.example.com`;
  for (const address of ['', ' ', ...inside.split(/\s+/)]) t.notOk(isPublic(address), address);
  for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700::1111', '2a00:1450:4001::1'])
    t.ok(isPublic(address), address);
});
