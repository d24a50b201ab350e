const pandasOnly = "Great Expectations itself runs it in pandas alone; remove it";
const withoutMigration = "Great Expectations 1.x does not run it anywhere, and 0.x ran it in pandas alone; remove it";

/** Expectations that no release of Great Expectations runs on PostgreSQL, or that it has no more, and what to do. */
const elsewhere: Record<string, string> = {
  expect_column_values_to_be_dateutil_parseable: `${pandasOnly}, or ask for expect_column_values_to_match_strftime_format`,
  expect_column_values_to_match_json_schema: `${pandasOnly}, or ask for expect_column_values_to_be_json_parseable`,
  expect_column_bootstrapped_ks_test_p_value_to_be_greater_than: withoutMigration,
  expect_column_chisquare_test_p_value_to_be_greater_than: withoutMigration,
  expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than: withoutMigration,
  expect_multicolumn_values_to_be_unique:
    "Great Expectations has it no more; ask for expect_select_column_values_to_be_unique_within_record",
};

/** Why there is no such expectation. */
export function whyMissing(type: string): string {
  return (Object.hasOwn(elsewhere, type) ? elsewhere[type] : undefined) ?? "there is no such expectation";
}
