import type { VNode } from "preact";
import { door } from "../control.js";
import { useStore } from "../view/use.js";
import { EnrolPage } from "./enrol.js";
import { SecondPage } from "./second.js";

/** Between the password and the page: a second check, or the first steps of an ID. */
export function Pages(): VNode | null {
  const way = useStore(door);
  if (way.at === "second") return <SecondPage door={way} />;
  return way.at === "enrol" ? <EnrolPage door={way} /> : null;
}
