/** All browser tests on Chromium, then one walk in each of the two other engines. Arguments: parts of
 * case names. Started by tests/browser/run. */
import { closeChrome } from "./engine.ts";
import "./first_page.ts";
import "./visit.ts";
import "./way_in.ts";
import "./passkeys.ts";
import "./my_page.ts";
import "./avatars.ts";
import "./profile.ts";
import "./keyboard.ts";
import "./notify.ts";
import "./settings.ts";
import "./hours.ts";
import "./floors.ts";
import "./people.ts";
import "./registers.ts";
import "./contract_change.ts";
import "./staff.ts";
import "./watch.ts";
import "./word_lists.ts";
import "./reports.ts";
import "./kpi.ts";
import "./kpi_release.ts";
import "./prefecture.ts";
import "./monthly.ts";
import "./classes.ts";
import "./shared.ts";
import "./teachers.ts";
import "./transfers.ts";
import "./place.ts";
import "./talk.ts";
import "./voice.ts";
import "./quarter.ts";
import "./payloads.ts";
import "./afternoon.ts";
import "./leaving.ts";
import "./sheet.ts";
import "./looks.ts";
import "./ending.ts"; // a person's end closes rosters that were handed in before, within the hour
import "./engines.ts";
import { main } from "./t.ts";

await main(240_000);
await closeChrome();
