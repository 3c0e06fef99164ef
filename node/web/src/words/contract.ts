import type { Word } from "./word.js";

/** The contract and how many IDs it gives. */
export const contract = {
  title: ["契約《けいやく》とIDの数《かず》", "けいやくと IDの かず", "Contract and IDs"],
  lead: [
    "契約《けいやく》の期間《きかん》と、使《つか》えるIDの数《かず》です。期間《きかん》が終《お》わると、受託者側《じゅたくしゃがわ》の人《ひと》はログインできなくなります。",
    "けいやくの 日《ひ》と、 つかえる IDの かずです。 おわると、 うけおう 人《ひと》は 入《はい》れません。",
    "The contract's dates and its IDs. When it ends, the contractor's people can no longer sign in.",
  ],
  name: ["契約《けいやく》の名前《なまえ》", "けいやくの 名前《なまえ》", "Contract"],
  contractor: ["受託者《じゅたくしゃ》", "うけおう ところ", "Contractor"],
  period: ["期間《きかん》", "いつから いつまで", "Period"],
  trial: ["試行期間《しこうきかん》", "おためしの あいだ", "Trial period"],
  none: ["なし", "なし", "None"],
  day: ["{era}（{plain}）", "{era}（{plain}）", "{plain} ({era})"],
  span: ["{from}から{to}まで", "{from}から {to}まで", "{from} to {to}"],
  quota: ["IDの数《かず》", "IDの かず", "IDs"],
  student: ["児童生徒《じどうせいと》", "子《こ》ども", "Children"],
  staff: ["職員《しょくいん》・支援《しえん》する人《ひと》", "おとな", "Staff"],
  guardian: ["保護者《ほごしゃ》", "いえの 人《ひと》", "Guardians"],
  all: ["合計《ごうけい》", "ぜんぶ", "In all"],
  usedOf: [
    "{n}のうち{used}を使用《しよう》、残《のこ》り{free}",
    "{n}の うち {used} つかっています。 のこりは {free}です。",
    "{used} of {n} used, {free} left",
  ],
  over: [
    "上限《じょうげん》をこえています",
    "かずを こえています",
    "More are in use than the limit",
  ],
  since: [
    "{time}に決《き》めた第《だい》{version}版《はん》",
    "{time}に きめた {version}ばん",
    "No. {version}, decided {time}",
  ],
  nothing: [
    "まだ契約《けいやく》が決《き》まっていません。IDを発行《はっこう》する前《まえ》に決《き》めてください。",
    "まだ けいやくが ありません。 さきに きめて ください。",
    "There is no contract yet. Please decide on one before IDs are issued.",
  ],
  nothingRead: [
    "まだ契約《けいやく》が決《き》まっていません。教育委員会《きょういくいいんかい》の担当者《たんとうしゃ》が決《き》めます。",
    "まだ けいやくが ありません。 まちの 人《ひと》が きめます。",
    "There is no contract yet. The board of education decides on it.",
  ],
  change: ["契約《けいやく》を変更《へんこう》する", "けいやくを かえる", "Change the contract"],
  add: ["契約《けいやく》を決《き》める", "けいやくを きめる", "Decide on the contract"],
  begins: ["始《はじ》まる日《ひ》", "はじまる 日《ひ》", "First day"],
  ends: ["終《お》わる日《ひ》", "おわる 日《ひ》", "Last day"],
  trialBegins: [
    "試行《しこう》の始《はじ》まる日《ひ》（なくてもよい）",
    "おためしが はじまる 日《ひ》",
    "First day of the trial (optional)",
  ],
  trialEnds: [
    "試行《しこう》の終《お》わる日《ひ》（なくてもよい）",
    "おためしが おわる 日《ひ》",
    "Last day of the trial (optional)",
  ],
  numberOf: ["{who}のIDの上限《じょうげん》", "{who}の IDは いくつまで", "Most IDs: {who}"],
  about: ["どの契約《けいやく》のことか", "どの けいやくか", "Which contract"],
  aboutNow: ["いまの契約《けいやく》", "いまの けいやく", "The one in force"],
  aboutNext: ["次《つぎ》の契約《けいやく》", "つぎの けいやく", "The next one"],
  aboutNew: [
    "次《つぎ》の新《あたら》しい契約《けいやく》",
    "つぎの あたらしい けいやく",
    "A new one to follow",
  ],
  newWhen: [
    "次《つぎ》の契約《けいやく》は、前《まえ》もって決《き》めておけます。いまの契約《けいやく》の終《お》わりの日《ひ》の次《つぎ》の日《ひ》までに始《はじ》まるようにしてください。受託者《じゅたくしゃ》の名前《なまえ》が変《か》わるときは、「受託者《じゅたくしゃ》の交代《こうたい》」を使《つか》います。",
    "つぎの けいやくは さきに きめて おけます。",
    "The next contract may be decided ahead. It begins on the day after this one's last day at the latest. If the contractor's name changes, use “Change of contractor”.",
  ],
  next: ["次《つぎ》の契約《けいやく》", "つぎの けいやく", "The next contract"],
  nextNumbers: [
    "IDの上限《じょうげん》: 児童生徒《じどうせいと》{students}、職員《しょくいん》・支援《しえん》する人《ひと》{staff}、保護者《ほごしゃ》{guardians}",
    "IDの かず: 子《こ》ども {students}、 おとな {staff}、 いえの 人《ひと》 {guardians}",
    "Most IDs: {students} children, {staff} staff, {guardians} guardians",
  ],
  nextHow: [
    "始《はじ》まりの日《ひ》に、IDの数《かず》と期間《きかん》がこの内容《ないよう》に自動《じどう》でかわります。直《なお》すときは、下《した》の「契約《けいやく》を変更《へんこう》する」で「次《つぎ》の契約《けいやく》」を選《えら》んでください。",
    "はじまる 日《ひ》に じどうで かわります。 なおす ときは 下《した》で えらびます。",
    "On its first day its numbers and dates take over by themselves. To correct it, choose “The next one” under “Change the contract” below.",
  ],
  consequences: [
    "決《き》めると、すぐに適用《てきよう》されます。上限《じょうげん》を減《へ》らしても、発行《はっこう》したIDはなくなりませんが、新《あたら》しく発行《はっこう》できなくなります。",
    "きめると、 すぐに はじまります。 かずを へらしても、 もう ある IDは きえません。",
    "It is in force at once. A lower limit takes no ID away, but no new ones can be issued beyond it.",
  ],
  consequencesAhead: [
    "始《はじ》まる日《ひ》までは、いまの契約《けいやく》が続《つづ》きます。その日《ひ》から自動《じどう》でこの内容《ないよう》にかわります。",
    "はじまる 日《ひ》までは いまの けいやくが つづきます。",
    "Until its first day the contract in force goes on; then this one takes over by itself.",
  ],
  consequencesNew: [
    "始《はじ》まる日《ひ》が今日《きょう》か今日《きょう》より前《まえ》なので、決《き》めるとすぐにこの契約《けいやく》にかわり、いまの契約《けいやく》は終《お》わります。",
    "きめると、 すぐに この けいやくに かわります。",
    "Its first day is not after today, so it takes over at once and the contract in force ends.",
  ],
  shorter: [
    "終《お》わる日《ひ》が早《はや》くなります。その日《ひ》を過《す》ぎると、受託者側《じゅたくしゃがわ》の人《ひと》は入《はい》れません。",
    "おわる 日《ひ》が はやく なります。 その 日《ひ》から 入《はい》れない 人《ひと》が います。",
    "It ends earlier. After that day the contractor's people cannot sign in.",
  ],
  saving: ["保存《ほぞん》しています…", "しまって います…", "Saving…"],
  saved: ["決《き》めました。", "きめました。", "Decided."],
  conflict: [
    "ほかの人《ひと》が先《さき》に変更《へんこう》しました。いまの内容《ないよう》を見《み》てから、もう一度《いちど》どうぞ。",
    "ほかの 人《ひと》が さきに かえました。 いまの けいやくを みて ください。",
    "Someone else changed it first. Please look at it now and try again.",
  ],
  notFilled: [
    "名前《なまえ》、受託者《じゅたくしゃ》、始《はじ》まる日《ひ》、終《お》わる日《ひ》、IDの上限《じょうげん》を入《い》れてください。",
    "名前《なまえ》と 日《ひ》と かずを いれて ください。",
    "Please fill in the name, the contractor, both days and the numbers.",
  ],
} satisfies Record<string, Word>;
