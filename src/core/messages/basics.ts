/** What is needed of the messages at once. Nothing here loads a schema, which takes longer than all else of a start. */

/** The four stages of a run, in order. */
export const stages = ["ingest", "upsert", "validate", "snapshot"] as const;

/** How much of each result a validation tells, in Great Expectations' own words. */
export const resultFormats = ["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"] as const;

/** The lines of a byte stream, as text without their ends; a last line without an end counts. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
