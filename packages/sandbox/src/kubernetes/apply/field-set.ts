import type { Fields } from '../kube-api.js';

/**
 * A set of paths into an object, as a tree in the manner of FieldsV1: children are named `f:NAME` (member), `k:{…}`
 * (element of a keyed list) and `v:VALUE` (element of a set).
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff
 */
export class FieldSet {
  /** Is the path to this node itself in the set? */
  member = false;
  #children: Map<string, FieldSet> | undefined;

  /** Most nodes have none. */
  get children(): ReadonlyMap<string, FieldSet> {
    return this.#children ?? NONE;
  }

  /** Reads `fieldsV1`; unknown shapes are empty sets. */
  static parse(fields: unknown): FieldSet {
    const set = new FieldSet();
    if (typeof fields !== 'object' || fields === null) return set;
    const entries = Object.entries(fields);
    for (const [name, below] of entries) {
      if (name === '.') set.member = true;
      else {
        const child = FieldSet.parse(below);
        if (Object.keys((below as object | null) ?? {}).length === 0) child.member = true;
        set.#set(name, child);
      }
    }
    return set;
  }

  /** Inverse of {@link FieldSet.parse}: names sorted, `.` first. */
  format(): Fields {
    const fields: Fields = {};
    if (this.member && this.children.size > 0) fields['.'] = {};
    for (const name of [...this.children.keys()].sort()) {
      const child = this.children.get(name);
      if (child !== undefined && !child.isEmpty()) fields[name] = child.format();
    }
    return fields;
  }

  isEmpty(): boolean {
    return !this.member && [...this.children.values()].every((child) => child.isEmpty());
  }

  /** The node below, made if it is missing. */
  at(name: string): FieldSet {
    let child = this.#children?.get(name);
    if (child === undefined) this.#set(name, (child = new FieldSet()));
    return child;
  }

  /** Puts a set below this node; an empty one is left out. */
  put(name: string, child: FieldSet): void {
    if (child.member || child.children.size > 0) this.#set(name, child);
  }

  delete(name: string): void {
    this.#children?.delete(name);
  }

  clone(): FieldSet {
    const copy = new FieldSet();
    copy.member = this.member;
    for (const [name, child] of this.children) copy.#set(name, child.clone());
    return copy;
  }

  union(other: FieldSet): FieldSet {
    const result = this.clone();
    result.member ||= other.member;
    for (const [name, child] of other.children)
      result.#set(name, result.children.get(name)?.union(child) ?? child.clone());
    return result;
  }

  difference(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, theirs) => mine && !theirs);
  }

  intersection(other: FieldSet): FieldSet {
    return this.#combine(other, (mine, theirs) => mine && theirs);
  }

  /** All paths in order: of each its segments. */
  *paths(prefix: readonly string[] = []): Generator<readonly string[]> {
    if (this.member) yield prefix;
    for (const name of [...this.children.keys()].sort()) yield* this.children.get(name)?.paths([...prefix, name]) ?? [];
  }

  #set(name: string, child: FieldSet): void {
    (this.#children ??= new Map()).set(name, child);
  }

  #combine(other: FieldSet, keep: (mine: boolean, theirs: boolean) => boolean): FieldSet {
    const result = new FieldSet();
    result.member = keep(this.member, other.member);
    for (const [name, child] of this.children) {
      const left = child.#combine(other.children.get(name) ?? EMPTY, keep);
      if (!left.isEmpty()) result.#set(name, left);
    }
    return result;
  }
}

const NONE: ReadonlyMap<string, FieldSet> = new Map();
const EMPTY = new FieldSet();

/** A path as conflicts print it: `.spec.ports[port=80,protocol="TCP"].name`. */
export function formatPath(segments: readonly string[]): string {
  return segments
    .map((segment) => {
      const rest = segment.slice(2);
      if (segment.startsWith('f:')) return `.${rest}`;
      if (segment.startsWith('v:')) return `[=${rest}]`;
      const keys = Object.entries(JSON.parse(rest) as Fields);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    })
    .join('');
}
