import { describe, expect, it } from 'vitest';
import { classifyFailure } from './failure.js';

describe(classifyFailure, () => {
  // Written by helm 3.18.0 and 4.1.4 against Kubernetes 1.20.2, unless a line says otherwise.
  it.each([
    ['RELEASE_EXISTS', 'Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n'],
    [
      'RELEASE_EXISTS',
      'level=ERROR msg="release name check failed" error="cannot reuse a name that is still in use"\nError: INSTALLATION FAILED: release name check failed: cannot reuse a name that is still in use\n',
    ],
    ['RELEASE_NOT_FOUND', 'Error: release: not found\n'],
    ['RELEASE_NOT_FOUND', 'Error: uninstall: Release not loaded: nope: release: not found\n'],
    ['RELEASE_NOT_FOUND', 'Error: UPGRADE FAILED: "nope" has no deployed releases\n'],
    ['PENDING_OPERATION', 'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n'],
    [
      'UNREACHABLE',
      'Error: INSTALLATION FAILED: Kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused\n',
    ],
    [
      'DENIED',
      'Error: INSTALLATION FAILED: secrets is forbidden: User "a" cannot list resource "secrets" in API group "" in the namespace "b"\n',
    ],
    ['HOOK_FAILED', 'Error: INSTALLATION FAILED: failed pre-install: 1 error occurred:\n\t* pod h2-3-pre failed\n\n\n'],
    [
      'HOOK_FAILED',
      'Error: INSTALLATION FAILED: failed pre-install: resource Pod/default/h2-4-pre not ready. status: Failed, message: pod h2-4-pre failed\n',
    ],
    ['TIMEOUT', 'Error: INSTALLATION FAILED: context deadline exceeded\n'],
    [
      'TIMEOUT',
      'Error: INSTALLATION FAILED: resource Pod/default/w-4-p not ready. status: InProgress, message: Pod is in the Pending phase\ncontext deadline exceeded\n',
    ],
    [
      'NOT_RENDERED',
      'Error: INSTALLATION FAILED: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "" from "": no matches for kind "Nope" in version "nope/v1"\nensure CRDs are installed first\n',
    ],
    [
      'NOT_RENDERED',
      'Error: INSTALLATION FAILED: demo/templates/a.yaml:1:13\n  executing "demo/templates/a.yaml" at <.Values.x.y>:\n    nil pointer evaluating interface {}.y\n',
    ],
    [
      'NOT_RENDERED',
      'Error: template: demo/templates/a.yaml:1:13: executing "demo/templates/a.yaml" at <.Values.x.y>: nil pointer evaluating interface {}.y\n\nUse --debug flag to render out invalid YAML\n',
    ],
    ['NOT_RENDERED', 'Error: parse error at (demo/templates/a.yaml:1): unclosed action\n'],
    [
      'NOT_RENDERED',
      'Error: YAML parse error on demo/templates/a.yaml: error converting YAML to JSON: yaml: line 2: x\n',
    ],
    ['INVALID_CHART', 'Error: INSTALLATION FAILED: Chart.yaml file is missing\n'],
    ['INVALID_CHART', 'Error: INSTALLATION FAILED: path "./nope" not found\n'],
    ['FAILED', 'Error: unknown flag: --nope\n'],
    ['FAILED', ''],
  ])('finds %s in %j', (code, stderr) => {
    expect(classifyFailure(stderr).code).toBe(code);
  });

  it('has another hint for a kind that the cluster does not know', () => {
    const stderr =
      'Error: INSTALLATION FAILED: unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "" from "": no matches for kind "Nope" in version "nope/v1"\nensure CRDs are installed first\n';
    expect(classifyFailure(stderr).hint).toContain('apiVersion');
  });

  it('gives a message of several lines as one, without the advice below it', () => {
    const stderr = 'Error: demo/templates/a.yaml:1:13\n  executing "x" at <.y>:\n    nil pointer\n\nUse --debug flag\n';
    expect(classifyFailure(stderr).summary).toBe('demo/templates/a.yaml:1:13 executing "x" at <.y>: nil pointer');
  });

  it('looks at the error, not at warnings above it', () => {
    const stderr = 'WARNING: connection refused once\nError: release: not found\n';
    expect(classifyFailure(stderr)).toEqual({
      code: 'RELEASE_NOT_FOUND',
      summary: 'release: not found',
      hint: 'Check release name and namespace.',
    });
  });
});
