/** A page as a reader has it who sees neither colours nor pictures. */
export interface ReadPage {
  /** Headings of all ranks, in their order. */
  headings: string[];
  tables: ReadTable[];
  /** All text, without pictures and scripts. */
  text: string;
  pictures: ReadPicture[];
}

export interface ReadPicture {
  /** What is said of it. */
  title: string;
  told: string;
  shapes: Shape[];
}

/** What is drawn in a picture, with its attributes. */
export type Shape = Readonly<Record<string, string>>;

interface ReadTable {
  caption: string;
  headings: string[];
  rows: string[][];
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => entities[name] ?? "");
}

/** Text of an element, which comes in pieces. */
class Words {
  private readonly pieces: string[] = [];

  add(piece: string): void {
    this.pieces.push(piece);
  }

  toString(): string {
    return this.pieces.join("");
  }
}

/** Elements whose text is hidden from such a reader, or told apart. */
const unread = "style, script, svg, figcaption";

/** Read a page back from its text. */
export async function readPage(html: string): Promise<ReadPage> {
  const headings: Words[] = [];
  const pictures: { title: Words; told: Words; shapes: Shape[] }[] = [];
  const tables: { caption: Words; headings: Words[]; rows: Words[][] }[] = [];
  const all = new Words();
  const open = new Set<Words>([all]);
  let hidden = 0;
  const into = (element: HTMLRewriterTypes.Element, words: Words) => {
    open.add(words);
    element.onEndTag(() => void open.delete(words));
  };
  /** New words in the list for each such element. */
  const each = (list: () => Words[] | undefined) => ({
    element(element: HTMLRewriterTypes.Element) {
      const words = new Words();
      list()?.push(words);
      into(element, words);
    },
  });
  const rewriter = new HTMLRewriter()
    .on(unread, {
      element(element) {
        hidden++;
        element.onEndTag(() => void hidden--);
      },
    })
    .on("svg[role=img]", { element: () => void pictures.push({ title: new Words(), told: new Words(), shapes: [] }) })
    .on("svg > title", { text: ({ text }) => pictures.at(-1)?.title.add(decoded(text)) })
    .on("svg > desc", { text: ({ text }) => pictures.at(-1)?.told.add(decoded(text)) })
    .on("svg[role=img] path, svg[role=img] rect", {
      element: ({ attributes }) => void pictures.at(-1)?.shapes.push(Object.fromEntries(attributes)),
    })
    .on(
      "h1, h2, h3",
      each(() => headings),
    )
    .on("table", { element: () => void tables.push({ caption: new Words(), headings: [], rows: [] }) })
    .on("caption", { element: (element) => into(element, tables.at(-1)?.caption ?? new Words()) })
    .on(
      "thead th",
      each(() => tables.at(-1)?.headings),
    )
    .on("tbody tr", { element: () => void tables.at(-1)?.rows.push([]) })
    .on(
      "tbody th, tbody td",
      each(() => tables.at(-1)?.rows.at(-1)),
    )
    .on("body *", {
      text({ text }) {
        if (hidden === 0) for (const words of open) words.add(decoded(text));
      },
    });
  await rewriter.transform(new Response(html)).text();
  return {
    headings: headings.map(String),
    text: String(all),
    pictures: pictures.map(({ title, told, shapes }) => ({ title: String(title), told: String(told), shapes })),
    tables: tables.map((table) => ({
      caption: String(table.caption),
      headings: table.headings.map(String),
      rows: table.rows.map((cells) => cells.map(String)),
    })),
  };
}

/** The table of which the caption begins so, its rows by the names of its columns. */
export function rowsOf(page: ReadPage, caption: string): Record<string, string>[] {
  const table = page.tables.find((one) => one.caption.startsWith(caption));
  if (table === undefined) throw new Error(`no table "${caption}" in ${page.tables.map((one) => one.caption)}`);
  return table.rows.map((cells) => Object.fromEntries(table.headings.map((heading, at) => [heading, cells[at] ?? ""])));
}
