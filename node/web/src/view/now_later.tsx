import type { ComponentChildren, ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

type Card = ComponentType<{ children: ComponentChildren }>;

/** `NowCard`, whose code the first page does without. Until it comes, the way in is there already. */
export function NowLater({ children }: { children: ComponentChildren }): VNode {
  const [code, have] = useState<{ View: Card } | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    import("./now.js").then(
      ({ NowCard }) => isGone || have({ View: NowCard }),
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, []);
  if (code === undefined) return <section class="card stack now">{children}</section>;
  return <code.View>{children}</code.View>;
}
