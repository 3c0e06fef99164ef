/** One person's end on the screen: asked for, and taken back (NI-2.3.4-4b). */
import { place, signedIn, visiting } from "./engine.ts";
import { suite } from "./t.ts";

const test = suite(import.meta.filename);
const at = place("aozora");

test("ending_is_asked_for_and_taken_back_on_the_screen", async (t) => {
  t.req("NI-2.3.4-4b");
  await visiting(t, at, { state: await signedIn(at, "board") }, async (visit) => {
    const { page } = visit;
    await visit.open("#/ending");
    await page.waitForSelector("#ending-person");
    await visit.choose("light", "plain");
    await page.fill("#ending-person", "モモンガ");
    await page.locator("#ending-person").press("Enter");
    await page.locator(".found").first().click();
    await page.locator("#ending-reason input[value=objection]").check({ force: true });
    await page.locator("form button[type=submit]").click();
    await page
      .getByText("教育委員会のほかの人です")
      .or(page.getByText("調べています"))
      .or(page.getByText("名前のある所を決めます"))
      .first()
      .waitFor();
    await page.getByText("取り下げる").first().click();
    await page.getByText("取り下げました").first().waitFor();
    t.ok(true, "taken back");
  });
});
