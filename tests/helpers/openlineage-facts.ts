/**
 * What the specification of OpenLineage requires of what the console tells, as facts taken from its JSON Schemas: a run event of
 * 2-0-2, and its facets of the versions that they name themselves (OpenLineage, Apache License 2.0, spec/OpenLineage.json and
 * spec/facets).
 */
const text = { type: "string" } as const;
const count = { type: "integer" } as const;
const uuid = { type: "string", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" } as const;

function object(properties: object, required: readonly string[] = Object.keys(properties)) {
  return { type: "object", properties, required };
}

function facet(name: string, properties: object, required?: readonly string[]) {
  const own = object(properties, required);
  return object(
    {
      _producer: { type: "string", pattern: "^urn:" },
      _schemaURL: { type: "string", pattern: `^https://openlineage\\.io/spec/facets/\\d+-\\d+-\\d+/${name}\\.json$` },
      ...properties,
    },
    ["_producer", "_schemaURL", ...own.required],
  );
}

const dataset = {
  namespace: text,
  name: text,
  facets: object({
    schema: facet("SchemaDatasetFacet", {
      fields: { type: "array", items: object({ name: text, type: text }, ["name"]) },
    }),
    dataSource: facet("DatasourceDatasetFacet", { name: text, uri: text }),
  }),
};

export const runEventFacts = object({
  eventType: { enum: ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"] },
  eventTime: { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}T[\\d:.]+Z$" },
  producer: text,
  schemaURL: { const: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent" },
  run: object({
    runId: uuid,
    facets: object(
      {
        errorMessage: facet("ErrorMessageRunFacet", { message: text, programmingLanguage: text }),
        parent: facet("ParentRunFacet", {
          run: object({ runId: uuid }),
          job: object({ namespace: text, name: text }),
        }),
      },
      [],
    ),
  }),
  job: object({
    namespace: text,
    name: text,
    facets: object({ jobType: facet("JobTypeJobFacet", { processingType: text, integration: text, jobType: text }) }),
  }),
  inputs: {
    type: "array",
    items: object({
      ...dataset,
      inputFacets: object(
        {
          dataQualityMetrics: facet(
            "DataQualityMetricsInputDatasetFacet",
            { rowCount: count, bytes: count, columnMetrics: { type: "object" } },
            ["columnMetrics"],
          ),
          dataQualityAssertions: facet("DataQualityAssertionsDatasetFacet", {
            assertions: {
              type: "array",
              items: object({ assertion: text, success: { type: "boolean" }, column: text }, ["assertion", "success"]),
            },
          }),
        },
        [],
      ),
    }),
  },
  outputs: {
    type: "array",
    items: object({
      ...dataset,
      outputFacets: object({ outputStatistics: facet("OutputStatisticsOutputDatasetFacet", { rowCount: count }) }, []),
    }),
  },
});
