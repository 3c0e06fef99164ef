import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Display, Theme } from "../state/display.js";
import type { Who } from "../state/door.js";
import { home, roles } from "../words/home.js";
import type { Word, WordForm } from "../words/word.js";
import { DisplayChoices } from "./display.js";
import { NowLater } from "./now_later.js";
import { Scene } from "./scene.js";
import { Time } from "./time.js";
import { TroubleNote } from "./trouble.js";
import { Given, Words } from "./words.js";

export interface HomeDoor {
  readonly href: string;
  readonly title: Word;
  readonly note: Word;
}

interface Props {
  readonly who: Who;
  readonly form: WordForm;
  readonly theme: Theme;
  readonly choose: (change: Partial<Display>) => void;
}

/** Who come to be in the place: the way in stands first, with whether it is open. */
const comesToBe: readonly string[] = [
  "student",
  "guardian",
  "supporter",
  "instructor",
  "guest_teacher",
  "school_staff",
];

/** My page: who I am here, where I can go, how it looks, how to leave. */
export function Home({ who, form, theme, choose }: Props): VNode {
  const role = (roles as Readonly<Record<string, Word>>)[who.role];
  const isVisitor = comesToBe.includes(who.role);
  const isGuest = who.role === "student" || who.role === "guardian"; // the others come to work
  return (
    <div class="home">
      <section class="card hello">
        {isGuest ? (
          <div class="view">
            <Scene />
          </div>
        ) : null}
        <div class="words">
          <h1>
            <Words of={home.hello} slots={{ name: <Given>{who.name}</Given> }} />
          </h1>
          {role === undefined || who.role === "student" ? null : (
            <p class="pill">
              <Words of={role} />
            </p>
          )}
          {isGuest ? (
            <p>
              <Words of={home.pace} />
            </p>
          ) : null}
        </div>
      </section>
      <Elsewhere who={who} />
      {isVisitor ? (
        <NowLater>
          <a class="button go-in" href="#/place">
            <Words of={home.place} />
          </a>
        </NowLater>
      ) : null}
      {who.role === "student" ? <Doors doors={childDoors} /> : <DoorsLater role={who.role} />}
      <section class="card" aria-labelledby="display-title">
        <h2 id="display-title">
          <Words of={home.readable} />
        </h2>
        <DisplayChoices group="home" form={form} theme={theme} choose={choose} />
        <p class="fine">
          <Words of={home.endNote} />
        </p>
      </section>
    </div>
  );
}

const childDoors: readonly HomeDoor[] = [{ href: "#/me", title: home.me, note: home.meNote }];

function Doors({ doors }: { doors: readonly HomeDoor[] }): VNode {
  return (
    <nav class="doors" aria-labelledby="doors-title">
      <h2 id="doors-title">
        <Words of={home.doors} />
      </h2>
      <ul>
        {doors.map((one) => (
          <li key={one.href}>
            <a class="card door" href={one.href}>
              <span class="door-title">
                <Words of={one.title} />
              </span>
              <span class="door-note">
                <Words of={one.note} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Those of grown-ups, which the first page does without. */
function DoorsLater({ role }: { role: string }): VNode | null {
  const [doors, have] = useState<readonly HomeDoor[] | "away" | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    import("./doors.js").then(
      ({ doorsOf }) => isGone || have(doorsOf(role)),
      () => isGone || have("away"),
    );
    return () => {
      isGone = true;
    };
  }, [role]);
  if (doors === "away") return <TroubleNote what="offline" again={() => location.reload()} />;
  return doors === undefined ? null : <Doors doors={doors} />;
}

/** That the same ID is in use elsewhere, said once and calmly; the devices themselves are in `me/`. */
function Elsewhere({ who }: { who: Who }): VNode | null {
  const { notice, otherDevices } = who;
  if (notice === undefined && otherDevices === 0) return null;
  return (
    <section class="card stack elsewhere" role="status">
      <p>
        {notice === undefined ? (
          <Words of={home.others} slots={{ n: otherDevices }} />
        ) : (
          <Words
            of={home.newDevice}
            slots={{ device: <Given>{notice.device}</Given>, time: <Time utc={notice.at} /> }}
          />
        )}
      </p>
      <p class="fine">
        <Words of={who.role === "student" ? home.notYou : home.notYouAtWork} />
      </p>
      <a class="back" href="#/me/devices">
        <Words of={home.devices} />
      </a>
    </section>
  );
}
