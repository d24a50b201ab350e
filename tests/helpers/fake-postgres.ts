/** A message of the PostgreSQL protocol: type, length, body. */
function message(type: string, ...body: (string | number)[]): Buffer {
  const parts = body.map((part) => {
    if (typeof part === "string") return Buffer.from(`${part}\0`);
    const number = Buffer.alloc(4);
    number.writeInt32BE(part);
    return number;
  });
  const content = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
}

/** A server that lets nobody in, and says why. */
export function refusingPostgres(reason: string) {
  const refusal = message("E", "SFATAL", "C28P01", `M${reason}`, "");
  return Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket) => void socket.end(refusal) },
  });
}

const idle = Buffer.from("Z\0\0\0\x05I");

/** A server that lets everybody in, says it is of this version, and carries out any statement by doing nothing. */
export function fakePostgres(version: string) {
  const welcome = Buffer.concat([message("R", 0), message("S", "server_version", version), idle]);
  const done = Buffer.concat([message("C", "SELECT 0"), idle]);
  return Bun.listen<{ greeted: boolean }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { greeted: false };
      },
      data(socket, data) {
        if (data[0] === "Q".charCodeAt(0)) socket.write(done);
        else if (!socket.data.greeted) {
          socket.data.greeted = true;
          socket.write(welcome);
        }
      },
    },
  });
}
