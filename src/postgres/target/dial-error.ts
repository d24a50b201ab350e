/** The codes of what keeps a socket from being made, beside the system's own; `errors.ts` has a remedy for each. */
type DialCode = "CONNECT_TIMEOUT" | "CONNECTION_CLOSED" | "NOT_POSTGRES" | TlsCode;
type TlsCode = "TLS_NOT_OFFERED" | "CHANNEL_NOT_BOUND" | CertificateCode;
type CertificateCode = "CERT_UNKNOWN" | "CERT_HAS_EXPIRED" | "CERT_REVOKED" | "CERT_OF_ANOTHER";

export class DialError extends Error {
  constructor(
    readonly code: DialCode,
    message: string,
  ) {
    super(message);
  }
}
