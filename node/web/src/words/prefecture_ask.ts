import type { Word } from "./word.js";

/** Asking a municipality for a month that is missing, and what it answers (CARD-5). */
export const prefectureAsk = {
  title: [
    "自治体《じちたい》に、月《つき》の指標《しひょう》をたずねる",
    "まちに すうじを たずねる",
    "Ask a municipality for a month",
  ],
  lead: [
    "届《とど》いていない月《つき》を、自治体《じちたい》のノードにたずねます。渡《わた》すのは自治体《じちたい》です。取《と》り決《き》めより細《こま》かい分《わ》け方《かた》は、相手《あいて》のノードが断《ことわ》り、断《ことわ》ったことを記録《きろく》します。",
    "とどかない つきを まちに たずねます。 こまかすぎる わけかたは ことわられます。",
    "Asks the municipality's node for a month that has not come; giving it is theirs. A finer cut than was agreed is refused by their node and put on record there.",
  ],
  node: ["どの自治体《じちたい》に", "どの まち", "Which municipality"],
  needNode: [
    "自治体《じちたい》を選《えら》んでください",
    "まちを えらんでください",
    "Choose a municipality",
  ],
  month: ["どの月《つき》", "どの つき", "Which month"],
  cut: ["分《わ》け方《かた》", "わけかた", "Parted by"],
  stage: ["学校《がっこう》の段階《だんかい》", "がっこうの だんかい", "Stage of school"],
  grade: ["学年《がくねん》", "がくねん", "Grade"],
  school: ["学校《がっこう》", "がっこう", "School"],
  send: ["たずねる", "たずねる", "Ask"],
  sent: [
    "たずねました。返事《へんじ》は下《した》に出《で》ます。",
    "たずねました。",
    "Asked. The answer comes below.",
  ],
  past: ["たずねたことと返事《へんじ》", "たずねた こと", "What was asked, and the answers"],
  pastNone: ["まだありません", "まだ ありません", "none yet"],
  one: [
    "{name}、{month}、{cut}（{time}）",
    "{name}、 {month}、 {cut}（{time}）",
    "{name}, {month}, {cut} ({time})",
  ],
  waiting: ["返事《へんじ》を待《ま》っています", "へんじを まって います", "no answer yet"],
  look: ["返事《へんじ》を見《み》る", "へんじを みる", "Look for answers"],
} as const satisfies Record<string, Word>;
