import type { Word } from "./word.js";

/** The doors of a grown-up's page, and what the values behind them are called. */
export const doors = {
  settings: ["設定《せってい》", "きまり", "Settings"],
  settingsNote: [
    "この自治体《じちたい》の決《き》まりを見《み》て、変《か》えて、元《もと》にもどせます。",
    "きまりを みます。 かえます。 もとに もどします。",
    "See, change and undo the rules of this municipality.",
  ],
  kpi: ["月次《げつじ》の指標《しひょう》", "つきの すうじ", "Monthly figures"],
  kpiNote: [
    "つながりのようすを月《つき》ごとに数《かぞ》えた数字《すうじ》と、その意味《いみ》です。",
    "つきごとの つながりの すうじです。",
    "How ties stand, month by month, and what the numbers mean.",
  ],
  prefecture: ["県《けん》の指標《しひょう》", "県《けん》の すうじ", "The prefecture's figures"],
  prefectureNote: [
    "自治体《じちたい》が渡《わた》した月《つき》ごとの数字《すうじ》と、その合計《ごうけい》です。",
    "まちが わたした つきごとの すうじです。",
    "What the municipalities gave for each month, and the sums.",
  ],
  keys: ["鍵《かぎ》", "かぎ", "Keys"],
  keysNote: [
    "記録《きろく》を守《まも》る鍵《かぎ》のようすと、鍵《かぎ》の紙《かみ》です。",
    "きろくを まもる かぎと、 かぎの 紙《かみ》です。",
    "How the key of the records stands, and its sheet.",
  ],
  federation: [
    "ほかの自治体《じちたい》とのつながり",
    "ほかの まちとの つながり",
    "Ties to other municipalities",
  ],
  federationNote: [
    "だれとつながっているか、届《とど》いていないもの、預《あず》けた鍵《かぎ》の半分《はんぶん》です。",
    "どの まちと つながって いるかです。",
    "Who is tied to you, what waits, the half of the key in keeping.",
  ],
  shared: [
    "ほかの自治体《じちたい》との講座《こうざ》",
    "ほかの まちとの こうざ",
    "Courses with other municipalities",
  ],
  sharedNote: [
    "いっしょに開《ひら》く連続講座《れんぞくこうざ》を作《つく》り、申《もう》し出《で》に答《こた》えます。",
    "いっしょの こうざを つくります。 へんじを します。",
    "Make courses held together, and answer what others offer.",
  ],
  leaving: ["契約《けいやく》の終《お》わり", "けいやくの おわり", "The contract's end"],
  leavingNote: [
    "データの返還《へんかん》と消去《しょうきょ》が、どこまで進《すす》んだかです。",
    "データを かえして、 けします。",
    "Hand-back and erasure: where it stands.",
  ],
  roles: ["役割《やくわり》の表《ひょう》", "だれが なにを できるか", "Roles"],
  rolesNote: [
    "だれが何《なに》を見《み》て、何《なに》をできるかの一覧《いちらん》です。",
    "だれが なにを みるか、 できるかの リストです。",
    "Who may see and do what.",
  ],
  floors: ["フロアと会《かい》", "フロアと 会《かい》", "Floors and sessions"],
  floorsNote: [
    "フロアの形《かたち》と定員《ていいん》、入《はい》れる人《ひと》、会《かい》の予定《よてい》です。",
    "フロアの かたち、 はいれる 人《ひと》、 会《かい》の よていです。",
    "Shape and capacity of floors, who may enter, sessions.",
  ],
  floorsSeenNote: [
    "フロアと、会《かい》の予定《よてい》を見《み》ます。",
    "フロアと、 会《かい》の よていを みます。",
    "See the floors and the sessions planned.",
  ],
  visits: ["入退室《にゅうたいしつ》の記録《きろく》", "はいった・でた きろく", "Record of visits"],
  visitsNote: [
    "だれがいつ入《はい》って、いつ出《で》たかの記録《きろく》です。",
    "だれが いつ はいって、 でたかの きろくです。",
    "Who came and left, and when.",
  ],
  plan: ["授業《じゅぎょう》の計画《けいかく》", "じゅぎょうの けいかく", "Plan of lessons"],
  planNote: [
    "一週間《いっしゅうかん》のコマに、講座《こうざ》と担当《たんとう》の人《ひと》を入《い》れます。",
    "コマに こうざと 人《ひと》を いれます。",
    "Put courses and people into the week's slots.",
  ],
  planSeenNote: [
    "一週間《いっしゅうかん》の授業《じゅぎょう》と、担当《たんとう》を見《み》ます。",
    "1しゅうかんの じゅぎょうを 見《み》ます。",
    "See the week's lessons and who holds them.",
  ],
  transfers: ["転出入《てんしゅつにゅう》", "ひっこし", "Moves between towns"],
  transfersNote: [
    "ほかの自治体《じちたい》へ移《うつ》る子《こ》、来《く》る子《こ》の引《ひ》きつぎです。",
    "ほかの まちへ いく 子《こ》、 くる 子《こ》。",
    "Handing over children who move to another town, or come from one.",
  ],
  teachers: ["ゲストティーチャー", "ゲストの 先生《せんせい》", "Guest teachers"],
  teachersNote: [
    "来《き》てもらえる人《ひと》のカードと承認《しょうにん》です。",
    "きて くれる 人《ひと》の カードです。",
    "Cards of people who may come and teach, and approvals.",
  ],
  teacherClass: ["きょうの授業《じゅぎょう》", "きょうの じゅぎょう", "Your lesson today"],
  teacherClassNote: [
    "授業《じゅぎょう》の時間《じかん》と、来《く》る児童生徒《じどうせいと》の名前《なまえ》です。",
    "じかんと、 くる 子《こ》どもの なまえです。",
    "When it is, and the names of who comes.",
  ],
  console: ["みまもり", "みまもり", "Watching over"],
  consoleNote: [
    "いま中《なか》にいる人《ひと》、助《たす》けを求《もと》める知《し》らせ、気《き》をつけたい出来事《できごと》です。",
    "いまいる 人《ひと》と、 たすけての しらせです。",
    "Who is here now, calls for help, incidents.",
  ],
  words: ["かくす言葉《ことば》", "かくす ことば", "Safe words"],
  wordsNote: [
    "ほかの人《ひと》に見《み》せない言葉《ことば》を、試《ため》して、加《くわ》えます。",
    "みせない ことばを ためします。 たします。",
    "Try and change what others do not see.",
  ],
  reports: ["記録《きろく》と報告《ほうこく》", "きろくと ほうこく", "Logs and reports"],
  reportsNote: [
    "記録《きろく》の取《と》り出《だ》し、検索《けんさく》、報告《ほうこく》です。",
    "きろくと ほうこくです。",
    "Take logs out, search, reports.",
  ],
  people: ["人《ひと》とID", "人《ひと》と ID", "People and IDs"],
  peopleNote: [
    "人《ひと》をさがし、IDを承認《しょうにん》・発行《はっこう》・停止《ていし》します。",
    "人《ひと》を さがします。 IDを だしたり、 とめたり します。",
    "Find people; approve, issue and suspend IDs.",
  ],
  peopleAskedNote: [
    "自分《じぶん》の学校《がっこう》の人《ひと》をさがし、IDを申《もう》しこみます。",
    "じぶんの 学校《がっこう》の 人《ひと》を さがします。 IDを たのみます。",
    "Find people of your school; ask for IDs.",
  ],
  peopleSeenNote: [
    "表示名《ひょうじめい》とIDを見《み》ます。",
    "よびなと IDを 見《み》ます。",
    "See display names and IDs.",
  ],
  contract: ["契約《けいやく》とIDの数《かず》", "けいやくと IDの かず", "Contract and IDs"],
  contractNote: [
    "契約《けいやく》の期間《きかん》と、使《つか》えるIDの残《のこ》りです。",
    "けいやくの 日《ひ》と、 IDの のこりです。",
    "The contract's dates and the IDs left.",
  ],
  hours: ["開設時間《かいせつじかん》", "あいて いる じかん", "Opening hours"],
  hoursNote: [
    "開《ひら》く日《ひ》と時間《じかん》、休《やす》み、臨時休室《りんじきゅうしつ》を決《き》めます。",
    "あく 日《ひ》と じかん、 休《やす》みを きめます。",
    "Decide on days, hours, holidays and closures.",
  ],
  hoursSeenNote: [
    "開《ひら》く日《ひ》と時間《じかん》を見《み》ます。",
    "あく 日《ひ》と じかんを 見《み》ます。",
    "See the days and hours.",
  ],
  schools: ["学校《がっこう》", "学校《がっこう》", "Schools"],
  schoolsNote: [
    "学校《がっこう》の一覧《いちらん》と、参加《さんか》する協力校《きょうりょくこう》です。",
    "学校《がっこう》の リストです。",
    "The schools and which of them take part.",
  ],
  roster: ["名簿《めいぼ》", "めいぼ", "Roster"],
  rosterNote: [
    "名簿《めいぼ》の取《と》りこみと書《か》き出《だ》し、4月《がつ》の年度《ねんど》更新《こうしん》です。",
    "めいぼを 入《い》れます。 だします。 4月《がつ》に あたらしく します。",
    "Import and export of the roster, and the roll-over in April.",
  ],
  summary: ["登録《とうろく》の集計《しゅうけい》", "とうろくの かず", "Registration figures"],
  summaryNote: [
    "対象《たいしょう》・経路《けいろ》・希望《きぼう》・ほかの支援《しえん》の人数《にんずう》です。",
    "とうろくの かずです。",
    "How many by target, route, wish and other support.",
  ],
  audit: ["見《み》た・変《か》えた記録《きろく》", "みた・かえた きろく", "Record of access"],
  auditNote: [
    "だれが何《なに》を見《み》て変《か》えたかと、見守《みまも》りの知《し》らせです。",
    "だれが なにを みたか、 かえたかです。",
    "Who saw and changed what, and notices of watching.",
  ],
} satisfies Record<string, Word>;
