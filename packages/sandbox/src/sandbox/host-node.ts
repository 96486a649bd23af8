import { versions } from 'node:process';
import { arch } from 'node:os';
import type { HostNode } from '../registry/image-config.js';

/** The Node this runs on. */
export function runningNode(): HostNode {
  return { version: versions.node, arch: arch() };
}
