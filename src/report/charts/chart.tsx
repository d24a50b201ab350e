// Named here, since the settings of the project are read only where the console is started from its folder.
/** @jsxRuntime classic */
/** @jsx React.createElement */
import React, { type ReactNode, useId } from "react";
import { shown } from "../document/text.ts";

interface Props {
  /** What it shows, above it and for those who hear it. */
  title: string;
  /** What is to be seen in it, in words. */
  told: string;
  width: number;
  height: number;
  /** False where what it shows stands beside it anyway. */
  hasCaption?: boolean;
  children: ReactNode;
}

/** A picture with its words: nobody has to see it to know what it says. */
export function Chart({ title, told, width, height, hasCaption = true, children }: Props) {
  const id = useId();
  return (
    <figure>
      {hasCaption && <figcaption aria-hidden="true">{shown(title)}</figcaption>}
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-labelledby={`${id}t ${id}d`}
        xmlns="http://www.w3.org/2000/svg"
      >
        <title id={`${id}t`}>{shown(title)}</title>
        <desc id={`${id}d`}>{shown(told)}</desc>
        {children}
      </svg>
    </figure>
  );
}

/** Of coordinates: a tenth of a pixel is enough, and keeps pages small. */
export function at(value: number): number {
  return Math.round(value * 10) / 10;
}
