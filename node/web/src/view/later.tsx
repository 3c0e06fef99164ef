import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { first } from "../words/first.js";
import type { PageProps } from "./page.js";
import { TroubleNote } from "./trouble.js";
import { Words } from "./words.js";

/** Parts of the client that no first page needs. Each comes when the first of its pages is opened: what
 * is of grown-ups at work never comes to a child's device. */
const parts = {
  way: () => import("../way/pages.js"),
  me: () => import("../me/pages.js"),
  place: () => import("../place/pages.js"),
  class: () => import("../class/pages.js"),
  adult: () => import("../adult/pages.js"),
} satisfies Record<string, () => Promise<Code>>;

interface Code {
  readonly Pages: ComponentType<PageProps>;
  /** A part with a style sheet of its own: settled when that has come. */
  readonly dressed?: Promise<void>;
}

export type Part = keyof typeof parts;

async function fetchPart(part: Part): Promise<Code> {
  const code: Code = await parts[part]();
  await code.dressed;
  return code;
}

export function Later({ part, page, role }: PageProps & { part: Part }): VNode {
  const [code, have] = useState<{ View: ComponentType<PageProps> } | "away" | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    fetchPart(part).then(
      (code) => isGone || have({ View: code.Pages }),
      () => isGone || have("away"),
    );
    return () => {
      isGone = true;
    };
  }, [part]);
  // A browser remembers that a part did not come; only a new document asks for it again.
  if (code === "away") return <TroubleNote what="offline" again={() => location.reload()} />;
  if (code === undefined)
    return (
      <p class="starting" role="status">
        <Words of={first.starting} />
      </p>
    );
  return <code.View page={page} role={role} />;
}
