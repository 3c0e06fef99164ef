import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../edge/api.js";
import { emptyPages, movedPage, type PageDraft, pagesMost } from "../state/course.js";
import { Help } from "../view/form.js";
import { Given, Words } from "../view/words.js";
import { courses as words } from "../words/plan.js";
import type { CourseWhole } from "../wire.js";
import { PageShown } from "../class/page.js";
import { Field, missingAt, TextField, toFirstFault } from "./fields.js";
import { DraftForm, useDraft } from "./floor_forms.js";

interface Props {
  readonly of: CourseWhole;
  readonly again: () => void;
}

/** The pages that a class reads in step. */
export function CoursePages({ of, again }: Props): VNode {
  return (
    <section class="card stack" aria-labelledby="course-pages">
      <h2 id="course-pages">
        <Words of={words.pages} />
      </h2>
      <p class="fine">
        <Words of={words.pagesLead} />
      </p>
      {of.pages.length === 0 ? (
        <p class="note">
          <Words of={words.pagesNone} />
        </p>
      ) : (
        <ol class="page-list">
          {of.pages.map((one, i) => (
            <li key={i} class="lesson-page">
              <PageShown of={one} />
            </li>
          ))}
        </ol>
      )}
      <Help title={words.pagesEdit}>
        <Form key={of.pages_version} of={of} again={again} />
      </Help>
    </section>
  );
}

const fields = [
  "/pages",
  ...Array.from({ length: pagesMost }, (_, i) => [
    `/pages/${i}`,
    `/pages/${i}/title`,
    `/pages/${i}/text`,
  ]).flat(),
];

interface Draft {
  readonly pages: readonly PageDraft[];
}

const blank: PageDraft = { title: "", text: "", links: [] };

function Form({ of, again }: { of: CourseWhole; again: () => void }): VNode {
  const { draft, set, deed, fault } = useDraft<Draft>(
    () => ({
      pages:
        of.pages.length === 0
          ? [blank]
          : of.pages.map(({ title, text, links }) => ({ title: title ?? "", text, links })),
    }),
    fields,
  );
  const [isSaved, tell] = useState(false);
  const change = (at: number, to: Partial<PageDraft>): void => {
    tell(false);
    set({ pages: draft.pages.map((one, i) => (i === at ? { ...one, ...to } : one)) });
  };
  const send = async (form: HTMLElement): Promise<void> => {
    const empty = emptyPages(draft.pages);
    if (empty.length > 0) {
      deed.tell(missingAt(empty.map((i) => `/pages/${i}/text`)));
      return toFirstFault(form);
    }
    const isDone = await deed.send(form, (id) =>
      ask(
        "courses.pages",
        { course: of.course },
        {
          id,
          expected_version: of.pages_version,
          pages: draft.pages.map(({ title, text, links }) => ({
            ...(title.trim() === "" ? {} : { title: title.trim() }),
            text: text.trim(),
            links: [...links],
          })),
        },
      ),
    );
    if (!isDone) return;
    tell(true);
    again();
  };
  return (
    <>
      <DraftForm deed={deed} send={send} word={words.save}>
        <p class="fine">
          <Words of={words.pageNote} slots={{ sample: <Given>{words.sample[0]}</Given> }} />
        </p>
        <ol class="page-list">
          {draft.pages.map((one, i) => (
            <li class="stack-small page-draft" key={i}>
              <h3>
                <Words of={words.pageN} slots={{ n: i + 1 }} />
              </h3>
              <TextField
                id={`page-${i}-title`}
                word={words.pageTitle}
                fault={fault(`/pages/${i}/title`)}
                value={one.title}
                put={(title) => change(i, { title })}
              />
              <Field
                id={`page-${i}-text`}
                word={words.pageText}
                fault={fault(`/pages/${i}/text`) ?? fault(`/pages/${i}`)}
              >
                {(names) => (
                  <textarea
                    {...names}
                    rows={4}
                    value={one.text}
                    onInput={(event) => change(i, { text: event.currentTarget.value })}
                  />
                )}
              </Field>
              <div class="row">
                {i > 0 ? (
                  <button
                    type="button"
                    class="quiet-button"
                    onClick={() => set({ pages: movedPage(draft.pages, i, -1) })}
                  >
                    <Words of={words.pageUp} />
                  </button>
                ) : null}
                {i < draft.pages.length - 1 ? (
                  <button
                    type="button"
                    class="quiet-button"
                    onClick={() => set({ pages: movedPage(draft.pages, i, 1) })}
                  >
                    <Words of={words.pageDown} />
                  </button>
                ) : null}
                <button
                  type="button"
                  class="quiet-button"
                  onClick={() => set({ pages: draft.pages.filter((_, at) => at !== i) })}
                >
                  <Words of={words.pageDrop} />
                </button>
              </div>
            </li>
          ))}
        </ol>
        {draft.pages.length < pagesMost ? (
          <button
            type="button"
            class="quiet-button"
            onClick={() => set({ pages: [...draft.pages, blank] })}
          >
            <Words of={words.pageAdd} />
          </button>
        ) : null}
      </DraftForm>
      <div role="status">
        {isSaved ? (
          <p class="note">
            <Words of={of.is_decided ? words.savedAgain : words.saved} />
          </p>
        ) : null}
      </div>
    </>
  );
}
