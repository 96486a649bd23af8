import type { Fields } from '../../../kube-api.js';
import type { Answer } from '../step.js';
import { CAUSES, causesOf, isApply, saidBy, singleCauses } from './difference.js';
import type { Difference } from './difference.js';

const ADDRESS_UNSET = /primary clusterIP can not be unset/;
const SERVICE_OWN = /^(metadata\.(resourceVersion|uid)|spec\.clusterIPs?(\[0\])?)$/;

/** 1.20 had a registry of its own for Services, with rules like those of no other kind. */
export const services: readonly Difference[] = [
  {
    subject: 'fields and the host of a Service port left out of an apply',
    row: "applies of a wrong type, without an element's key or a port's protocol",
    why: '1.20 wants the protocol, current servers know its default',
    explains: ({ step, real, ours }) =>
      isApply(step) &&
      step.path.includes('/services/') &&
      real.status === 500 &&
      ours.status < 500 &&
      /\.spec\.ports: element \d+: .* omits key field "protocol"/.test(saidBy(real)),
  },
  {
    subject: 'the answer to a DELETE of a Service',
    row: 'Services: DELETE answers, PUT without a version, with another uid or of none, what a PUT is refused for beside these, addresses in a dry run',
    why: 'the object now, a Status then',
    at: /^\/body(\/|$)/,
    explains: ({ step: { method, path }, real, ours }) =>
      method === 'DELETE' && path.includes('/services/') && kindOf(real) === 'Status' && kindOf(ours) === 'Service',
  },
  {
    subject: 'a Service that is replaced without a version, with a stale one or another uid',
    row: 'Services: DELETE answers, PUT without a version, with another uid or of none, what a PUT is refused for beside these, addresses in a dry run',
    why: '1.20 refused all three as faulty, as for no other kind',
    explains: ({ step: { method, path }, real, ours }) =>
      method === 'PUT' &&
      path.includes('/services/') &&
      real.status === 422 &&
      [200, 409].includes(ours.status) &&
      /metadata\.(resourceVersion|uid): /.test(saidBy(real)),
  },
  {
    subject: 'further faults of a Service that is replaced',
    row: 'Services: DELETE answers, PUT without a version, with another uid or of none, what a PUT is refused for beside these, addresses in a dry run',
    why: '1.20 refused its version, its uid and its address beside what else is wrong with it, as above',
    at: CAUSES,
    explains({ step: { method, path }, real, ours }) {
      if (method !== 'PUT' || !path.includes('/services/') || real.status !== 422) return false;
      const [theirs, known] = [causesOf(real), causesOf(ours)].map((causes) => causes.map(({ field }) => String(field)));
      const single = [
        ...(theirs ?? []).filter((field) => known?.includes(field) !== true),
        ...(known ?? []).filter((field) => theirs?.includes(field) !== true),
      ];
      return single.length > 0 && single.every((field) => SERVICE_OWN.test(field));
    },
  },
  {
    subject: 'a Service whose address is taken away',
    row: 'an address taken from a Service',
    why: 'it keeps it now; 1.20 refused that where the list of addresses was left, even before a stale version',
    explains: ({ real, ours }) =>
      (ours.status === 200 || (ours.status === 409 && saidBy(ours).includes('the object has been modified'))) &&
      real.status === 422 &&
      ADDRESS_UNSET.test(saidBy(real)),
  },
  {
    subject: 'a Service whose address is taken away beside other faults',
    row: 'an address taken from a Service',
    why: 'as above',
    at: CAUSES,
    explains({ real, ours }) {
      if (real.status !== 422 || ours.status !== 422) return false;
      const { more, less } = singleCauses(real, ours);
      return more.length > 0 && less.length === 0 && more.every(({ message }) => ADDRESS_UNSET.test(String(message)));
    },
  },
  {
    subject: 'a Service that is replaced and is not there',
    row: 'Services: DELETE answers, PUT without a version, with another uid or of none, what a PUT is refused for beside these, addresses in a dry run',
    why: 'it is made now',
    explains: ({ step: { method, path }, real, ours }) =>
      method === 'PUT' && path.includes('/services/') && real.status === 404 && ours.status < 500,
  },
  {
    subject: 'addresses of Services in a dry run',
    row: 'Services: DELETE answers, PUT without a version, with another uid or of none, what a PUT is refused for beside these, addresses in a dry run',
    why: 'assigned now, not then',
    settle(object, resource) {
      if (resource !== 'services' || object['metadata']?.resourceVersion !== undefined) return;
      for (const member of ['clusterIP', 'clusterIPs'])
        if (object['spec']?.[member] !== 'None') delete object['spec']?.[member];
    },
  },
  {
    subject: 'addresses of Services that are replaced in a dry run',
    row: 'Services: DELETE answers, PUT without a version, with another uid or of none, what a PUT is refused for beside these, addresses in a dry run',
    why: 'as above',
    at: /^\/body\/spec\/clusterIPs?$/,
    explains: ({ step: { method, path, query }, real }) =>
      method === 'PUT' &&
      path.includes('/services/') &&
      query?.['dryRun'] !== undefined &&
      (real.body as Fields)['spec']?.clusterIP === undefined,
  },
];

const kindOf = ({ body }: Answer): unknown => (body as Fields)['kind'];
