import { ApiError } from './api-error.js';
import type { StatusCause } from './api-error.js';

/** What an error is about: `configmaps "a"`. */
export interface Subject {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
}

function qualified(subject: Subject): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`;
}

function detailsOf(subject: Subject, name: string): { name?: string; group?: string; kind: string } {
  return {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: subject.resource,
  };
}

/** 404 of one object. */
export function notFound(subject: Subject, name: string): ApiError {
  return new ApiError({
    code: 404,
    reason: 'NotFound',
    message: `${qualified(subject)} "${name}" not found`,
    details: detailsOf(subject, name),
  });
}

/** 404 of a path. */
export function unknownPath(): ApiError {
  const message = 'the server could not find the requested resource';
  return new ApiError({ code: 404, reason: 'NotFound', message, details: {} });
}

/** 400. */
export function badRequest(message: string): ApiError {
  return new ApiError({ code: 400, reason: 'BadRequest', message });
}

/** 405. */
export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}

/** 415. */
export function unsupportedMediaType(message: string, details: object | undefined = undefined): ApiError {
  return new ApiError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message,
    ...(details === undefined ? {} : { details }),
  });
}

/** 406. */
export function notAcceptable(message: string, details: object | undefined = undefined): ApiError {
  return new ApiError({ code: 406, reason: 'NotAcceptable', message, ...(details === undefined ? {} : { details }) });
}

/** 409 on create. */
export function alreadyExists(subject: Subject, name: string, dying = false): ApiError {
  const text = `${qualified(subject)} "${name}" already exists`;
  return new ApiError({
    code: 409,
    reason: 'AlreadyExists',
    message: dying ? `object is being deleted: ${text}` : text,
    details: detailsOf(subject, name),
  });
}

/** 409 on update or delete. */
export function conflict(subject: Subject, name: string, why: string): ApiError {
  return new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`,
    details: detailsOf(subject, name),
  });
}

/** Why a stale resourceVersion is refused. */
export const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

/** 403 by admission. */
export function forbidden(subject: Subject, name: string, why: string, causes?: readonly StatusCause[]): ApiError {
  const what = name === '' ? `${qualified(subject)}` : `${qualified(subject)} "${name}"`;
  return new ApiError({
    code: 403,
    reason: 'Forbidden',
    message: `${what} is forbidden: ${why}`,
    details: { ...detailsOf(subject, name), ...(causes === undefined ? {} : { causes }) },
  });
}

/** 410 of a watch or a continue token. */
export function expired(message: string, continueToken?: string): ApiError {
  const metadata = continueToken === undefined ? {} : { continue: continueToken };
  return new ApiError({ code: 410, reason: 'Expired', message, metadata });
}

/** 500 as the server wraps errors it did not expect. */
export function internal(message: string): ApiError {
  return new ApiError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
  });
}

/** One fault found by validation. */
export interface FieldError {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid';
  readonly field: string;
  readonly message: string;
}

/** The value as Go's `%#v` prints it where that is readable, else as JSON. */
export function printed(value: unknown): string {
  if (value === undefined || value === null) return '"null"';
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return `[]string{${value.map((item) => JSON.stringify(item)).join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** Builders of {@link FieldError}, named and worded as in k8s.io/apimachinery/pkg/util/validation/field. */
export const fault = {
  required: (field: string, why = ''): FieldError => ({
    reason: 'FieldValueRequired',
    field,
    message: why === '' ? 'Required value' : `Required value: ${why}`,
  }),
  invalid: (field: string, value: unknown, why: string): FieldError => ({
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${printed(value)}: ${why}`,
  }),
  typeInvalid: (field: string, value: unknown, why: string): FieldError => ({
    reason: 'FieldValueTypeInvalid',
    field,
    message: `Invalid value: ${printed(value)}: ${why}`,
  }),
  notSupported: (field: string, value: unknown, supported: readonly string[]): FieldError => ({
    reason: 'FieldValueNotSupported',
    field,
    message: `Unsupported value: ${printed(value)}: supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}`,
  }),
  duplicate: (field: string, value: unknown): FieldError => ({
    reason: 'FieldValueDuplicate',
    field,
    message: `Duplicate value: ${printed(value)}`,
  }),
  forbidden: (field: string, why: string): FieldError => ({
    reason: 'FieldValueForbidden',
    field,
    message: `Forbidden: ${why}`,
  }),
  notFound: (field: string, value: unknown): FieldError => ({
    reason: 'FieldValueNotFound',
    field,
    message: `Not found: ${printed(value)}`,
  }),
  tooLong: (field: string, maxBytes: number): FieldError => ({
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: must have at most ${maxBytes} bytes`,
  }),
  tooMany: (field: string, actual: number, max: number): FieldError => ({
    reason: 'FieldValueTooMany',
    field,
    message: `Too many: ${actual}: must have at most ${max} items`,
  }),
};

/** 422 with all faults. */
export function invalid(
  subject: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  const kind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  return new ApiError({
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name}" is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`,
    details: {
      ...(name === '' ? {} : { name }),
      ...(subject.group === '' ? {} : { group: subject.group }),
      ...(subject.kind === '' ? {} : { kind: subject.kind }),
      causes: errors.map(({ reason, message, field }) => ({ reason, message, field })),
    },
  });
}
