/** What the environment says about GKE. */
export interface GkeEnvironment {
  readonly endpoint?: string;
  readonly computeEndpoint?: string;
  readonly accessToken?: string;
  readonly project?: string;
  /** Zone or region. */
  readonly location?: string;
}

/**
 * Reads `SEATRIAL_GKE_ENDPOINT`, `SEATRIAL_COMPUTE_ENDPOINT`, `CLOUDSDK_AUTH_ACCESS_TOKEN`, `CLOUDSDK_CORE_PROJECT` (or `GOOGLE_CLOUD_PROJECT`) and
 * `CLOUDSDK_COMPUTE_ZONE` (or `CLOUDSDK_COMPUTE_REGION`). Empty variables count as unset.
 *
 * @see https://cloud.google.com/sdk/docs/properties#setting_properties_using_environment_variables
 */
export function gkeOptionsFromEnv(env: Readonly<Record<string, string | undefined>>): GkeEnvironment {
  const first = (...names: readonly string[]): string | undefined => names.map((name) => env[name]).find(Boolean);
  const endpoint = first('SEATRIAL_GKE_ENDPOINT');
  const computeEndpoint = first('SEATRIAL_COMPUTE_ENDPOINT');
  const accessToken = first('CLOUDSDK_AUTH_ACCESS_TOKEN');
  const project = first('CLOUDSDK_CORE_PROJECT', 'GOOGLE_CLOUD_PROJECT');
  const location = first('CLOUDSDK_COMPUTE_ZONE', 'CLOUDSDK_COMPUTE_REGION');
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(computeEndpoint === undefined ? {} : { computeEndpoint }),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(project === undefined ? {} : { project }),
    ...(location === undefined ? {} : { location }),
  };
}
