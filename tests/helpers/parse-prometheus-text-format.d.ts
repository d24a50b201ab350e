/** The part of it that tests use; the package brings no types. */
declare module "parse-prometheus-text-format" {
  interface Family {
    name: string;
    metrics: { labels?: Record<string, string>; value: string }[];
  }
  export default function parse(text: string): Family[];
}
