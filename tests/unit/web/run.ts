/** The unit tests of the client's pure modules. Arguments: parts of case names. */
import { main } from "../../browser/t.ts";
import "./avatars.ts";
import "./chat.ts";
import "./console.ts";
import "./contract_change.ts";
import "./floor.ts";
import "./leaving.ts";
import "./live.ts";
import "./map_drawing.ts";
import "./map_view.ts";
import "./hours.ts";
import "./person.ts";
import "./place_live.ts";
import "./place_words.ts";
import "./practice.ts";
import "./reports.ts";
import "./room_wait.ts";
import "./sheet.ts";
import "./sos.ts";
import "./states.ts";
import "./plan.ts";
import "./shared.ts";
import "./support.ts";
import "./visits.ts";
import "./word_lists.ts";
import "./words.ts";

await main(20_000);
