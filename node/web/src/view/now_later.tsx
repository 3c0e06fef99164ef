import type { ComponentChildren, ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";

type Card = ComponentType<{ children?: ComponentChildren }>;

/** `NowCard`, whose code the first page does without. When it does not come, my page is whole without it. */
export function NowLater({ children }: { children?: ComponentChildren }): VNode | null {
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
  return code === undefined ? null : <code.View>{children}</code.View>;
}
