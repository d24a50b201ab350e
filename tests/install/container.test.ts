import { expect, test } from "bun:test";
import { databaseVariables, folderVariables } from "../../src/core/settings.ts";

/** What the container's files have to agree on, each with the other and with the console. */

const root = new URL("../../", import.meta.url);
const text = (path: string) => Bun.file(new URL(path, root)).text();

/** Of the service `console` in docker-compose.yml. */
async function service() {
  const { services } = Bun.YAML.parse(await text("docker-compose.yml")) as {
    services: { console: { environment: Record<string, string>; volumes: (string | { target: string })[] } };
  };
  return services.console;
}

async function imageVariables(): Promise<Record<string, string>> {
  const [, line = ""] = /^ENV (.+)$/m.exec(await text("src/standalone/Dockerfile")) ?? [];
  return Object.fromEntries(line.split(" ").map((word) => word.split("=")));
}

test("what .env says of the machine's folders and servers is not taken for the container's", async () => {
  const { environment } = await service();
  expect(environment).toMatchObject(await imageVariables());
  expect(Object.keys(environment)).toEqual(expect.arrayContaining(Object.keys(folderVariables)));
  // User, password and database's name are those that the service of the server is given.
  const own = databaseVariables.filter((name) => !/_(USER|PASSWORD|DB)$/.test(name));
  expect(Object.keys(environment)).toEqual(expect.arrayContaining(own));
});

test("drops and home are where the image has them", async () => {
  const places = (await service()).volumes.map((volume) =>
    typeof volume === "string" ? volume.split(":").at(-1) : volume.target,
  );
  expect(places.sort()).toEqual(Object.values(await imageVariables()).sort());
});
