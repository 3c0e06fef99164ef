import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import sheet from "../../style/place.css";
import { wear } from "../edge/sheet.js";
import { type PageProps, type Views, viewOf } from "../view/page.js";
import { useStore } from "../view/use.js";
import { begin, beginPractice, link, live } from "./control.js";
import { ClassesPage, NextPage } from "./elsewhere.js";
import { Inside } from "./inside.js";
import { Connecting, Lobby, OverNote, Waiting } from "./lobby.js";
import { PracticePage } from "./practice.js";
import { SpotPage } from "./spot.js";

export const dressed = wear(sheet);

/** The place: its entrance, a floor, and the ways from one to the other. While one of these pages is shown,
 * the reader is on the line. */
const views: Views = {
  place: PlacePage,
  "place-floor": ({ page }) => <Online>{() => <SpotPage floor={page.name} />}</Online>,
  "place-classes": () => <Online>{() => <ClassesPage />}</Online>,
  "place-practice": () => <PracticePage />,
  "place-next": () => <Online>{() => <NextPage />}</Online>,
};

export function Pages(props: PageProps): VNode {
  const isPractice = props.page.at === "place-practice";
  useEffect(() => (isPractice ? beginPractice() : begin()), [isPractice]);
  return viewOf(views, props);
}

/** Nothing of the place can be shown before it has said hello. */
function Online({ children }: { children: () => VNode }): VNode {
  const state = useStore(link);
  const { me } = useStore(live);
  if (state.at === "over") return <OverNote why={state.why} />;
  return me === undefined ? <Connecting /> : children();
}

function PlacePage(): VNode {
  const { visiting } = useStore(live);
  return (
    <Online>
      {() => {
        switch (visiting.at) {
          case "lobby":
            return <Lobby />;
          case "waiting":
            return <Waiting floor={visiting.floor} position={visiting.position} />;
          case "here":
            return <Inside here={visiting.here} />;
        }
      }}
    </Online>
  );
}
