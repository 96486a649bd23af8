import type { Attributes } from './attributes.js';
import { refusal } from './attributes.js';
import type { Authorizer } from './rbac.js';

/** @throws {ApiError} 403 for what the user may not do */
export function authorize(authorizer: Authorizer, attributes: Attributes): void {
  const decision = authorizer.authorize(attributes);
  if (!decision.allowed) throw refusal(attributes, decision);
}
