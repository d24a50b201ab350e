// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import React, { type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { script } from "./script.ts";
import { style } from "./style.ts";
import { shown } from "./text.ts";

/** A link of the line above the heading; the last of them is where one is, and has no address. */
export interface Crumb {
  text: string;
  href?: string;
}

interface PageProps {
  title: string;
  crumbs?: readonly Crumb[];
  /** What the page is made of and by whom: its last line. */
  colophon: ReactNode;
  children: ReactNode;
}

const digest = new Bun.CryptoHasher("sha256").update(script).digest("base64");

/**
 * Nothing is fetched, and no script runs but the page's own: whatever a value of the data might be taken for, it is text.
 * Frames and forms are kept out for the same reason.
 */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${digest}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function Page({ title, crumbs = [], colophon, children }: PageProps) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta httpEquiv="Content-Security-Policy" content={policy} />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <title>{shown(title)}</title>
        <link rel="icon" href="data:," />
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: both are ours, and hold nothing of the data */}
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        {crumbs.length > 0 && (
          <nav className="crumbs" aria-label="Where this page is">
            <ol>
              {crumbs.map(({ text, href }) => (
                <li key={text}>
                  {href === undefined ? <span aria-current="page">{text}</span> : <a href={href}>{text}</a>}
                </li>
              ))}
            </ol>
          </nav>
        )}
        <main id="main">{children}</main>
        <footer>{colophon}</footer>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: see above */}
        <script dangerouslySetInnerHTML={{ __html: script }} />
      </body>
    </html>
  );
}

/** The text of a page. */
export function pageOf(props: PageProps): string {
  return `<!doctype html>\n${renderToStaticMarkup(<Page {...props} />)}\n`;
}
