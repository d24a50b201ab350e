export interface Suite {
  name: string;
  expectations: unknown[];
}
export function parseSuite(text: string, _path: string, _parameters: Record<string, string>): Suite {
  return JSON.parse(text);
}
