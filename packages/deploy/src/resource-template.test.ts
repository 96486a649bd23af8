import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillTemplate } from './resource-template.js';

const head = 'apiVersion: v1\nkind: X\n';

describe(fillTemplate, () => {
  it('fills texts anywhere', () => {
    const template = `${head}metadata:\n  name: "\${name}"\nspec:\n  args: ["--image=\${image}", '\${namespace}']\n  note: \${name} in \${namespace}\n`;
    expect(fillTemplate(template, { name: 'a', namespace: 'ns', image: 'r/i:1' })).toEqual({
      apiVersion: 'v1',
      kind: 'X',
      metadata: { name: 'a' },
      spec: { args: ['--image=r/i:1', 'ns'], note: 'a in ns' },
    });
  });

  it.each([
    ['replicas: ${n}', '2', 2],
    ['replicas: "${n}"', '2', '2'],
    ['replicas: ${n}', 'true', true],
    ['replicas: ${n}', 'a: b', 'a: b'],
    ['replicas: x${n}', '2', 'x2'],
    ['replicas: $${n}', '2', '${n}'],
  ])('reads %s with %s as its type', (line, n, expected) => {
    expect(fillTemplate(`${head}${line}`, { n })).toMatchObject({ replicas: expected });
  });

  it('names every undefined parameter', () => {
    expect(() => fillTemplate(`${head}a: \${zone}\nb: \${image}\nc: \${name}`, { name: 'a' })).toThrow(
      expect.objectContaining({
        code: 'INVALID',
        message: 'the template uses undefined parameters: image, zone',
        hint: 'Give them, or use one of: name.',
      }),
    );
  });

  it.each([
    ['nothing', '', 'holds 0 objects'],
    ['two objects', `${head}---\n${head}`, 'holds 2 objects'],
    ['a text', 'hello', 'holds 1 objects, not one'],
    ['broken YAML', `${head}a: [`, 'not YAML'],
    ['no kind', 'apiVersion: v1', 'no apiVersion or no kind'],
  ])('rejects %s', (_what, template, message) => {
    expect(() => fillTemplate(template, {})).toThrow(message);
  });

  it('keeps the structure whatever a value holds', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const filled = fillTemplate(`${head}spec:\n  text: "\${v}"\n  after: 1\n`, { v: value });
        expect(filled['spec']).toEqual({ text: value, after: 1 });
      }),
    );
  });
});
