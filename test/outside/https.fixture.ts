import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

/** For tests alone: a certificate of mta-sts.example.com and a few below it, which nobody trusts but they. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIB6zCCAZCgAwIBAgIUQdAvM8kvB0uAbnb59vaLjmOPPKQwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTbXRhLXN0cy5leGFtcGxlLmNvbTAgFw0yNjExMjYwMzAzMjha
GA8yMTI2MTEwMjAzMDMyOFowHjEcMBoGA1UEAwwTbXRhLXN0cy5leGFtcGxlLmNv
bTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLrQ9sho0PetsidW7YorpDty/C2Q
AqkYUIjz9F6+bjiskG52T6PPx0OgyguKm4mJIwDgQ74SylxLGEAZE5FxeYajgakw
gaYwHQYDVR0OBBYEFHgCGVxyTIu/BghHvYQx9NF9xJe/MB8GA1UdIwQYMBaAFHgC
GVxyTIu/BghHvYQx9NF9xJe/MA8GA1UdEwEB/wQFMAMBAf8wUwYDVR0RBEwwSoIT
bXRhLXN0cy5leGFtcGxlLmNvbYIYbXRhLXN0cy5nb25lLmV4YW1wbGUuY29tghlt
dGEtc3RzLndyb25nLmV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0kAMEYCIQCDDX/Y
0SGwUzD42AVa2XPZTtpFizafQWXbxiPGcAdF9QIhAMyRK6OWyxRrQPde4dv9Y8Pk
M0wXvA5GK4ostI9zf68E
-----END CERTIFICATE-----
`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwogH9Fea/0mTqJGt
LeZFA3x2fBvOb1Sa8t2NVKm9cuKhRANCAAS60PbIaND3rbInVu2KK6Q7cvwtkAKp
GFCI8/Revm44rJBudk+jz8dDoMoLipuJiSMA4EO+EspcSxhAGRORcXmG
-----END PRIVATE KEY-----
`;

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTPS server on 127.0.0.1. Returns its port. */
export async function serveHttps(t: Test, answer: Answer): Promise<number> {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
