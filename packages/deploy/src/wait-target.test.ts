import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatWaitTarget, parseWaitTarget } from './wait-target.js';
import type { WaitTarget } from './wait-target.js';

const forms: [text: string, target: WaitTarget][] = [
  ['ready', { type: 'ready' }],
  ['create', { type: 'create' }],
  ['delete', { type: 'delete' }],
  ['condition=Available', { type: 'condition', condition: 'Available', status: 'True' }],
  ['condition=Progressing=Unknown', { type: 'condition', condition: 'Progressing', status: 'Unknown' }],
  ['phase=Running', { type: 'phase', phase: 'Running' }],
  ['jsonpath={.status.podIP}', { type: 'jsonpath', path: '{.status.podIP}', value: undefined }],
  ['jsonpath={.status.phase}=Running', { type: 'jsonpath', path: '{.status.phase}', value: 'Running' }],
  ['jsonpath=.status.phase=a=b', { type: 'jsonpath', path: '.status.phase', value: 'a=b' }],
  [
    'jsonpath={.status.conditions[?(@.type=="a}=b")].status}=True',
    { type: 'jsonpath', path: '{.status.conditions[?(@.type=="a}=b")].status}', value: 'True' },
  ],
  ['cel=object.status.x == 1', { type: 'cel', rule: 'object.status.x == 1' }],
];

describe(parseWaitTarget, () => {
  it.each(forms)('reads %s', (text, target) => {
    expect(parseWaitTarget(text)).toEqual(target);
  });

  it('does not mind the case of the form, as kubectl', () => {
    expect(parseWaitTarget(' Condition=ready ')).toEqual({ type: 'condition', condition: 'ready', status: 'True' });
  });

  it.each([
    '',
    'Ready=True',
    'ready=',
    'condition=',
    'condition=A=B=C',
    'phase=',
    'jsonpath={.a}=',
    'cel=',
    'gone',
    '=x',
  ])('rejects %j, naming what it takes', (text) => {
    const hint = expect.stringContaining('jsonpath={PATH}[=VALUE]');
    expect(() => parseWaitTarget(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID',
        message: `not something to wait for: ${JSON.stringify(text)}`,
        hint,
      }),
    );
  });

  it('throws nothing but DeployError, whatever it is given', () => {
    const text = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom('jsonpath=', 'cel=', 'condition='), fc.string()).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (one) => {
        try {
          parseWaitTarget(one);
        } catch (error) {
          expect(error).toMatchObject({ name: 'DeployError', code: 'INVALID' });
        }
      }),
    );
  });
});

describe(formatWaitTarget, () => {
  it.each(forms)('gives back %s', (text) => {
    expect(formatWaitTarget(parseWaitTarget(text))).toBe(text);
  });
});
