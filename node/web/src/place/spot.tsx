import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { place } from "../words/place.js";
import type { Floor, Spawn } from "../state/floor.js";
import { type Today, todays } from "../state/today.js";
import type { Word } from "../words/word.js";
import { type Asked, askedOf } from "../view/asked.js";
import { Send } from "../view/form.js";
import { Back, PageHead, Shown } from "../view/page.js";
import { MissingNote } from "../view/trouble.js";
import { useStore } from "../view/use.js";
import { Words } from "../view/words.js";
import { enter, live, today } from "./control.js";
import { SessionNote } from "./lobby.js";
import { floorFile } from "./node.js";
import { EchoNote, LineNote, NameOf, nameOfCard } from "./parts.js";

const rungs: Record<Today, readonly [title: Word, note: Word]> = {
  watch: [place.rungWatch, place.rungWatchNote],
  text: [place.rungText, place.rungTextNote],
  voice: [place.rungVoice, place.rungVoiceNote],
};

/** Before anyone sees the reader: where on the floor, and how today. */
export function SpotPage({ floor }: { floor: string }): VNode {
  const { floors, visiting } = useStore(live);
  const [asked, tell] = useState<Asked<Floor>>({ at: "asking" });
  const [round, next] = useState(0);
  const card = floors.find((one) => one.id === floor);
  useEffect(() => {
    let isGone = false;
    void floorFile(floor).then((got) => isGone || tell(askedOf(got)));
    return () => {
      isGone = true;
    };
  }, [floor, round]);
  if (card === undefined || !card.is_open) return <MissingNote />;
  return (
    <div class="page place">
      <Back href="#/place" word={visiting.at === "here" ? place.backInside : place.toFloors} />
      <PageHead title={place.spotTitle} name={<NameOf name={nameOfCard(card)} />} />
      <LineNote />
      <SessionNote card={card} />
      <Shown asked={asked} again={() => next(round + 1)}>
        {(file) => <Choices floor={file} />}
      </Shown>
    </div>
  );
}

/** Quiet ones first, in the order of the floor's file. */
export function spotsOf(floor: Floor): Spawn[] {
  return [...floor.spawns].sort((a, b) => Number(b.quiet) - Number(a.quiet));
}

function Choices({ floor }: { floor: Floor }): VNode {
  const spots = spotsOf(floor);
  const [spot, choose] = useState(spots[0]?.id);
  const [rung, setRung] = useState<Today>(today.get());
  const [busy, setBusy] = useState(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    if (await enter(floor.id, spot, rung)) location.hash = "#/place";
    else setBusy(false);
  };
  return (
    <form class="card stack spot-form" onSubmit={(event) => void send(event)}>
      <fieldset>
        <legend>
          <Words of={place.spotTitle} />
        </legend>
        <p class="fine">
          <Words of={place.spotLead} />
        </p>
        <div class="choice-row">
          {spots.map((one) => (
            <label class="choice" key={one.id}>
              <input
                type="radio"
                name="spot"
                checked={one.id === spot}
                onChange={() => choose(one.id)}
              />
              <span>
                <NameOf name={one.name} />
                {one.quiet ? (
                  <small>
                    <Words of={place.spotQuiet} />
                  </small>
                ) : null}
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>
          <Words of={place.today} />
        </legend>
        <div class="choice-list">
          {todays.map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name="today"
                checked={one === rung}
                onChange={() => setRung(one)}
              />
              <span>
                <span>
                  <Words of={rungs[one][0]} />
                </span>
                <small>
                  <Words of={rungs[one][1]} />
                </small>
              </span>
            </label>
          ))}
        </div>
        <p class="fine">
          <Words of={place.todayNote} />
        </p>
      </fieldset>
      <EchoNote />
      <Send busy={busy} word={place.enter} busyWord={place.entering} />
    </form>
  );
}
