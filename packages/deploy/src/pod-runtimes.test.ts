import { describe, expect, it } from 'vitest';
import { runtimeProperties } from './pod-runtimes.js';

const pod = (annotations?: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: annotations === undefined ? {} : { annotations },
});
const ranAs = (value: string) => pod({ 'sandbox.seatrial.dev/runtime': value });

describe(runtimeProperties, () => {
  it.each([
    ['one way', [ranAs('process')], 'process'],
    ['one way of several pods once', [ranAs('process'), pod(), ranAs('process')], 'process'],
    ['several ways in order', [ranAs('simulated'), ranAs('docker')], 'docker, simulated'],
  ])('tells %s', (_what, pods, value) => {
    expect(runtimeProperties(pods)).toEqual({ 'sandbox.seatrial.dev/runtime': value });
  });

  it.each([
    ['no pods', []],
    ['pods of a real cluster', [pod(), pod({ 'helm.sh/hook': 'test' })]],
    ['an empty annotation', [ranAs('')]],
  ])('tells nothing of %s', (_what, pods) => {
    expect(runtimeProperties(pods)).toEqual({});
  });
});
