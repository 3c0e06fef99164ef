import type { VNode } from "preact";
import type { Page } from "../state/place.js";

export function AdultPages({ page }: { page: Page }): VNode {
  return <p>{page.at}</p>;
}
