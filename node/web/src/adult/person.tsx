import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { callName } from "../state/people.js";
import { actsOf } from "../state/person.js";
import type { AccountStep, GuardedChild, OneTimePassword, PersonDetail } from "../wire.js";
import { useAsked } from "../view/asked.js";
import { Day } from "../view/day.js";
import { Back, PageHead, type PageProps, Shown } from "../view/page.js";
import { Time } from "../view/time.js";
import { Given, Words } from "../view/words.js";
import { people } from "../words/people.js";
import { person as words } from "../words/person.js";
import type { Word } from "../words/word.js";
import { Grade } from "./grade.js";
import { Acts } from "./person_acts.js";
import { OneTime } from "./person_once.js";
import { roleWord } from "./person_parts.js";
import { Qualifications } from "./qualifications.js";
import { Rights } from "./person_rights.js";
import { ProfilePast } from "./profile_past.js";
import { TransferPast } from "./transfer_past.js";

/** One person: what the viewer may know, what happened to the ID, what can be done. What a role does
 * not see is not there, not greyed. */
export function PersonPage({ page, role }: PageProps): VNode {
  const [asked, again] = useAsked("people.show", { id: page.name });
  // Kept here, so that it outlives the renewal of the page under it, and leaves with the page.
  const [once, tellOnce] = useState<OneTimePassword | undefined>(undefined);
  return (
    <div class="page">
      <Back href="#/people" word={people.toList} />
      <Shown asked={asked} again={again}>
        {(person) => (
          <>
            <PageHead title={words.title} name={<Given>{callName(person)}</Given>} />
            {once === undefined ? null : (
              <OneTime once={once} login={person.login} close={() => tellOnce(undefined)} />
            )}
            <Facts person={person} />
            <Acts
              person={person}
              acts={actsOf(person, role)}
              viewer={role}
              again={again}
              tellOnce={tellOnce}
            />
            {person.may_see_facts === true ? <ToRegistration id={person.id} /> : null}
            {keeps(role) && teaches(person.role) && person.login !== undefined ? (
              <Qualifications account={person.id} />
            ) : null}
            {role === "commissioner" ? <Rights person={person} again={again} /> : null}
            {role === "commissioner" && person.role === "student" && person.login !== undefined ? (
              <TransferPast child={person.id} isBoard />
            ) : null}
            <Past steps={person.steps} />
            {person.login === undefined ? null : <ProfilePast id={person.id} />}
          </>
        )}
      </Shown>
    </div>
  );
}

/** Who keeps what staff are qualified for (node/classes/class_http.h), and of whom it is kept. */
function keeps(role: string | undefined): boolean {
  return role === "commissioner" || role === "contractor";
}
function teaches(role: string | undefined): boolean {
  return ["supporter", "instructor", "guest_teacher", "school_staff"].includes(role ?? "");
}

function Facts({ person }: { person: PersonDetail }): VNode {
  const role = roleWord(person.role);
  const rows: readonly (readonly [Word, ComponentChildren])[] = [
    [words.name, given(person.name)],
    [words.kana, given(person.kana)],
    person.login === undefined
      ? [words.displayOnly, given(person.display_name)]
      : [
          words.display,
          <Words
            of={people.withId}
            slots={{
              name: <Given>{person.display_name ?? ""}</Given>,
              id: <Given>{person.login}</Given>,
            }}
          />,
        ],
    [words.role, role === undefined ? null : <Words of={role} />],
    [words.school, person.school_name === undefined ? null : <SchoolAndGrade person={person} />],
    [
      person.state === "requested" ? words.childrenAsked : words.children,
      person.children.length === 0 ? null : <Children of={person.children} />,
    ],
    [words.state, stateOf(person)],
    [words.trial, person.is_trial === true ? <Words of={words.yes} /> : null],
    [words.end, person.ends_on === undefined ? null : <Day of={person.ends_on} />],
    [words.password, person.waits_for_slip === true ? <Words of={words.waitsForSlip} /> : null],
    [
      words.locked,
      person.locked_until === undefined ? null : (
        <Words of={words.lockedUntil} slots={{ time: <Time utc={person.locked_until} /> }} />
      ),
    ],
    [
      words.sessions,
      person.n_sessions === undefined || person.state === undefined ? null : (
        <Words of={words.sessionsN} slots={{ n: person.n_sessions }} />
      ),
    ],
  ];
  return (
    <section class="card stack">
      <h2>
        <Words of={words.facts} />
      </h2>
      <dl class="facts">
        {rows
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div class="fact" key={name[2]}>
              <dt>
                <Words of={name} />
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {person.has_left === true ? (
        <p class="note">
          <Words of={words.left} />
        </p>
      ) : null}
    </section>
  );
}

function given(text: string | undefined): VNode | null {
  return (text ?? "") === "" ? null : <Given>{text}</Given>;
}

function SchoolAndGrade({ person }: { person: PersonDetail }): VNode {
  return (
    <>
      <Given>{person.school_name}</Given> <Grade of={person.grade ?? ""} />
    </>
  );
}

/** Whose guardian this is or, before the approval, was asked to become: nobody approves it unseen. */
function Children({ of: children }: { of: readonly GuardedChild[] }): VNode {
  return (
    <ul class="plain-list">
      {children.map((child) => (
        <li key={child.id}>
          <a class="person-name" href={`#/people/${child.id}`}>
            <Given>{child.name}</Given>
          </a>{" "}
          {child.school_name === "" ? null : (
            <span class="fine">
              <Given>{child.school_name}</Given>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A supporter is not told the state; whoever is told and finds none sees that there is no ID. */
function stateOf(person: PersonDetail): VNode | null {
  if (person.state === undefined && person.name === undefined) return null;
  return (
    <span class={person.state === "suspended" ? "pill pill-alert" : "pill"}>
      <Words of={person.state === undefined ? people.noId : people[person.state]} />
    </span>
  );
}

function ToRegistration({ id }: { id: string }): VNode {
  return (
    <section class="card stack">
      <h2>
        <Words of={words.registration} />
      </h2>
      <p>
        <Words of={words.registrationNote} />
      </p>
      <a class="quiet-button" href={`#/registration/${id}`}>
        <Words of={words.toRegistration} />
      </a>
    </section>
  );
}

function Past({ steps }: { steps: readonly AccountStep[] }): VNode | null {
  if (steps.length === 0) return null;
  return (
    <section class="card stack">
      <h2>
        <Words of={words.past} />
      </h2>
      <ol class="timeline">
        {steps.map((step) => (
          <li class={step.state === "suspended" ? "moment moment-alert" : "moment"} key={step.at}>
            <span class="moment-what">
              <Words of={people[step.state]} />
            </span>
            <span class="fine">
              <Time utc={step.at} />
            </span>
            <span class="fine">
              <Actor step={step} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Actor({ step }: { step: AccountStep }): VNode {
  const role =
    roleWord(step.actor_role) ?? (step.actor_role === "operator" ? words.operator : words.itself);
  if (step.actor_name === undefined) return <Words of={role} />;
  return (
    <Words
      of={words.byName}
      slots={{ name: <Given>{step.actor_name}</Given>, role: <Words of={role} /> }}
    />
  );
}
