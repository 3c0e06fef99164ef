import type { Word } from "./word.js";

/** The figures of a prefecture's municipalities for its coordinator (CARD-7): sums, whose they are, what is
 * missing and why. */
export const prefecture = {
  title: ["県《けん》の指標《しひょう》", "県《けん》の すうじ", "The prefecture's figures"],
  lead: [
    "自治体《じちたい》が渡《わた》した月《つき》ごとの数字《すうじ》と、その合計《ごうけい》です。人数《にんずう》だけで、だれの記録《きろく》もここには届《とど》きません。自治体《じちたい》をくらべたり、急《いそ》がせたりするための数字《すうじ》ではありません。",
    "まちが わたした つきごとの すうじです。 だれの きろくも ありません。 くらべる ための すうじでは ありません。",
    "What the municipalities gave for each month, and the sums. Counts alone: no child's record comes here. They are not meant to rank or to hurry anybody.",
  ],
  none: [
    "まだ、どの自治体《じちたい》からも数字《すうじ》が届《とど》いていません。月《つき》が終《お》わって数《かぞ》えたあと、自治体《じちたい》が渡《わた》すと届《とど》きます。",
    "まだ とどいて いません。 まちが わたすと とどきます。",
    "No municipality has given figures yet. They come once a month has been counted and handed over.",
  ],
  noneChosen: [
    "選《えら》んだ範囲《はんい》では、この月《つき》の数字《すうじ》がありません。",
    "この つきの すうじは ありません。",
    "There are no figures of this month for this choice.",
  ],

  // The choice.
  size: ["自治体《じちたい》の規模《きぼ》", "まちの おおきさ", "Size of municipality"],
  sizeAny: ["すべての規模《きぼ》", "ぜんぶ", "Every size"],
  sizeUnder: [
    "人口《じんこう》{under}人《にん》未満《みまん》",
    "{under}人《にん》より すくない",
    "Under {under} people",
  ],
  sizeBetween: [
    "人口《じんこう》{from}人《にん》以上《いじょう》{under}人《にん》未満《みまん》",
    "{from}人《にん》から {under}人《にん》まで",
    "{from} to under {under} people",
  ],
  sizeFrom: [
    "人口《じんこう》{from}人《にん》以上《いじょう》",
    "{from}人《にん》より おおい",
    "{from} people and over",
  ],
  node: ["自治体《じちたい》", "まち", "Municipality"],
  nodeAny: ["すべての自治体《じちたい》", "ぜんぶの まち", "Every municipality"],
  unlisted: [
    "名簿《めいぼ》にもうない自治体《じちたい》（{id}）",
    "めいぼに ない まち（{id}）",
    "No longer in the list ({id})",
  ],

  // Whose the sums are.
  whose: [
    "この月《つき》の数字《すうじ》が届《とど》いている自治体《じちたい》",
    "とどいた まち",
    "Whose figures of this month came",
  ],
  whoseN: [
    "{m}自治体《じちたい》のうち{n}自治体《じちたい》",
    "{m}の うち {n}の まち",
    "{n} of {m} municipalities",
  ],
  silent: [
    "まだ届《とど》いていない：{names}",
    "まだ とどいて いない まち：{names}",
    "Not yet here: {names}",
  ],
  withdrawn: ["取《と》り下《さ》げ：{names}", "とりさげた まち：{names}", "Taken back: {names}"],
  ofNodes: [
    "{n}自治体《じちたい》の合計《ごうけい》",
    "{n}の まちの ごうけい",
    "sum of {n} municipalities",
  ],
  ofNodesRange: [
    "{n}自治体《じちたい》の幅《はば》",
    "{n}の まちの はば",
    "range over {n} municipalities",
  ],
  isOf: [
    "入《はい》っている自治体《じちたい》：{names}",
    "はいって いる まち：{names}",
    "Made of: {names}",
  ],
  range: [
    "{low}〜{high}日《にち》（{m}人《にん》）",
    "{low}〜{high}にち（{m}人《にん》）",
    "{low}–{high} days ({m} pupils)",
  ],
  rangeNote: [
    "日数《にっすう》は自治体《じちたい》ごとの中央値《ちゅうおうち》です。中央値《ちゅうおうち》は足《た》せないので、いちばん小《ちい》さい自治体《じちたい》と大《おお》きい自治体《じちたい》の値《あたい》を示《しめ》します。",
    "ひにちは たせません。 いちばん ちいさい まちと おおきい まちの ひにちです。",
    "Days are each municipality's median. Medians cannot be added up: the least and the greatest are shown.",
  ],
  mixture: [
    "※のついた月《つき》は、合計《ごうけい》に入《はい》っている自治体《じちたい》が、いちばん新《あたら》しい月《つき》とちがいます。そのままくらべられません。図《ず》では、自治体《じちたい》が変《か》わったところで線《せん》を切《き》っています。",
    "※の つきは、 ごうけいの まちが ちがいます。 くらべられません。 せんを きって います。",
    "In months marked ※ the sum is of other municipalities than in the newest month, so the two cannot be compared. The line is broken where they change.",
  ],
  nNodes: ["{n}自治体《じちたい》", "{n}の まち", "{n} mun."],
  otherMixture: [
    "合計《ごうけい》に入《はい》っている自治体《じちたい》がちがいます",
    "まちが ちがいます",
    "of other municipalities",
  ],
  stepsPart: [
    "この図《ず》の段階《だんかい》は、同《おな》じ自治体《じちたい》の合計《ごうけい》ではないものがあります。段階《だんかい》どうしをそのまま足《た》したりくらべたりできません。",
    "だんかいごとに まちが ちがいます。 たしたり くらべたり できません。",
    "The steps of this picture are sums of different municipalities: they cannot be added up or compared.",
  ],

  // What a dash says.
  dash: [
    "「—」は、数字《すうじ》がないことを表《あらわ》します。0とはちがいます。わけは四《よっ》つあります。人数《にんずう》が少《すく》ないため（{k}人《にん》未満《みまん》など）「少数《しょうすう》」として伏《ふ》せてあるもの、まだ届《とど》いていないもの、自治体《じちたい》が取《と》り下《さ》げたもの、もとになる人《ひと》がいないもの（前《まえ》の月《つき》につながった人《ひと》がいない、など）です。伏《ふ》せた数字《すうじ》は、県《けん》にも届《とど》きません。",
    "「—」は すうじが ない しるしです。 0では ありません。 すくない（{k}人《にん》より すくない）か、 とどいて いないか、 とりさげたか、 もとの ひとが いないかです。",
    "“—” means that there is no number; it is no zero. Either it is too small to be told (under {k}, or another number would give it away), or it has not come, or the municipality took it back, or there is nobody to count of. Hidden numbers never reach the prefecture.",
  ],
  lackHidden: [
    "人数《にんずう》が少《すく》ないため伏《ふ》せてあります",
    "すくないので かくして あります",
    "too small to be told",
  ],
  lackAbsent: ["届《とど》いていません", "とどいて いません", "has not come"],
  lackWithdrawn: ["取《と》り下《さ》げ", "とりさげ", "taken back"],
  lackSum: [
    "この数字《すうじ》を示《しめ》している自治体《じちたい》がありません",
    "どの まちも すうじが ありません",
    "no municipality shows it",
  ],
  hidden: ["少数《しょうすう》", "すくない", "small"],
  absent: ["未着《みちゃく》", "まだ", "not here"],

  // Each municipality's own numbers.
  byNode: ["自治体《じちたい》ごとに見《み》る", "まちごとに みる", "By municipality"],
  byNodeClose: ["とじる", "とじる", "Close"],
  nodes: [
    "自治体《じちたい》ごとの数字《すうじ》",
    "まちごとの すうじ",
    "Each municipality's own numbers",
  ],
  nodesNote: [
    "自治体《じちたい》コードの順《じゅん》です。順位《じゅんい》ではありません。人数《にんずう》の少《すく》ない自治体《じちたい》では、一人《ひとり》で割合《わりあい》が大《おお》きく変《か》わります。",
    "ばんごうの じゅんです。 じゅんいでは ありません。",
    "In the order of their codes; it is no rank. Where there are few children, one of them moves a share a lot.",
  ],
  came: [
    "届《とど》いたいちばん新《あたら》しい月《つき》",
    "あたらしい つき",
    "Newest month here",
  ],
  cameAt: ["{month}（{time} に届《とど》きました）", "{month}（{time}）", "{month} (came {time})"],
  neverCame: ["まだありません", "ありません", "none yet"],
  standing: ["ようす", "ようす", "State"],
  good: ["届《とど》いています", "とどいて います", "here"],
  late: ["遅《おく》れています", "おくれて います", "late"],
  new: ["まだその月《つき》がありません", "まだ ありません", "no month due yet"],
  ended: ["契約《けいやく》が終《お》わりました", "けいやくが おわりました", "contract over"],
  lateNote: [
    "月《つき》が終《お》わって2週間《しゅうかん》たっても届《とど》かないとき、「遅《おく》れています」と出《で》ます。届《とど》かない理由《りゆう》はここではわかりません。担当者《たんとうしゃ》に電話《でんわ》で確《たし》かめます。",
    "2しゅうかん たっても とどかないと でます。 でんわで ききます。",
    "“Late” is said two weeks after a month's end. Why is not known here: ask by telephone.",
  ],

  // Health of the federation.
  health: ["連合《れんごう》のようす", "つながりの ようす", "How the federation stands"],
  registry: ["名簿《めいぼ》", "めいぼ", "List of members"],
  registryOf: [
    "第《だい》{n}号《ごう》、{until} まで",
    "{n}ばん、 {until}まで",
    "no. {n}, good until {until}",
  ],
  registryStale: [
    "名簿《めいぼ》が新《あたら》しいか確《たし》かめられていません",
    "めいぼが あたらしいか わかりません",
    "whether it is the newest cannot be told",
  ],
  links: ["いまつながっている線《せん》", "いまの せん", "Links now"],
  linksOf: [
    "{n}本《ほん》。切《き》れている線《せん》は{m}本《ほん》",
    "{n}ほん。 きれて いるのは {m}ほん",
    "{n} up, {m} cut",
  ],
  linksNone: [
    "ありません（いっしょの授業《じゅぎょう》のあいだだけつなぎます）",
    "ありません（いっしょの じゅぎょうの ときだけ）",
    "none (they are made for shared lessons alone)",
  ],
  waiting: ["送《おく》るのを待《ま》っているもの", "まって いる もの", "Waiting to be sent"],
  waitingOf: [
    "{n}件《けん》。断《ことわ》られた、またはあきらめたものは{m}件《けん》",
    "{n}つ。 とどかなかった ものは {m}つ",
    "{n}; refused or given up: {m}",
  ],
  lateOf: [
    "指標《しひょう》が遅《おく》れている自治体《じちたい》",
    "おくれて いる まち",
    "Municipalities whose figures are late",
  ],
  lateNone: ["ありません", "ありません", "none"],
  left: [
    "契約《けいやく》が終《お》わり、消《け》した証明《しょうめい》",
    "けした しょうめい",
    "Contracts over, and receipts of erasure",
  ],
  leftNone: ["ありません", "ありません", "none"],
  leftDone: [
    "{name}：{time} に消《け》しおわり、証明書《しょうめいしょ》を渡《わた》しました",
    "{name}：{time}に けしました",
    "{name}: erased {time}, receipt given",
  ],
  leftOpen: [
    "{name}：{time} にたのまれ、消《け》しているところです",
    "{name}：{time}から けして います",
    "{name}: asked {time}, under way",
  ],
  toFederation: ["つながりのページを開《ひら》く", "つながりを みる", "Open the page of ties"],

  xlsx: [
    "Excelの表《ひょう》で受《う》け取《と》る",
    "Excelで もらう",
    "Take as a workbook for Excel",
  ],
  csv: ["CSVで受《う》け取《と》る", "CSVを もらう", "Take as CSV"],
} as const satisfies Record<string, Word>;
