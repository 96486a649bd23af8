import { describe, expect, it } from 'vitest';
import { parseYamlText } from './yaml-text.js';

describe(parseYamlText, () => {
  it('knows the line of a node', () => {
    const yaml = parseYamlText('f.yaml', 'a:\n\n- x\n- y\n');
    expect(yaml.lineOf(yaml.document.getIn(['a', 1], true))).toBe(4);
  });
});
