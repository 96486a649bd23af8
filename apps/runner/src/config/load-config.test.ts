import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig, parseConfig } from './load-config.js';
import { imagesOf } from './schema.js';

const minimal = `version: 1
name: widgets
image: { name: widgets }
chart: { path: chart }
`;

describe(parseConfig, () => {
  it('fills in the defaults', () => {
    const parsed = parseConfig(minimal);
    expect(parsed).toMatchObject({
      config: {
        image: { context: '.', dockerfile: 'Dockerfile', buildArgs: {} },
        chart: { imageValue: 'image' },
        cluster: { nodes: 1, machineType: 'e2-standard-4', location: 'us-east1-d' },
        deploy: { timeout: '5m' },
        checks: [],
        tests: [],
      },
    });
  });

  it('reports every wrong field with its line and column', () => {
    const text = `version: 1
name: Widgets
image: { name: widgets }
chart: { path: ../chart }
tests:
  - name: smoke
    type: helm
    timeout: soon
`;
    expect(parseConfig(text)).toEqual({
      problems: [
        {
          path: 'name',
          line: 2,
          column: 7,
          message: 'expected a DNS label: lower-case letters, digits and "-", got "Widgets"',
        },
        {
          path: 'chart.path',
          line: 4,
          column: 16,
          message: 'expected a path inside the folder of this file, without "..", got "../chart"',
        },
        {
          path: 'tests[0].timeout',
          line: 8,
          column: 14,
          message: 'expected a duration such as 90s, 5m or 1h30m, got "soon"',
        },
      ],
    });
  });

  it('points at a key that it does not know', () => {
    expect(parseConfig(`${minimal}clustr: {}\n`)).toEqual({
      problems: [{ path: 'clustr', line: 5, column: 1, message: 'is no field of this format' }],
    });
  });

  it('points at the parent of a field that is missing', () => {
    expect(parseConfig('version: 1\nname: w\nimage: {}\nchart: { path: c }\n')).toEqual({
      problems: [{ path: 'image.name', line: 3, column: 8, message: 'expected string' }],
    });
  });

  it('takes several images in place of one, and refuses both and neither', () => {
    const chart = 'version: 1\nname: w\nchart: { path: c }\n';
    const images =
      'images:\n  - { name: a, variants: [{ name: cpu, tagSuffix: "" }] }\n  - { name: b, imageValue: b.image }\n';
    const parsed = parseConfig(chart + images);
    expect(parsed).toMatchObject({
      config: {
        images: [
          { name: 'a', context: '.' },
          { name: 'b', imageValue: 'b.image', prebuild: [] },
        ],
      },
    });
    expect('config' in parsed && imagesOf(parsed.config).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(parseConfig(chart)).toMatchObject({ problems: [{ message: 'has neither image nor images' }] });
    expect(parseConfig(`${chart}image: { name: a }\n${images}`)).toMatchObject({
      problems: [{ path: 'images', message: 'is there beside image; keep one of them' }],
    });
  });

  it('names the kinds of test that there are', () => {
    expect(parseConfig(`${minimal}tests:\n  - { name: a, type: helmet }\n`)).toEqual({
      problems: [
        {
          path: 'tests[0].type',
          line: 6,
          column: 22,
          message: 'expected one of helm, custom-resource, command, got "helmet"',
        },
      ],
    });
  });

  it('refuses one name for two tasks, and a name that every trial has', () => {
    const text = `${minimal}checks:
  - { name: a, command: [make] }
  - { name: a, command: [make] }
`;
    expect(parseConfig(text)).toMatchObject({ problems: [{ path: 'checks[1].name', line: 7 }] });
    expect(parseConfig(`${minimal}checks:\n  - { name: deploy, command: [make] }\n`)).toMatchObject({
      problems: [{ path: 'checks[0].name', line: 6, column: 13 }],
    });
  });

  it('reports text that is no YAML', () => {
    expect(parseConfig('a: [1')).toMatchObject({ problems: [{ path: '', line: 1 }] });
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => stringify(value)),
        ),
        (text) => {
          const parsed = parseConfig(text);
          expect('config' in parsed || parsed.problems.length > 0).toBe(true);
        },
      ),
    );
  });
});

describe(loadConfig, () => {
  it('says which file is missing and how to name another', async () => {
    await expect(loadConfig('nowhere.yaml', '/')).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      exitCode: 2,
      message: 'no config file at nowhere.yaml',
      hint: expect.stringContaining('--config FILE'),
    });
  });
});
