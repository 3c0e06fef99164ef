import type { VNode } from "preact";
import sheet from "../../style/class.css";
import { wear } from "../edge/sheet.js";
import { Back, PageHead, type PageProps, type Views, viewOf } from "../view/page.js";
import { lessons as words } from "../words/lessons.js";
import { Today } from "./today.js";

export const dressed = wear(sheet);

/** What a child may choose today: a page of its own, for choosing needs no place. */
const views: Views = { lessons: LessonsPage };

export function Pages(props: PageProps): VNode {
  return viewOf(views, props);
}

function LessonsPage(): VNode {
  return (
    <div class="page">
      <Back href="#/" word={words.toHome} />
      <PageHead title={words.title} />
      <Today go={undefined} />
    </div>
  );
}
