import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { Back, PageHead } from "../view/page.js";
import { usePaged } from "../view/paged.js";
import { When } from "../view/time.js";
import { MissingNote } from "../view/trouble.js";
import { useStore } from "../view/use.js";
import { watch } from "../words/console.js";
import { support as words } from "../words/support.js";
import type { SosCase } from "../wire.js";
import { ChoiceField } from "./fields.js";
import { WhoIs, whomOf } from "./measure_panel.js";
import { RecordFoot } from "./record.js";
import { SosKind, SosStateOf } from "./support_parts.js";
import { calls, callsPart } from "./watch_calls.js";
import { beginWatch } from "./watch_control.js";

/** Calls for help, open ones or all there were: never merged, however often somebody pressed. */
export function SosListPage(): VNode {
  useEffect(() => beginWatch([callsPart]), []);
  const changed = useStore(calls)?.atMs;
  const [only, choose] = useState<"open" | "all">("open");
  const [paged, { more, again }] = usePaged<SosCase>(`sos ${only}`, (before) =>
    ask("sos.list", undefined, undefined, {
      ...(only === "all" ? { state: "all" } : {}),
      ...(before === undefined ? {} : { before }),
    }),
  );
  useEffect(() => {
    if (changed !== undefined) again();
  }, [changed]);
  if (paged.trouble === "missing") return <MissingNote />;
  return (
    <div class="page">
      <Back href="#/console" word={watch.toConsole} />
      <PageHead title={words.sosTop} />
      <ChoiceField
        id="sos-only"
        word={watch.filter}
        fault={undefined}
        value={only}
        put={(one) => choose(one as typeof only)}
        choices={[
          ["open", words.onlyOpen],
          ["all", words.onlyAll],
        ]}
      />
      <ul class="setting-list">
        {paged.items.map((one) => (
          <li key={one.sos}>
            <a
              class={
                one.state === "waiting" || one.state === "seen"
                  ? "card card-small door alarm"
                  : "card card-small door"
              }
              href={`#/sos/${one.sos}`}
            >
              <span class="door-title">
                <WhoIs of={whomOf(one)} />
              </span>
              <span class="tags">
                <SosStateOf of={one} />
                <SosKind of={one.kind} />
                <span class="fine">
                  <When utc={one.at} />
                </span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      <RecordFoot paged={paged} more={more} none={words.sosNone} moreWord={words.more} />
    </div>
  );
}
