import { describe, expect, it } from 'vitest';
import { addTriggerPlugin } from './plugin-entry.js';

const add = (text: string) => addTriggerPlugin({ org: 'acme', repo: 'widgets' }, { path: 'plugins.yaml', text });

describe(addTriggerPlugin, () => {
  it.each([
    ['an empty file', '', 'plugins:\n  acme/widgets:\n    plugins:\n    - trigger\n'],
    [
      'a file of other repositories',
      'plugins:\n  acme/gears:\n    plugins: [lgtm]\n# triggers\ntriggers: []\n',
      'plugins:\n  acme/gears:\n    plugins: [lgtm]\n  acme/widgets:\n    plugins:\n    - trigger\n# triggers\ntriggers: []\n',
    ],
    [
      'other plugins',
      'plugins:\n  acme/widgets:\n    plugins:\n    - lgtm # ok\n',
      'plugins:\n  acme/widgets:\n    plugins:\n    - lgtm # ok\n    - trigger\n',
    ],
    [
      'other plugins in the old form',
      'plugins:\n  acme/widgets:\n  - lgtm\n',
      'plugins:\n  acme/widgets:\n  - lgtm\n  - trigger\n',
    ],
  ])('enables it beside %s', (_what, before, text) => {
    expect(add(before)).toEqual({ text, enabledFor: undefined });
  });

  it.each([
    ['the repository', 'plugins:\n  acme/widgets:\n    plugins: [trigger]\n', 'acme/widgets'],
    ['the repository in the old form', 'plugins:\n  acme/widgets: [trigger]\n', 'acme/widgets'],
    ['the organisation', 'plugins:\n  acme:\n    plugins: [lgtm, trigger]\n    excluded_repos: [gears]\n', 'acme'],
  ])('leaves it where it is enabled for %s', (_what, text, enabledFor) => {
    expect(add(text)).toEqual({ text, enabledFor });
  });

  it.each(['widgets', 'acme/widgets'])('refuses an organisation that leaves %s out, since Prow would', (excluded) => {
    expect(() => add(`plugins:\n  acme:\n    plugins: [trigger]\n    excluded_repos: [${excluded}]\n`)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: 'plugins.yaml:4: acme has the plugin trigger but leaves widgets out of it',
        hint: expect.stringContaining('out of the list'),
      }),
    );
  });

  it('refuses plugins that are no map', () => {
    expect(() => add('plugins: 1\n')).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', message: 'plugins.yaml:1: plugins is not a map' }),
    );
  });
});
