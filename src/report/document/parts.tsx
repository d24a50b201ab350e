// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import React, { type ReactNode } from "react";
import { shown, shownLines } from "./text.ts";

/** A part of a page under a heading of its own, which the page's contents link to. */
export function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

/** Text that is longer than a column of facts is wide, many times over, has a line of its own. */
const longest = 60;

const isLong = (value: ReactNode) => typeof value === "string" && value.length > longest;

/** Names and what they are. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} className={isLong(value) ? "long" : undefined}>
          <dt>{name}</dt>
          <dd>{typeof value === "string" ? shown(value) : value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a standing is called by a sign, too: nobody has to tell colours apart. */
export type Tone = "good" | "bad" | "warn" | "idle";

const signs: Record<Tone, string> = { good: "✓", bad: "✕", warn: "!", idle: "–" };

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`badge ${tone}`}>
      <span aria-hidden="true">{signs[tone]}</span> {children}
    </span>
  );
}

/** The sentence that a page is about. */
export function Verdict({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <p className={`verdict ${tone}`}>
      <span className="sign" aria-hidden="true">
        {signs[tone]}
      </span>
      <span>{children}</span>
    </p>
  );
}

/** Something to be known beside the rest. */
export function Note({ tone = "warn", children }: { tone?: Tone; children: ReactNode }) {
  return <p className={`note ${tone}`}>{children}</p>;
}

/** A statement or a command, as it is to be typed. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section className="typed" aria-label={label} tabIndex={0}>
      <pre>
        <code>{shownLines(text)}</code>
      </pre>
    </section>
  );
}
