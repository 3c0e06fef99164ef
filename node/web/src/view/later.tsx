import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Page } from "../state/place.js";
import { first } from "../words/first.js";
import { TroubleNote } from "./trouble.js";
import { Words } from "./words.js";

type AdultPages = ComponentType<{ page: Page; role: string | undefined }>;

/** The pages of grown-ups at work. Their code comes when the first of them is opened. */
export function Later({ page, role }: { page: Page; role: string | undefined }): VNode {
  const [Pages, have] = useState<{ View: AdultPages } | "away" | undefined>(undefined);
  useEffect(() => {
    import("../adult/pages.js").then(
      (code) => have({ View: code.AdultPages }),
      () => have("away"),
    );
  }, []);
  // A browser remembers that a part did not come; only a new document asks for it again.
  if (Pages === "away") return <TroubleNote what="offline" again={() => location.reload()} />;
  if (Pages === undefined)
    return (
      <p class="starting" role="status">
        <Words of={first.starting} />
      </p>
    );
  return <Pages.View page={page} role={role} />;
}
