import { ConsoleError, codeOf, usageError } from "../../core/errors.ts";

/** What a server answers that does not give what it was asked for; its body is not kept, which may repeat a signature. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly status: number | null,
  ) {
    super(code);
  }
}

/** By codes of S3: what they mean, and what to do. `{}` is what was asked for. */
const words: [codes: RegExp, title: string, hint: string][] = [
  [
    /^(ExpiredToken|TokenRefreshRequired|InvalidToken|InvalidTokenId|InvalidClientTokenId)$/,
    "The credentials for {} have expired, or their session token is no longer one.",
    "Get new ones, and set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to them.",
  ],
  [
    /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)$/,
    "The clock of this machine is too far from that of the server of {}, which refuses what is signed by it.",
    "Set the clock: `date -u` prints what this machine takes for the time, `timedatectl` whether it is kept in step.",
  ],
  [
    /^(InvalidAccessKeyId|UnknownAccessKey)$/,
    "The server of {} does not know the access key.",
    "Correct AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL where the bucket is not at AWS.",
  ],
  [
    /^(SignatureDoesNotMatch|InvalidSecurity)$/,
    "The secret key for {} is not that of the access key.",
    "Correct AWS_SECRET_ACCESS_KEY, and AWS_REGION where the server looks at it.",
  ],
  [
    /^(PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/,
    "The bucket of {} is in another region, or at another endpoint.",
    "Set AWS_REGION to the bucket's region, or AWS_ENDPOINT_URL to its server.",
  ],
  [
    /^(NoSuchBucket|NoSuchKey|InvalidBucketName|NotFound|404)$/,
    "There is no bucket for {} where it was looked for.",
    "Correct its name in --data or STREAMFLOW_DATA, or AWS_ENDPOINT_URL where the bucket is not at AWS.",
  ],
  [
    /^(AccessDenied|AllAccessDisabled|AccountProblem|Forbidden|403|401)$/,
    "These credentials may not read {} (403).",
    "Have s3:ListBucket on the bucket and s3:GetObject on what is below the prefix given to whom the key is of.",
  ],
  [
    /^InvalidResponse$/,
    "What answers for {} is no object store.",
    "Correct AWS_ENDPOINT_URL: it names the server that S3 is spoken with, and not that of its web pages.",
  ],
  [
    /CERT|UNABLE_TO_VERIFY/,
    "The server of {} cannot be trusted by its certificate.",
    "Set NODE_EXTRA_CA_CERTS to a file with that of its authority, if it is a private one, or correct AWS_ENDPOINT_URL.",
  ],
  [
    /^TLSHandshakeFailed$/,
    "The server of {} does not speak TLS.",
    "Write http:// before its name in AWS_ENDPOINT_URL, if that is how it is to be reached.",
  ],
];

/** A failure of the object store, in words of ours: no URL, no header, no body. */
export function refused(path: string, error: unknown): unknown {
  const code = reasonOf(error);
  if (code === null) return error;
  const status = error instanceof Refusal ? error.status : null;
  const found = words.find(([codes]) => codes.test(code)) ?? words.find(([codes]) => codes.test(String(status)));
  if (found !== undefined) {
    const [, title, hint] = found;
    return new ConsoleError("io_error", title.replace("{}", path), { hint });
  }
  if (code === "ERR_S3_INVALID_ENDPOINT") {
    return usageError("The endpoint of the object store is no URL.", "Set AWS_ENDPOINT_URL to one: https://HOST:PORT.");
  }
  const said = status === null ? code : `${status} ${code}`;
  const answered = isOfConnection(code) ? `the connection failed (${code})` : `its server answered ${said}`;
  return new ConsoleError(
    "io_error",
    `${path} cannot be read${isPassing(error) ? ", in four tries" : ""}: ${answered}.`,
    {
      hint: "See that the server of AWS_ENDPOINT_URL, without it AWS, can be reached from here and is well, then do the same again.",
    },
  );
}

export function noCredentials(bucket: string): ConsoleError {
  return usageError(
    `There are no credentials for s3://${bucket}.`,
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN where they are temporary.",
  );
}

/** True for what another try may mend: a connection that was not to be had or was lost, and a server that has too much to do. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Refusal && error.status !== null) return error.status >= 500 || error.status === 429;
  const code = reasonOf(error);
  if (code === null) return false;
  return isOfConnection(code) || /^(UnknownError|InternalError|SlowDown|ServiceUnavailable|RequestTimeout)$/.test(code);
}

/** What the system or Bun calls a failure of; servers have other codes. */
function isOfConnection(code: string): boolean {
  return /^(Timeout|CutShort|Failed\w*|E[A-Z]+|(?!Request)[A-Z]\w*(Closed|Reset|Refused|Timeout|Failed))$/.test(code);
}

/** What the server or the system calls it; null for what is no failure of a request. */
function reasonOf(error: unknown): string | null {
  if (error instanceof Refusal) return error.code;
  if (error instanceof ConsoleError) return null;
  const code = codeOf(error);
  return code === "" ? null : code;
}
