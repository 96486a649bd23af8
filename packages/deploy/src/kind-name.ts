import { DeployError } from './errors.js';
import type { CallOptions, KubeClient, ResourceInfo } from './kube-client.js';

/**
 * Finds a kind by a name as kubectl takes it, whatever its case: `pod`, `pods`, `po`, `deployments.apps`,
 * `tfjob.v1.kubeflow.org`. Of several groups that have it, the API's own comes first, then the first listed.
 *
 * @throws {DeployError} `INVALID` when the cluster knows no such kind.
 */
export async function findKind(kube: KubeClient, name: string, options: CallOptions = {}): Promise<ResourceInfo> {
  const all = await kube.listResources(options);
  const [first = '', ...rest] = name.toLowerCase().split('.');
  const group = rest.join('.');
  const called = all.filter((one) => namesOf(one).includes(first));
  const found =
    group === ''
      ? called[0]
      : called.find(({ apiVersion }) => {
          const [itsGroup = '', version = ''] = apiVersion.split('/');
          return group === itsGroup || group === `${version}.${itsGroup}`;
        });
  if (found !== undefined) return found;
  const others = called.map(({ kind, apiVersion }) => `${kind.toLowerCase()}.${apiVersion.split('/')[0] ?? ''}`);
  throw new DeployError('INVALID', `the cluster knows no kind ${name}`, {
    hint:
      others.length === 0
        ? 'Check the name, and that its CustomResourceDefinition is installed.'
        : `Write one of: ${others.join(', ')}.`,
  });
}

function namesOf({ kind, resource, names = [] }: ResourceInfo): readonly string[] {
  return [kind.toLowerCase(), resource, ...names];
}
