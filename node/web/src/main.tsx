import { render, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import {
  chooseDisplay,
  display,
  door,
  leave,
  leaving,
  listen,
  node,
  page,
  start,
  systemIsDark,
} from "./control.js";
import { formShown, themeShown } from "./state/display.js";
import { mayVisit, pageOf } from "./state/place.js";
import { first } from "./words/first.js";
import { lineOf } from "./words/word.js";
import { Frame } from "./view/frame.js";
import { Home } from "./view/home.js";
import { Later } from "./view/later.js";
import { MissingNote, TroubleNote } from "./view/trouble.js";
import { useStore, useTitle } from "./view/use.js";
import { Welcome } from "./view/welcome.js";
import { FormOfWords, Words } from "./view/words.js";

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
  // Who comes in from the foot of a long form stands at the head of the next page.
  useEffect(() => {
    if (way.at !== "outside") scrollTo(0, 0);
  }, [way.at]);
  useTitle(here?.title_ja ?? "", lineOf(first.place, form));
  return (
    <FormOfWords.Provider value={form}>
      <Frame
        form={form}
        theme={theme}
        choose={chooseDisplay}
        leave={way.at === "inside" || way.at === "enrol" ? () => void leave() : undefined}
        leaving={useStore(leaving)}
        child={way.at === "inside" && !isAdult ? way.who.name : undefined}
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
    return <Later part="adult" page={where} role={undefined} />;
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
          kana={here?.kana ?? ""}
          message={here?.message ?? ""}
          closed={here?.is_open === false ? { opensAt: here.opens_at } : undefined}
          door={way}
        />
      );
    case "second":
    case "enrol":
      return <Later part="way" page={where} role={undefined} />;
    case "inside":
      break;
  }
  const { role } = way.who;
  switch (pageOf(where)) {
    case "inside":
      return <Later part="me" page={where} role={role} />;
    case "class":
      return role === "student" ? <Later part="class" page={where} role={role} /> : <MissingNote />;
    case "place":
      return mayVisit(role) ? <Later part="place" page={where} role={role} /> : <MissingNote />;
    case "adult":
      return role === "student" ? <MissingNote /> : <Later part="adult" page={where} role={role} />;
    case "anyone":
    case "office":
      if (where.at === "missing") return <MissingNote />;
      return (
        <Home
          who={way.who}
          form={formShown(choice, role !== "student", here?.words)}
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
