/** What a TLS server needs, all PEM. */
export interface ServerCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;
const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/**
 * A new authority and a server certificate signed by it.
 *
 * @param addresses IP addresses the certificate is good for beside 127.0.0.1, `localhost` and `kubernetes.default.svc`.
 */
export async function createCertificate(options: {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly nowMs: number;
}): Promise<ServerCertificate> {
  const { name, addresses, nowMs } = options;
  const { generate } = await import('selfsigned');
  // A day back, for clients whose clocks are behind.
  const times = { notBeforeDate: new Date(nowMs - YEAR_MS / 365), notAfterDate: new Date(nowMs + YEAR_MS) };
  const ca = await generate([{ name: 'commonName', value: `${name} CA` }], {
    ...EC,
    ...times,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const server = await generate([{ name: 'commonName', value: name }], {
    ...EC,
    ...times,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...[...names, 'kubernetes.default.svc.cluster.local'].map((value) => ({ type: 2 as const, value })),
          ...['127.0.0.1', ...addresses].map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { ca: ca.cert, cert: server.cert, key: server.private };
}
