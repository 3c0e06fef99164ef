import type { ComponentChildren, VNode } from "preact";
import { Day } from "../view/day.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { child } from "../words/child.js";
import { registration } from "../words/registration.js";
import { transfers as words } from "../words/transfers.js";
import type { Word } from "../words/word.js";
import type { TransferContact, TransferShown } from "../wire.js";
import { Grade } from "./grade.js";

const kinds: Readonly<Record<string, Word>> = {
  auto: child.contactAuto,
  class: child.contactClass,
  speech: child.contactSpeech,
  call: child.contactCall,
  talk: child.contactTalk,
  phone: child.contactPhone,
  visit: child.contactVisit,
  letter: child.contactLetter,
  other: child.contactOther,
};

/** What is handed over of a child, or came with one. */
export function Parcel({ of }: { of: TransferShown }): VNode {
  return (
    <div class="stack-small">
      <Head of={of} />
      {of.steps.length === 0 ? null : (
        <Part word={words.steps}>
          {of.steps.map((one, n) => (
            <li class="moment" key={n}>
              <Words of={child.stepN} slots={{ n: one.step }} />{" "}
              {one.is_back ? <Words of={child.isBack} /> : null}{" "}
              <span class="fine">
                <Day of={one.on} />
              </span>{" "}
              <Given>{one.place}</Given>
            </li>
          ))}
        </Part>
      )}
      {of.contacts.length === 0 ? null : (
        <Part word={words.contacts}>
          {of.contacts.map((one, n) => (
            <li class="moment" key={n}>
              <Contact of={one} />
            </li>
          ))}
        </Part>
      )}
    </div>
  );
}

function Head({ of }: { of: TransferShown }): VNode {
  const [last, first] = [of.days[0], of.days[of.days.length - 1]];
  return (
    <dl class="facts">
      {of.name === undefined ? null : (
        <Fact word={words.name}>
          <Given>{of.name}</Given> {of.kana ? <Given>{`（${of.kana}）`}</Given> : null}
        </Fact>
      )}
      {of.grade === "" ? null : (
        <Fact word={words.grade}>
          <Grade of={of.grade} />
        </Fact>
      )}
      {of.profile === undefined ? null : (
        <Fact word={words.display}>
          <Given>{of.profile.display}</Given>
        </Fact>
      )}
      {(of.profile?.line ?? "") === "" ? null : (
        <Fact word={words.line}>
          <Given>{of.profile?.line}</Given>
        </Fact>
      )}
      {of.facts === undefined ? null : <Facts of={of.facts} />}
      {last === undefined || first === undefined ? null : (
        <Fact word={words.days}>
          <Words
            of={words.daysN}
            slots={{ n: of.days.length, from: <Day of={first.on} />, to: <Day of={last.on} /> }}
          />
        </Fact>
      )}
    </dl>
  );
}

const coded = ["target", "route", "wish", "wish_by", "support", "admission"] as const;

function Facts({ of }: { of: NonNullable<TransferShown["facts"]> }): VNode {
  const all: Readonly<Record<string, Word>> = registration;
  return (
    <>
      {coded.map((field) => {
        const code = all[`${field}_${of[field]}`];
        return (
          <Fact word={registration[field]} key={field}>
            {code === undefined ? <Given>{of[field]}</Given> : <Words of={code} />}
          </Fact>
        );
      })}
      {of.consent_on === "" ? null : (
        <Fact word={registration.consent_on}>
          <Day of={of.consent_on} />
        </Fact>
      )}
      {of.note === "" ? null : (
        <Fact word={registration.noteShort}>
          <Given>{of.note}</Given>
        </Fact>
      )}
    </>
  );
}

function Contact({ of }: { of: TransferContact }): VNode {
  const kind = kinds[of.kind];
  return (
    <>
      <span class="fine">
        <Time utc={of.at} />
      </span>{" "}
      {kind === undefined ? <Given>{of.kind}</Given> : <Words of={kind} />} <Given>{of.text}</Given>
    </>
  );
}

function Part({ word, children }: { word: Word; children: ComponentChildren }): VNode {
  return (
    <>
      <h3>
        <Words of={word} />
      </h3>
      <ol class="timeline">{children}</ol>
    </>
  );
}

export function Fact({ word, children }: { word: Word; children: ComponentChildren }): VNode {
  return (
    <div class="fact">
      <dt>
        <Words of={word} />
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
