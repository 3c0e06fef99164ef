import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { isForEveryone, rowsOf } from "../state/role_table.js";
import { useAsked } from "../view/asked.js";
import { Back, PageHead, Shown } from "../view/page.js";
import { Given, Words } from "../view/words.js";
import { first } from "../words/first.js";
import { roles as roleWords } from "../words/home.js";
import { roleTable } from "../words/role_table.js";
import type { Word } from "../words/word.js";
import type { RightKind, RoleRow, RoleTable } from "../wire.js";

const actions: Readonly<Record<RoleRow["action"], Word>> = {
  none: roleTable.plain,
  read: roleTable.read,
  change: roleTable.change,
  export: roleTable.export,
};
const objects: Readonly<Record<Exclude<RoleRow["object"], "none">, Word>> = {
  own: roleTable.own,
  own_class: roleTable.ownClass,
  own_school: roleTable.ownSchool,
  any_here: roleTable.anyHere,
};

/** Who may do what, as the server itself has it. Whoever answers for the whole sees all of it. */
export function RolesPage(): VNode {
  const [asked, again] = useAsked("roles.table", undefined);
  return (
    <Shown asked={asked} again={again}>
      {(table) => <Table table={table} />}
    </Shown>
  );
}

function Table({ table }: { table: RoleTable }): VNode {
  const [role, choose] = useState("");
  const isWhole = table.roles.length > 1;
  const groups = rowsOf(table, role);
  return (
    <div class="page">
      <Back href="#/" word={first.toHome} />
      <PageHead title={roleTable.title} />
      <p>
        <Words of={isWhole ? roleTable.lead : roleTable.leadMine} />
      </p>
      {isWhole ? (
        <fieldset>
          <legend>
            <Words of={roleTable.which} />
          </legend>
          <div class="choice-row">
            {["", ...table.roles.map((one) => one.id)].map((id) => (
              <label class="choice" key={id}>
                <input
                  type="radio"
                  name="role-shown"
                  checked={id === role}
                  onChange={() => choose(id)}
                />
                <span>
                  {id === "" ? <Words of={roleTable.all} /> : <RoleName table={table} id={id} />}
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      ) : null}
      {groups.map((group) => (
        <section
          class={isWhole ? "card stack role-table" : "card stack role-lines"}
          key={group.name_ja}
        >
          <h2>
            <Given>{group.name_ja}</Given>
          </h2>
          <ul class="deeds">
            {group.rows.map((row) => (
              <li key={row.name}>
                <Deed table={table} row={row} withRoles={isWhole} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {table.rights.length === 0 || role !== "" ? null : <Rights table={table} />}
    </div>
  );
}

function RoleName({ table, id }: { table: RoleTable; id: string }): VNode {
  const word = (roleWords as Readonly<Record<string, Word>>)[id];
  if (word !== undefined) return <Words of={word} />;
  return <Given>{table.roles.find((one) => one.id === id)?.name_ja ?? id}</Given>;
}

interface DeedProps {
  readonly table: RoleTable;
  readonly row: RoleRow;
  readonly withRoles: boolean;
}

function Deed({ table, row, withRoles }: DeedProps): VNode {
  return (
    <>
      <h3 class="deed">
        <Given>{row.summary_ja}</Given>
      </h3>
      <p class="tags">
        <span class="pill">
          <Words of={actions[row.action]} />
        </span>
        {row.object === "none" ? null : (
          <span class="pill">
            <Words of={objects[row.object]} />
          </span>
        )}
        {row.listeners.length === 1 && row.listeners[0] === "office" ? (
          <span class="pill">
            <Words of={roleTable.officeOnly} />
          </span>
        ) : null}
      </p>
      {withRoles ? (
        <p class="fine">
          <Roles table={table} ids={row.roles} />
        </p>
      ) : null}
    </>
  );
}

function Roles({ table, ids }: { table: RoleTable; ids: readonly string[] }): VNode {
  if (isForEveryone(table, ids)) return <Words of={roleTable.everyone} />;
  return (
    <>
      {ids.map((id, i) => (
        <span key={id}>
          {i === 0 ? null : "・"}
          <RoleName table={table} id={id} />
        </span>
      ))}
    </>
  );
}

function Rights({ table }: { table: RoleTable }): VNode {
  return (
    <section class="card stack">
      <h2>
        <Words of={roleTable.rights} />
      </h2>
      <p>
        <Words of={roleTable.rightsLead} />
      </p>
      <ul class="deeds">
        {table.rights.map((one: RightKind) => (
          <li key={one.right}>
            <h3 class="deed">
              <Given>{one.name_ja}</Given>
            </h3>
            {one.needs_purpose ? (
              <p class="tags">
                <span class="pill">
                  <Words of={roleTable.needsPurpose} />
                </span>
              </p>
            ) : null}
            <p class="fine">
              <Roles table={table} ids={one.roles} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
