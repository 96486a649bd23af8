/**
 * Of the page: its own scripts, styles and calls, and nothing from elsewhere. There is neither inline script nor inline style
 * in it; pictures of its own may be inline.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Of results: even if a browser took them for a page, it would run and load nothing. */
export const SANDBOX_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

/** Headers of every answer. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};
