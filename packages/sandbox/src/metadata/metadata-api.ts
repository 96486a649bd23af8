import { Hono } from 'hono';
import type { Clock } from '../clock.js';
import type { NodeEnv } from '../http/bindings.js';
import type { FetchApp } from '../http/listen.js';

/** The metadata server of a machine in the cloud, of which programs get their tokens. */
export interface MetadataApi {
  readonly app: FetchApp;
  /** Whether a token was given out here and has not run out. */
  accepts(token: string): boolean;
  /** How many tokens were given out. */
  readonly issued: number;
}

/**
 * Gives out tokens that end after `tokenLifetimeSeconds`.
 *
 * @see https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
 */
export function createMetadataApi(options: {
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
  readonly project: string;
  readonly tokenLifetimeSeconds: number;
}): MetadataApi {
  const { clock, newId, project, tokenLifetimeSeconds } = options;
  const expiry = new Map<string, number>();
  const app = new Hono<NodeEnv>();
  app.use(async (context, next) => {
    if (context.req.header('metadata-flavor') !== 'Google')
      return context.text('Missing Metadata-Flavor:Google header.', 403);
    await next();
    context.header('metadata-flavor', 'Google');
    return undefined;
  });
  const account = '/computeMetadata/v1/instance/service-accounts/:account';
  app.get('/computeMetadata/v1/instance', (context) => context.text('service-accounts/\n'));
  app.get('/computeMetadata/v1/project/project-id', (context) => context.text(project));
  app.get('/computeMetadata/v1/universe/universe-domain', (context) => context.text('googleapis.com'));
  app.get(`${account}/email`, (context) => context.text(`sandbox@${project}.iam.gserviceaccount.com`));
  app.get(`${account}/token`, (context) => {
    const token = `sandbox-${newId()}`;
    expiry.set(token, clock.now() + tokenLifetimeSeconds * 1_000);
    return context.json({ access_token: token, expires_in: tokenLifetimeSeconds, token_type: 'Bearer' });
  });
  return {
    app,
    accepts: (token) => clock.now() < (expiry.get(token) ?? 0),
    get issued() {
      return expiry.size;
    },
  };
}
