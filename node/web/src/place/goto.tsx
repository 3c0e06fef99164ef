import type { VNode } from "preact";
import type { Floor } from "../state/floor.js";
import { place } from "../words/place.js";
import { Help } from "../view/form.js";
import { act } from "./control.js";
import { NameOf } from "./parts.js";

/** Where to, by name: the server finds the way. */
export function GoTo({ floor }: { floor: Floor }): VNode {
  const all = [
    ...floor.areas
      .filter((one) => one.kind !== "portal" && one.lock !== "closed")
      .map((one) => ({ to: "area" as const, one })),
    ...floor.spawns.map((one) => ({ to: "spawn" as const, one })),
    ...floor.boards.map((one) => ({ to: "board" as const, one })),
  ];
  return (
    <Help title={place.places}>
      <ul class="way-list">
        {all.map(({ to, one }) => (
          <li key={`${to} ${one.id}`}>
            <button
              type="button"
              class="quiet-button"
              onClick={() => void act("floor.go", { to, id: one.id }, "walking")}
            >
              <NameOf name={one.name} />
            </button>
          </li>
        ))}
      </ul>
    </Help>
  );
}
