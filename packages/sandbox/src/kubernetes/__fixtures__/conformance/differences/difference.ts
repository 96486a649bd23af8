import type { Fields } from '../../../kube-api.js';
import { withoutGo } from '../go-words.js';
import type { Answer, Step } from '../step.js';

/** Two answers to a step, and one of the places in which they differ. */
export interface Compared {
  readonly step: Step;
  readonly real: Answer;
  readonly ours: Answer;
  /** `/body/metadata/labels/a`, of the answers as they are compared. */
  readonly path: string;
}

/** Something a current server, which the sandbox says it is, does otherwise than the 1.20 it is held against. */
export interface Difference {
  readonly subject: string;
  /** The row of the README's list that tells of it, by its first column. */
  readonly row: string;
  readonly why: string;
  /** Takes the difference out of an object of either server, in place. */
  readonly settle?: (object: Fields, resource: string) => void;
  /** Paths of members that only one of the servers has, their parts separated by blanks; `*` is any resource. */
  readonly members?: Readonly<Record<string, readonly string[]>>;
  /** The same for members that are only owned otherwise. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  /** Names of members that only one of the servers takes for a unit. */
  readonly units?: readonly string[];
  /** Is an object's ownership not to be compared from now on? Each object is shown to it, before others settle it. */
  readonly disowns?: (object: Fields, resource: string) => boolean;
  /** Is this what makes the two answers differ at that place? Each place needs an explanation. */
  readonly explains?: (compared: Compared) => boolean;
  /** The places that `explains` is about. Without it these are all, of answers with another status each. */
  readonly at?: RegExp;
}

/** Does a difference say why the answers differ there? */
export function isExplained(differences: readonly Difference[], compared: Compared): boolean {
  const { real, ours, path } = compared;
  return differences.some(
    ({ at, explains }) =>
      (at === undefined ? real.status !== ours.status : at.test(path)) && explains?.(compared) === true,
  );
}

/** Where causes of a refusal are. */
export const CAUSES = /^\/body\/details\/causes(\/|$)/;
/** Where the words of a refusal are. */
export const MESSAGE = /^\/body\/message$/;

export const isApply = ({ contentType }: Step): boolean => contentType?.includes('apply') === true;

export const saidBy = ({ body }: Answer): string => String((body as Fields)['message']);

/** What a refusal gives as its reasons; none of other answers. */
export const causesOf = ({ body }: Answer): readonly Fields[] =>
  ((body as Fields | undefined)?.['details']?.causes ?? []) as Fields[];

/** Causes that only one of two refusals gives, told apart by field and words: `more` of the real one, `less` of ours. */
export function singleCauses(real: Answer, ours: Answer): { readonly more: readonly Fields[]; readonly less: readonly Fields[] } {
  const [theirs, known] = [causesOf(real), causesOf(ours)];
  const wordsOf = ({ field, message }: Fields): string => withoutGo(String(message), field);
  const isIn = (list: readonly Fields[], cause: Fields): boolean =>
    list.some((other) => other['field'] === cause['field'] && wordsOf(other) === wordsOf(cause));
  return { more: theirs.filter((cause) => !isIn(known, cause)), less: known.filter((cause) => !isIn(theirs, cause)) };
}

/** Names of lists whose elements are told apart by a key. */
export const MERGED = new Set([
  'tags',
  'parts',
  'containers',
  'volumes',
  'env',
  'ports',
  'initContainers',
  'imagePullSecrets',
]);

/** Takes elements out of a list, and the list where none is left. */
export function filterMember(object: Fields, member: string, isGone: (item: Fields) => boolean): void {
  const list = object[member] as Fields[] | null | undefined;
  if (!Array.isArray(list)) return;
  const kept = list.filter((item) => !isGone(item));
  if (kept.length === 0) delete object[member];
  else object[member] = kept;
}
