import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FloorCard } from "../live/wire.js";
import type { Floor } from "../state/floor.js";
import { place } from "../words/place.js";
import type { Word } from "../words/word.js";
import { type Asked, askedOf } from "../view/asked.js";
import { Back, PageHead, Shown } from "../view/page.js";
import { useStore } from "../view/use.js";
import { Today } from "../class/today.js";
import { lessons } from "../words/lessons.js";
import type { MyLesson } from "../wire.js";
import { Words } from "../view/words.js";
import { live } from "./control.js";
import { floorFile } from "./node.js";
import { choose, join } from "./lesson_live.js";
import { EchoNote, LineNote, NameOf } from "./parts.js";

/** Floors with a part of their own in the day, by the ids of the ready floors (node/place/floors). */
export const known = { counsel: "counsel", classes: "classes", quiet: "quiet" } as const;

export function openFloor(floors: readonly FloorCard[], id: string): FloorCard | undefined {
  return floors.find((one) => one.id === id && one.is_open);
}

function toPlace(isHere: boolean): VNode {
  return <Back href="#/place" word={isHere ? place.backInside : place.toFloors} />;
}

/** The classrooms, as the floor has them. */
export function ClassesPage(): VNode {
  const { floors, visiting, me } = useStore(live);
  const isOpen = openFloor(floors, known.classes) !== undefined;
  return (
    <div class="page place">
      {toPlace(visiting.at === "here")}
      <PageHead title={me?.role === "student" ? lessons.title : place.classesTitle} />
      <LineNote />
      <EchoNote />
      {me?.role === "student" ? <Today go={(one) => void toLesson(one)} /> : null}
      {isOpen ? (
        <Classes />
      ) : (
        <p>
          <Words of={place.classesNone} />
        </p>
      )}
    </div>
  );
}

/** Into a lesson that is on: where the reader stands on its floor, they are in it at once. */
async function toLesson({ lesson, floor }: MyLesson): Promise<void> {
  const { visiting } = live.get();
  if (visiting.at === "here" && visiting.here.floor === floor) {
    if (await join(lesson)) location.hash = "#/place";
    return;
  }
  if (await choose(lesson)) location.hash = `#/place/floor/${floor}`;
}

function Classes(): VNode {
  const [asked, tell] = useState<Asked<Floor>>({ at: "asking" });
  const [round, next] = useState(0);
  useEffect(() => {
    let isGone = false;
    void floorFile(known.classes).then((got) => isGone || tell(askedOf(got)));
    return () => {
      isGone = true;
    };
  }, [round]);
  return (
    <Shown asked={asked} again={() => next(round + 1)}>
      {(floor) => (
        <>
          <h2>
            <Words of={lessons.rooms} />
          </h2>
          <p>
            <Words of={place.classesLead} />
          </p>
          <ul class="setting-list">
            {floor.areas
              .filter((one) => one.kind === "class")
              .map((one) => (
                <li key={one.id} class="card">
                  <NameOf name={one.name} />
                </li>
              ))}
          </ul>
          <a class="button" href={`#/place/floor/${known.classes}`}>
            <Words of={place.classesGo} />
          </a>
        </>
      )}
    </Shown>
  );
}

const steps: readonly (readonly [floor: string, href: string, title: Word, note: Word])[] = [
  [known.counsel, `#/place/floor/${known.counsel}`, place.nextTalk, place.nextTalkNote],
  [known.classes, "#/place/classes", place.nextClass, place.nextClassNote],
  [known.quiet, `#/place/floor/${known.quiet}`, place.nextQuiet, place.nextQuietNote],
];

/** What one could try next; only what is open to the reader stands here (KP-3-運用-5). */
export function NextPage(): VNode {
  const { floors, visiting } = useStore(live);
  return (
    <div class="page place">
      {toPlace(visiting.at === "here")}
      <PageHead title={place.nextTitle} />
      <LineNote />
      <p>
        <Words of={place.nextLead} />
      </p>
      <ul class="setting-list">
        {steps
          .filter(([floor]) => openFloor(floors, floor) !== undefined)
          .map(([floor, href, title, note]) => (
            <li key={floor}>
              <a class="card door" href={href}>
                <span class="door-title">
                  <Words of={title} />
                </span>
                <span class="door-note">
                  <Words of={note} />
                </span>
              </a>
            </li>
          ))}
      </ul>
    </div>
  );
}
