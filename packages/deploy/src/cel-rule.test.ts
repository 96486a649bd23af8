import { describe, expect, it } from 'vitest';
import { compileCelRule } from './cel-rule.js';

const job = (status: unknown) => ({
  apiVersion: 'kubeflow.org/v1',
  kind: 'TFJob',
  metadata: { name: 'mnist', generation: 2 },
  status,
});
const running = { phase: 'Running', ready: 2, ratio: 0.5, conditions: [{ type: 'Ready', status: 'True' }] };

describe(compileCelRule, () => {
  it.each([
    ['object.status.phase == "Running"', true],
    ['self.status.phase == "Failed"', false],
    ['object.status.ready >= object.metadata.generation', true],
    ['object.status.ready + 1 == 3', true],
    ['object.status.ratio > 0.1', true],
    ['object.status.conditions.exists(c, c.type == "Ready" && c.status == "True")', true],
    ['object.status.phase in ["Succeeded", "Failed"]', false],
    ['has(object.status.phase) && object.status.phase.startsWith("Run")', true],
  ])('%s is %s', (rule, answer) => {
    expect(compileCelRule(rule)(job(running))).toBe(answer);
  });

  it.each([
    ['no status', undefined],
    ['status null', null],
    ['an empty status', {}],
    ['a field null', { ready: null, conditions: null }],
    ['an empty list', { conditions: [] }],
  ])('R12: is undecided over %s', (_what, status) => {
    expect(compileCelRule('object.status.ready > 1')(job(status))).toBeUndefined();
    expect(compileCelRule('object.status.conditions[0].status == "True"')(job(status))).toBeUndefined();
  });

  it.each([
    ['object.status.', 'Expected IDENTIFIER, got EOF'],
    ['pod.status.phase == "Running"', 'Unknown variable: pod'],
    ['"Running" == 1', 'no such overload'],
    ['object.status.phase == "Running" ? "yes" : "no"', 'it is of type string'],
  ])('rejects %s before it is used', (rule, why) => {
    expect(() => compileCelRule(rule)).toThrow(
      expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(why) }),
    );
  });

  it.each(['object.status.phase', 'object.status.phase > 1'])('rejects %s by what the object holds', (rule) => {
    expect(() => compileCelRule(rule)(job(running))).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});
