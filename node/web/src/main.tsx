import { render, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import {
  chooseDisplay,
  display,
  door,
  giveCode,
  leave,
  leaving,
  listen,
  node,
  page,
  signIn,
  start,
  startOver,
  systemIsDark,
} from "./control.js";
import { formShown, themeShown } from "./state/display.js";
import { pageOf } from "./state/place.js";
import { first } from "./words/first.js";
import { lineOf } from "./words/word.js";
import { Frame } from "./view/frame.js";
import { Home } from "./view/home.js";
import { Later } from "./view/later.js";
import { MissingNote, TroubleNote } from "./view/trouble.js";
import { useStore, useTitle } from "./view/use.js";
import { Welcome } from "./view/welcome.js";
import { FormOfWords, Words } from "./view/words.js";
import { doorsOf } from "./doors.js";

function App(): VNode {
  const choice = useStore(display);
  const way = useStore(door);
  const isDark = useStore(systemIsDark);
  const here = useStore(node);
  const isAdult = way.at === "inside" && way.who.role !== "student";
  const form = formShown(choice, isAdult, here?.words);
  const theme = themeShown(choice, isDark);
  useEffect(() => {
    const root = document.documentElement;
    root.lang = form === "english" ? "en" : "ja";
    root.dataset["form"] = form;
    root.dataset["theme"] = theme;
  }, [form, theme]);
  useTitle(here?.title_ja ?? "", lineOf(first.place, form));
  return (
    <FormOfWords.Provider value={form}>
      <Frame
        form={form}
        theme={theme}
        choose={chooseDisplay}
        leave={way.at === "inside" ? () => void leave() : undefined}
        leaving={useStore(leaving)}
      >
        <Body />
      </Frame>
    </FormOfWords.Provider>
  );
}

function Body(): VNode {
  const way = useStore(door);
  const where = useStore(page);
  const here = useStore(node);
  const choice = useStore(display);
  const isDark = useStore(systemIsDark);
  if (pageOf(where) === "office" && way.at !== "starting")
    return <Later page={where} role={undefined} />;
  switch (way.at) {
    case "starting":
      return (
        <p class="starting" role="status">
          <Words of={first.starting} />
        </p>
      );
    case "trouble":
      return <TroubleNote what={way.what} again={() => void start()} />;
    case "outside":
      return (
        <Welcome
          town={here?.title_ja ?? ""}
          message={here?.message ?? ""}
          door={way}
          deeds={{
            signIn: (login, password) => void signIn(login, password),
            giveCode: (code) => void giveCode(code),
            startOver,
          }}
        />
      );
    case "inside":
      if (where.at === "missing") return <MissingNote />;
      if (pageOf(where) === "adult")
        return way.who.role === "student" ? (
          <MissingNote />
        ) : (
          <Later page={where} role={way.who.role} />
        );
      return (
        <Home
          who={way.who}
          doors={doorsOf(way.who.role)}
          form={formShown(choice, way.who.role !== "student", here?.words)}
          theme={themeShown(choice, isDark)}
          choose={chooseDisplay}
        />
      );
  }
}

listen();
void start();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
