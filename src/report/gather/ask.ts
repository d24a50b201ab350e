import type { Replies, RequestKind, RequestOf } from "../../core/messages/requests.ts";

/** The pipeline, as far as a report needs it: it only asks. */
export interface Asked {
  call<Kind extends RequestKind>(request: RequestOf<Kind>): Promise<Replies[Kind]>;
}
