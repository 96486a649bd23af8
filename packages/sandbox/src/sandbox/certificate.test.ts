import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createCertificate } from './certificate.js';

const nowMs = Date.now();
const made = createCertificate({ name: 'sandbox-us-central1-a-demo', addresses: ['172.17.0.1', 'fd00::1'], nowMs });

describe(createCertificate, () => {
  it('makes an authority that signs the certificate', () => {
    const [ca, cert] = [new X509Certificate(made.ca), new X509Certificate(made.cert)];
    expect(ca.ca).toBe(true);
    expect(cert.ca).toBe(false);
    expect(cert.checkIssued(ca)).toBe(true);
    expect(cert.verify(ca.publicKey)).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('is good for its addresses and the names of the service, and no others', () => {
    const cert = new X509Certificate(made.cert);
    for (const ip of ['127.0.0.1', '172.17.0.1', 'fd00::1']) expect(cert.checkIP(ip)).toBe(ip);
    for (const host of ['localhost', 'kubernetes.default.svc']) expect(cert.checkHost(host)).toBe(host);
    expect(cert.checkIP('127.0.0.2')).toBeUndefined();
    expect(cert.checkHost('example.com')).toBeUndefined();
  });

  it('is good from a day ago for a year, also past the years that have two digits', () => {
    for (const now of [nowMs, Date.UTC(2049, 5, 1)]) {
      const { cert } = createCertificate({ name: 'demo', addresses: [], nowMs: now });
      const { validFrom, validTo } = new X509Certificate(cert);
      const cut = (ms: number): number => Math.floor(ms / 1000) * 1000;
      expect(Date.parse(validFrom)).toBe(cut(now - 24 * 3600 * 1000));
      expect(Date.parse(validTo)).toBe(cut(now + 365 * 24 * 3600 * 1000));
    }
  });

  it('is taken by a client that trusts the authority, however long the name is', async () => {
    const { ca, cert, key } = createCertificate({ name: 'n'.repeat(100), addresses: [], nowMs });
    const server = createServer({ cert, key }, (socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port, ca });
    try {
      await once(socket, 'secureConnect');
      expect(socket.authorized).toBe(true);
    } finally {
      socket.destroy();
      server.close();
    }
  });
});
