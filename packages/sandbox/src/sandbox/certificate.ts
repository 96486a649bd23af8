import type { KeyObject } from 'node:crypto';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.js';

/** What a TLS server needs, all PEM. */
export interface ServerCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 24 * 3600 * 1000;
const YEAR_MS = 365 * DAY_MS;
const NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];
const oids = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;
/** Key usages as bits of their first byte: digital signature, certificate signing, list signing. */
const usage = { signature: 0x80, certificates: 0x04, lists: 0x02 } as const;

/**
 * A new authority and a server certificate signed by it, on P-256, good for a year.
 *
 * @param options.dnsNames Names it is good for beside `localhost` and those of the service `kubernetes`. @default none
 * @param options.addresses IP addresses the certificate is good for beside 127.0.0.1.
 * @see https://www.rfc-editor.org/rfc/rfc5280
 */
export function createCertificate(options: {
  readonly name: string;
  readonly dnsNames?: readonly string[];
  readonly addresses: readonly string[];
  readonly nowMs: number;
}): ServerCertificate {
  const { name, dnsNames = [], addresses, nowMs } = options;
  const [authority, server] = [newKeys(), newKeys()];
  const issuer = { name: `${name} CA`, keys: authority };
  const ca = issue({
    subject: issuer,
    issuer,
    nowMs,
    extensions: [
      extension(oids.basicConstraints, der.sequence(der.boolean(true)), true),
      extension(oids.keyUsage, der.bits(Buffer.from([usage.signature | usage.certificates | usage.lists]), 1), true),
    ],
  });
  const ips = ['127.0.0.1', ...addresses].map((ip) => der.tagged(7, ipBytes(ip)));
  const names = [...NAMES, ...dnsNames].map((dns) => der.tagged(2, Buffer.from(dns)));
  const cert = issue({
    subject: { name, keys: server },
    issuer,
    nowMs,
    extensions: [
      extension(oids.basicConstraints, der.sequence()),
      extension(oids.keyUsage, der.bits(Buffer.from([usage.signature]), 7), true),
      extension(oids.extendedKeyUsage, der.sequence(der.oid(oids.serverAuth))),
      extension(oids.subjectAltName, der.sequence(...names, ...ips)),
    ],
  });
  return { ca, cert, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface Keys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

interface Party {
  readonly name: string;
  readonly keys: Keys;
}

function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface Issue {
  readonly subject: Party;
  readonly issuer: Party;
  readonly nowMs: number;
  readonly extensions: readonly Buffer[];
}

function issue({ subject, issuer, nowMs, extensions }: Issue): string {
  const algorithm = der.sequence(der.oid(oids.ecdsaWithSha256));
  const publicKey = subject.keys.publicKey.export({ type: 'spki', format: 'der' });
  const all = [
    ...extensions,
    extension(oids.subjectKeyIdentifier, der.octets(keyId(subject.keys))),
    extension(oids.authorityKeyIdentifier, der.sequence(der.tagged(0, keyId(issuer.keys)))),
  ];
  const contents = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2])), true), // version 3
    der.integer(randomBytes(16)),
    algorithm,
    nameOf(issuer),
    // A day back, for clients whose clocks are behind.
    der.sequence(der.time(nowMs - DAY_MS), der.time(nowMs + YEAR_MS)),
    nameOf(subject),
    publicKey,
    der.tagged(3, der.sequence(...all), true),
  );
  const signature = sign('sha256', contents, issuer.keys.privateKey);
  const encoded = der.sequence(contents, algorithm, der.bits(signature)).toString('base64');
  const lines = encoded.replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

const MAX_COMMON_NAME = 64;

function nameOf({ name }: Party): Buffer {
  return der.sequence(der.set(der.sequence(der.oid(oids.commonName), der.utf8(name.slice(-MAX_COMMON_NAME)))));
}

function keyId({ publicKey }: Keys): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function ipBytes(ip: string): Buffer {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number));
  // The URL parser writes every address out, but for one run of zeros.
  const [head = '', tail = ''] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): string[] => text.split(':').filter((part) => part !== '');
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...zeros, ...after].map((part) => part.padStart(4, '0')).join(''), 'hex');
}
