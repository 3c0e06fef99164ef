import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { newId } from "../edge/id.js";
import { useAsked } from "../view/asked.js";
import { Help } from "../view/form.js";
import { PageHead, Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { teachers as words } from "../words/teachers.js";
import type { Word } from "../words/word.js";
import type { TeacherCard } from "../wire.js";
import { AnswerPill, CardForm, noCard } from "./teacher_parts.js";

/** Cards of guest teachers: own ones, and those that other towns offered (CARD-3). */
export function TeachersPage(): VNode {
  const [asked, again] = useAsked("teachers.list", undefined);
  const [card] = useState(newId);
  return (
    <div class="page">
      <PageHead title={words.title} />
      <p>
        <Words of={words.lead} />
      </p>
      <Shown asked={asked} again={again}>
        {({ items }) => (
          <>
            <Cards title={words.own} of={items.filter((one) => one.is_own)} id="teachers-own" />
            <section class="card stack">
              <Help title={words.make} open={items.length === 0}>
                <CardForm
                  id="teacher-new"
                  start={noCard}
                  send={(id, draft) =>
                    ask("teachers.put", { card }, { id, expected_version: 0, ...draft })
                  }
                  done={() => {
                    location.hash = `#/teachers/${card}`;
                  }}
                />
              </Help>
            </section>
            <Cards title={words.came} of={items.filter((one) => !one.is_own)} id="teachers-came" />
          </>
        )}
      </Shown>
    </div>
  );
}

function Cards({ title, of, id }: { title: Word; of: readonly TeacherCard[]; id: string }): VNode {
  return (
    <section class="stack" aria-labelledby={id}>
      <h2 id={id}>
        <Words of={title} />
      </h2>
      {of.length === 0 ? (
        <p class="fine">
          <Words of={words.none} />
        </p>
      ) : (
        <ul class="setting-list">
          {of.map((one) => (
            <li key={one.card}>
              <a class="card card-small door" href={`#/teachers/${one.card}`}>
                <span class="door-title">
                  <Given>{one.name}</Given>
                </span>
                <span class="tags fine">
                  {one.is_withdrawn ? (
                    <span class="pill">
                      <Words of={words.withdrawn} />
                    </span>
                  ) : (
                    <AnswerPill of={one.answer} />
                  )}
                  <Given>{one.field}</Given>
                  {one.is_own ? null : (
                    <Words of={words.homeOf} slots={{ name: <Given>{one.home_name}</Given> }} />
                  )}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
