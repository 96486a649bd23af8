import type { Fields } from '../../kube-api.js';
import type { Client } from './connection.js';
import type { Answer, Step } from './step.js';

/** An object as far as an answer tells it. */
interface Known {
  readonly uid: string;
  version: string;
  before: string;
}

/** A server under comparison, and what its answers have told: versions, uids, tokens. */
export class Subject {
  readonly #client: Client;
  readonly #run: string;
  readonly #objects = new Map<string, Known>();
  readonly #lists = new Map<string, { version: string; token: string }>();

  constructor(client: Client, run: string) {
    this.#client = client;
    this.#run = run;
  }

  /** Sends a step with its placeholders filled in. */
  async send(step: Step): Promise<Answer> {
    const { path, query, body } = step;
    const answer = await this.#client.send({
      ...step,
      path: this.#fill(path),
      ...(query === undefined
        ? {}
        : { query: JSON.parse(this.#fill(JSON.stringify(query))) as Record<string, string> }),
      ...(body === undefined
        ? {}
        : {
            body:
              typeof body === 'string' ? this.#fill(body) : (JSON.parse(this.#fill(JSON.stringify(body))) as Fields),
          }),
    });
    if (step.query?.['dryRun'] === undefined || step.method === 'DELETE') this.#learn(step, answer);
    return answer;
  }

  #fill(text: string): string {
    // Paths inside placeholders hold <run> themselves.
    return text
      .replaceAll('<run>', this.#run)
      .replaceAll(/<(rv|old|uid|list|continue):([^>]*)>/g, (_whole, what: string, path: string) => {
        const object = this.#objects.get(path);
        switch (what) {
          case 'rv':
            return object?.version ?? '1';
          case 'old':
            return object?.before ?? '1';
          case 'uid':
            return object?.uid ?? '11111111-0000-0000-0000-000000000000';
          case 'list':
            return this.#lists.get(path)?.version ?? '';
          default:
            return this.#lists.get(path)?.token ?? '';
        }
      });
  }

  #learn({ method, path, query }: Step, { status, body }: Answer): void {
    if (status >= 300 || typeof body !== 'object' || body === null || Array.isArray(body)) return;
    const at = path.replaceAll('<run>', this.#run).replace(/\/(status|scale)$/, '');
    const { metadata = {}, items } = body as Fields;
    if (Array.isArray(items)) {
      if (method !== 'GET') return;
      const before = this.#lists.get(at);
      const version =
        query?.['continue'] === undefined ? (metadata['resourceVersion'] as string) : (before?.version ?? '');
      this.#lists.set(at, { version, token: (metadata['continue'] as string | undefined) ?? '' });
      return;
    }
    const { uid, resourceVersion, name } = metadata as Record<string, string | undefined>;
    if (uid === undefined || resourceVersion === undefined) return;
    const key = method === 'POST' ? `${at}/${name}` : at;
    const known = this.#objects.get(key);
    if (known?.uid !== uid) this.#objects.set(key, { uid, version: resourceVersion, before: '1' });
    else if (known.version !== resourceVersion)
      Object.assign(known, { version: resourceVersion, before: known.version });
  }
}
