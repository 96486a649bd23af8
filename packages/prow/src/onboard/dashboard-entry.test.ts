import { describe, expect, it } from 'vitest';
import { addDashboard, checkDashboardName } from './dashboard-entry.js';

const target = 'new.yaml';
const add = (text: string, path = target) => addDashboard('acme-widgets', [{ path, text }], target);

describe(addDashboard, () => {
  it('adds it without tabs, and nothing the second time', () => {
    const text = add('dashboards:\n# first\n- name: acme-gears\n').text;
    expect(text).toBe('dashboards:\n# first\n- name: acme-gears\n- name: acme-widgets\n');
    expect(add(text)).toEqual({ text, place: 'new.yaml:4' });
  });

  it('finds it in another file', () => {
    expect(add('dashboards:\n- name: acme-widgets\n', 'old.yaml')).toEqual({ text: '', place: 'old.yaml:2' });
  });

  it.each([
    ['dashboard', 'dashboards:\n- name: Acme Widgets\n'],
    ['dashboard group', 'dashboard_groups:\n- name: acme-widgets\n  dashboard_names: [x]\n'],
  ])('refuses a name that a %s has to all but the eye', (what, text) => {
    expect(() => add(text, 'old.yaml')).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIG',
        message: expect.stringMatching(new RegExp(`^old.yaml:2: .* from the ${what} `)),
        hint: expect.stringContaining('--dashboard'),
      }),
    );
  });
});

describe(checkDashboardName, () => {
  it.each(['abc', 'acme-widgets', 'my dashboard'])('takes %j', (name) => {
    expect(() => checkDashboardName(name)).not.toThrow();
  });

  it.each(['', 'a-b', 'dashboard-acme', 'Summary of acme', 'bugs', 'alerter1', 'a,bcd', 'acme\nwidgets', 'acme%'])(
    'refuses %j',
    (name) => {
      expect(() => checkDashboardName(name)).toThrow(
        expect.objectContaining({ code: 'INVALID_FLAG', hint: expect.any(String) }),
      );
    },
  );
});
