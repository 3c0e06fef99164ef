import type { VNode } from "preact";
import { door } from "../control.js";
import type { Who } from "../state/door.js";
import { MissingNote } from "../view/trouble.js";
import { Back, PageHead, type PageProps, type Views, viewOf } from "../view/page.js";
import { useStore } from "../view/use.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { roles } from "../words/home.js";
import { me } from "../words/me.js";
import { profile } from "../words/profile.js";
import { way } from "../words/way.js";
import type { Word } from "../words/word.js";
import { NewPassword } from "../way/new-password.js";
import { AppPage } from "./app.js";
import { DevicesPage } from "./devices.js";
import { Done } from "./done.js";
import { PasskeysPage } from "./passkeys.js";
import { ProfilePage } from "./profile.js";
import { SoundPage } from "./sound.js";
import { StepPage } from "./step.js";
import { useState } from "preact/hooks";

const views: Views = {
  me: MePage,
  "me-password": PasswordPage,
  "me-devices": DevicesPage,
  "me-profile": ProfilePage,
  "me-sound": SoundPage,
  "me-passkeys": (props) => (props.role === "student" ? <MissingNote /> : <PasskeysPage />),
  "me-app": (props) => (props.role === "student" ? <MissingNote /> : <AppPage />),
  "me-step": (props) => (props.role === "student" ? <StepPage /> : <MissingNote />),
};

export function Pages(props: PageProps): VNode {
  return viewOf(views, props);
}

type Row = readonly [href: string, title: Word, note: Word];

const seen: Row = ["#/me/profile", profile.title, profile.note];
const password: Row = ["#/me/password", me.password, me.passwordNote];
const devices: Row = ["#/me/devices", me.devices, me.devicesNote];
const step: Row = ["#/me/step", me.step, me.stepNote];
const sound: Row = ["#/me/sound", me.sound, me.soundNote];
const practice: Row = ["#/place/practice", me.practice, me.practiceNote];
const ofAdults: readonly Row[] = [
  seen,
  password,
  devices,
  ["#/me/passkeys", me.passkeys, me.passkeysNote],
  ["#/me/app", me.app, me.appNote],
  sound,
];

/** A lock of one's own only where the municipality lets children have one, or where there is one. */
function ofChild(who: Who | undefined): readonly Row[] {
  const hasStep = who?.factors.some((one) => one === "pin" || one === "picture") === true;
  const maySet = who !== undefined && who.stepKinds.length > 0;
  const rows = hasStep || maySet ? [seen, password, devices, step] : [seen, password, devices];
  return [...rows, sound, practice];
}

/** Who I am here, and what I can see to about my own ID. */
function MePage({ role }: PageProps): VNode {
  const here = useStore(door);
  const who = here.at === "inside" ? here.who : undefined;
  const rows = role === "student" ? ofChild(who) : ofAdults;
  const word = (roles as Readonly<Record<string, Word>>)[role ?? ""];
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={me.title} />
      <p>
        <Words of={me.lead} />
      </p>
      <section class="card">
        <dl class="facts">
          <div class="fact">
            <dt>
              <Words of={me.name} />
            </dt>
            <dd>
              <Given>{who?.name}</Given>
            </dd>
          </div>
          {word === undefined ? null : (
            <div class="fact">
              <dt>
                <Words of={me.role} />
              </dt>
              <dd>
                <Words of={word} />
              </dd>
            </div>
          )}
        </dl>
      </section>
      <ul class="setting-list">
        {rows.map(([href, title, note]) => (
          <li key={href}>
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

function PasswordPage(): VNode {
  const here = useStore(door);
  const [isDone, done] = useState(false);
  return (
    <div class="page">
      <Back href="#/me" word={me.toMe} />
      <PageHead title={me.password} />
      <Done word={isDone ? me.passwordDone : undefined} />
      {isDone ? null : (
        <section class="card way">
          <NewPassword
            withOld
            least={here.at === "inside" ? here.who.passwordLeast : 0}
            doWord={way.passwordSet}
            done={() => done(true)}
          />
        </section>
      )}
    </div>
  );
}
