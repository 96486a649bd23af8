import type { CloudBuildClient, protos } from '@google-cloud/cloudbuild';
import { ReleaseError } from '../errors.js';

/** A build, as the API has it. */
export type Build = protos.google.devtools.cloudbuild.v1.IBuild;

/** The calls of `google.devtools.cloudbuild.v1.CloudBuild` that are made here. Each is one attempt. */
export interface CloudBuildApi {
  /** Gives back its id and where its log is shown. */
  create(build: Build): Promise<Build>;
  get(id: string): Promise<Build>;
  /** Undefined when no build has the tag. */
  findByTag(tag: string): Promise<Build | undefined>;
  cancel(id: string): Promise<void>;
  close(): Promise<void>;
}

/** Where the API is and who asks. */
export interface CloudBuildApiOptions {
  readonly project: string;
  /** `global` or a region, such as `europe-west1`. */
  readonly region: string;
  /** `http://host:port`: gRPC in plain text without credentials. @default Google's */
  readonly endpoint?: string | undefined;
  /** @default the application default credentials */
  readonly accessToken?: string | undefined;
}

const CALL = { timeout: 30_000, retry: null } as const;

/** The real client over gRPC, loaded at the first call because that costs half a second. */
export function createCloudBuildApi(options: CloudBuildApiOptions): CloudBuildApi {
  const { project: projectId, region } = options;
  const parent = `projects/${projectId}/locations/${region}`;
  let loading: Promise<CloudBuildClient> | undefined;
  const client = () => (loading ??= load(options));
  const named = (id: string) => ({ name: `${parent}/builds/${id}`, projectId, id });
  return {
    async create(build) {
      const [operation] = await (await client()).createBuild({ parent, projectId, build }, CALL);
      const { build: created } = operation.metadata as protos.google.devtools.cloudbuild.v1.IBuildOperationMetadata;
      if (!created?.id) throw new ReleaseError('CLOUD_BUILD_FAILED', 'Cloud Build began a build without a name');
      // An operation's metadata has states as numbers, unlike all other answers: whoever wants to know it asks.
      return { id: created.id, ...(created.logUrl ? { logUrl: created.logUrl } : {}) };
    },
    get: async (id) => (await (await client()).getBuild(named(id), CALL))[0],
    async findByTag(tag) {
      const request = { parent, projectId, filter: `tags="${tag}"`, pageSize: 1 };
      const [builds] = await (await client()).listBuilds(request, { ...CALL, autoPaginate: false });
      return builds[0];
    },
    async cancel(id) {
      await (await client()).cancelBuild(named(id), CALL);
    },
    async close() {
      await (await loading)?.close();
    },
  };
}

async function load({ endpoint, accessToken, region }: CloudBuildApiOptions): Promise<CloudBuildClient> {
  const [{ CloudBuildClient: Client }, { grpc }, { OAuth2Client, PassThroughClient }] = await Promise.all([
    import('@google-cloud/cloudbuild'),
    import('google-gax'),
    import('google-auth-library'),
  ]);
  if (endpoint !== undefined) {
    const url = new URL(endpoint);
    return new Client({
      apiEndpoint: url.hostname,
      port: Number(url.port || 80),
      sslCreds: grpc.credentials.createInsecure(),
      authClient: new PassThroughClient(),
    });
  }
  const regional = region === 'global' ? {} : { apiEndpoint: `${region}-cloudbuild.googleapis.com` };
  if (accessToken === undefined) return new Client(regional);
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: accessToken });
  return new Client({ ...regional, authClient });
}
