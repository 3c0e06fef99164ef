import type { Word } from "./word.js";

/** Guest teachers: cards, who approves whom, giving a lesson; as the board and the contractor read them. */
export const teachers = {
  title: ["ゲストティーチャー", "ゲストの 先生《せんせい》", "Guest teachers"],
  lead: [
    "授業《じゅぎょう》に来《き》てもらえる人《ひと》のカードです。承認《しょうにん》した人《ひと》に、授業《じゅぎょう》を一《ひと》つずつわりあてます。",
    "じゅぎょうに きて くれる 人《ひと》の カードです。 いいと きめた 人《ひと》に、 じゅぎょうを わりあてます。",
    "Cards of people who may come and teach. Who is approved is given lessons one by one.",
  ],
  toList: ["カードの一覧《いちらん》", "カードの リスト", "All cards"],
  toPlan: ["授業《じゅぎょう》の計画《けいかく》", "じゅぎょうの けいかく", "Plan of lessons"],
  own: ["この自治体《じちたい》のカード", "この まちの カード", "Our own cards"],
  came: [
    "ほかの自治体《じちたい》から届《とど》いたカード",
    "ほかの まちから きた カード",
    "Cards from other towns",
  ],
  none: ["まだありません。", "まだ ありません。", "None yet."],
  make: ["新《あたら》しいカードを作《つく》る", "あたらしい カードを つくる", "Make a new card"],
  change: ["カードを変《か》える", "カードを かえる", "Change the card"],
  name: [
    "名前《なまえ》（活動名《かつどうめい》でもよい）",
    "なまえ",
    "Name (a working name will do)",
  ],
  nameNote: [
    "授業《じゅぎょう》で、児童生徒《じどうせいと》にもこの名前《なまえ》が見《み》えます。",
    "子《こ》どもにも この なまえが みえます。",
    "Children see this name in the lesson.",
  ],
  field: ["専門《せんもん》・話《はな》せること", "はなせる こと", "Field"],
  evidence: [
    "経歴《けいれき》・資格《しかく》など",
    "これまでに した こと",
    "Work and qualifications",
  ],
  evidenceNote: [
    "その専門《せんもん》がわかるもの。電話番号《でんわばんごう》やメールアドレスは書《か》けません。",
    "でんわや メールは かけません。",
    "What shows the field. No phone numbers or mail addresses.",
  ],
  times: ["来《こ》られる日時《にちじ》", "こられる 日《ひ》と じかん", "When they can come"],
  homeOf: ["{name}のカード", "{name}の カード", "Card of {name}"],
  save: ["保存《ほぞん》する", "のこす", "Save"],
  saved: ["保存《ほぞん》しました。", "のこしました。", "Saved."],
  saving: ["送《おく》っています", "おくって います", "Sending"],
  yes: ["はい", "はい", "Yes"],
  no: ["やめる", "やめる", "No, leave it"],

  /* What was decided. */
  answerNone: ["まだ決《き》めていません", "まだ きめて いません", "Not decided"],
  answerApproved: ["承認《しょうにん》", "いい", "Approved"],
  answerDeclined: ["見送《みおく》り", "みおくり", "Declined"],
  answerChanged: [
    "変《か》わったので、もう一度《いちど》",
    "かわったので もう いちど",
    "Changed since: decide anew",
  ],
  answerOffered: ["届《とど》けました", "とどけました", "Offered"],
  withdrawn: ["取《と》り下《さ》げ", "もう つかわない", "Withdrawn"],
  decision: ["この自治体《じちたい》の決定《けってい》", "この まちの きめた こと", "Our decision"],
  decisionLead: [
    "承認《しょうにん》した人《ひと》だけが、この自治体《じちたい》の児童生徒《じどうせいと》の前《まえ》に立《た》てます。",
    "いいと きめた 人《ひと》だけが、 子《こ》どもに おしえられます。",
    "Only who is approved may stand before our children.",
  ],
  boardOnly: [
    "決《き》めるのは教育委員会《きょういくいいんかい》の担当者《たんとうしゃ》です。",
    "きめるのは きょういく いいんかいの 人《ひと》です。",
    "The board decides this.",
  ],
  approve: ["承認《しょうにん》する", "いいと きめる", "Approve"],
  approveSure: [
    "名前《なまえ》・専門《せんもん》・経歴《けいれき》を読《よ》みましたか。変《か》わったときは、もう一度《いちど》決《き》めます。",
    "よみましたか。 かわったら、 もう いちど きめます。",
    "Have you read name, field and work? When they change you decide again.",
  ],
  decline: ["見送《みおく》る", "みおくる", "Decline"],
  takeBack: ["承認《しょうにん》を取《と》りやめる", "いいを やめる", "Take the approval back"],
  declineSure: [
    "授業中《じゅぎょうちゅう》でも、その人《ひと》はすぐに入《はい》れなくなります。",
    "じゅぎょうの とちゅうでも、 すぐに はいれなく なります。",
    "Even during a lesson that person is out at once.",
  ],
  decided: ["決《き》めました。", "きめました。", "Decided."],

  /* Other towns. */
  towns: ["ほかの自治体《じちたい》", "ほかの まち", "Other towns"],
  townsLead: [
    "カードを届《とど》けた自治体《じちたい》と、そこでの決定《けってい》です。",
    "カードを とどけた まちと、 そこで きめた ことです。",
    "Where the card was offered, and what was decided there.",
  ],
  offer: ["届《とど》ける", "とどける", "Offer"],
  offerTo: [
    "カードを届《とど》ける自治体《じちたい》",
    "カードを とどける まち",
    "Offer the card to",
  ],
  offerNone: [
    "届《とど》けられる自治体《じちたい》は、ほかにありません。",
    "とどけられる まちは ほかに ありません。",
    "There is no other town to offer it to.",
  ],
  offered: ["届《とど》けています。", "とどけて います。", "On its way."],
  withdraw: ["カードを取《と》り下《さ》げる", "カードを やめる", "Withdraw the card"],
  withdrawSure: [
    "届《とど》けた自治体《じちたい》でも使《つか》えなくなります。元《もと》にはもどせません。",
    "ほかの まちでも つかえなく なります。 もどせません。",
    "It can be used nowhere any more. This cannot be undone.",
  ],

  /* Lessons that were given. */
  slots: ["わりあてた授業《じゅぎょう》", "わりあてた じゅぎょう", "Lessons given"],
  slotsNote: [
    "IDは、授業《じゅぎょう》の10分前《ぷんまえ》から終《お》わりまでだけ使《つか》えます。授業《じゅぎょう》が動《うご》けば、使《つか》える時間《じかん》も動《うご》きます。",
    "IDは じゅぎょうの 10ぷんまえから おわりまで つかえます。",
    "The ID works from ten minutes before the lesson to its end, and moves with it.",
  ],
  slotAt: ["{from}から{to}まで", "{from}から {to}まで", "{from} to {to}"],
  main: ["メイン授業者《じゅぎょうしゃ》", "じゅぎょうを する 人《ひと》", "Main instructor"],
  sub: ["サブ授業者《じゅぎょうしゃ》", "てつだう 先生《せんせい》", "Sub instructor"],
  over: ["終《お》わりました", "おわりました", "Over"],
  notGiven: ["取《と》りやめ", "とりやめ", "Ended"],
  endSlot: ["わりあてを取《と》りやめる", "わりあてを やめる", "Take the lesson back"],
  endSlotSure: [
    "この人《ひと》は授業《じゅぎょう》の担当《たんとう》からはずれ、すぐに入《はい》れなくなります。",
    "この 人《ひと》は すぐに はいれなく なります。",
    "This person leaves the lesson's staff and is out at once.",
  ],
  toId: ["この人《ひと》のID", "この 人《ひと》の ID", "This person's ID"],

  /* Giving one. */
  give: [
    "ゲストティーチャーをわりあてる",
    "ゲストの 先生《せんせい》を わりあてる",
    "Give the lesson to a guest teacher",
  ],
  giveShort: ["ゲスト", "ゲスト", "Guest"],
  giveWho: ["だれに", "だれに", "To whom"],
  givePart: ["役《やく》", "やく", "Part"],
  nowMain: [
    "いまのメイン授業者《じゅぎょうしゃ》は{name}です。",
    "いまは {name}が します。",
    "Main instructor now: {name}.",
  ],
  mainMoves: [
    "メインをわりあてると、いまのメイン授業者《じゅぎょうしゃ》はサブになります（サブがいないとき）。",
    "いまの 人《ひと》は てつだう 先生《せんせい》に なります。",
    "Given the main part, the main instructor of now becomes sub, if there is none.",
  ],
  giveDo: ["わりあてる", "わりあてる", "Give it"],
  given: ["わりあてました。", "わりあてました。", "Given."],
  hasIt: ["わりあてています", "わりあてて います", "Has it"],
  mayNone: [
    "わりあてられる人《ひと》がいません。先《さき》にカードを承認《しょうにん》してください。",
    "わりあてられる 人《ひと》が いません。 さきに カードを みて ください。",
    "Nobody can be given it. Approve a card first.",
  ],
  whyOwn: [
    "この自治体《じちたい》の承認《しょうにん》がまだです",
    "この まちが まだ きめて いません",
    "Not approved here",
  ],
  whyTowns: [
    "まだ承認《しょうにん》していない自治体《じちたい》: {names}",
    "まだ きめて いない まち: {names}",
    "Not approved yet by: {names}",
  ],
  whyHome: [
    "カードの自治体《じちたい》が連合《れんごう》にいません",
    "カードの まちが いません",
    "The card's town has left",
  ],
  whyOver: [
    "この授業《じゅぎょう》は終《お》わっています。",
    "この じゅぎょうは おわりました。",
    "This lesson is over.",
  ],
  whyCancelled: [
    "この授業《じゅぎょう》は、とりやめです。",
    "この じゅぎょうは ありません。",
    "This lesson is cancelled.",
  ],
  whyElsewhere: [
    "ほかの自治体《じちたい》が開《ひら》く授業《じゅぎょう》です。わりあては、開《ひら》く自治体《じちたい》がします。",
    "ほかの まちが する じゅぎょうです。",
    "Another town holds this lesson, and gives it.",
  ],

  /* The first way in, shown once. */
  idWaits: [
    "IDはまだ発行《はっこう》していません。授業《じゅぎょう》の前《まえ》に発行《はっこう》して、本人《ほんにん》にわたします。",
    "IDは まだ ありません。 つくって わたします。",
    "The ID is not issued yet. Issue it before the lesson and hand it over.",
  ],
  idThere: [
    "この人《ひと》はIDをもっています。新《あたら》しくわたすものはありません。",
    "この 人《ひと》は IDを もって います。",
    "This person has an ID. Nothing new is handed over.",
  ],
  issue: ["IDを発行《はっこう》する", "IDを つくる", "Issue the ID"],
  once: ["はじめに入《はい》るためのもの", "はじめに つかう もの", "For coming in the first time"],
  onceNote: [
    "いま一度《いちど》だけ見《み》えます。IDとパスワードは、べつべつに本人《ほんにん》にわたしてください。",
    "いま 1かいだけ みえます。 べつべつに わたして ください。",
    "Shown once, now. Hand over ID and password separately.",
  ],
  onceId: ["ID", "ID", "ID"],
  oncePassword: ["はじめのパスワード", "はじめの パスワード", "First password"],
  onceFirst: [
    "はじめて入《はい》るときに、自分《じぶん》のパスワードと認証《にんしょう》アプリを決《き》めます。授業《じゅぎょう》の10分前《ぷんまえ》から入《はい》れることを伝《つた》えてください。",
    "はじめに じぶんの パスワードを きめます。 10ぷんまえから はいれます。",
    "At first they choose a password and a code app. Tell them they can come in ten minutes before.",
  ],

  /* What the guest sees. */
  rosterTitle: ["きょうの授業《じゅぎょう》", "きょうの じゅぎょう", "Your lesson today"],
  rosterLead: [
    "授業《じゅぎょう》を選《えら》んだ児童生徒《じどうせいと》の名前《なまえ》です。授業《じゅぎょう》の10分前《ぷんまえ》から終《お》わりまで見《み》えます。",
    "じゅぎょうに くる 子《こ》どもの なまえです。",
    "The names of those who chose the lesson, from ten minutes before it to its end.",
  ],
  rosterNone: [
    "まだだれも選《えら》んでいません。",
    "まだ だれも いません。",
    "Nobody has chosen it yet.",
  ],
  lessonNone: [
    "いま入《はい》れる授業《じゅぎょう》はありません。",
    "いまは じゅぎょうが ありません。",
    "There is no lesson to come to just now.",
  ],
  toPlace: [
    "授業《じゅぎょう》の場所《ばしょ》へ行《い》く",
    "じゅぎょうの ばしょへ いく",
    "Go to the lesson's place",
  ],
} satisfies Record<string, Word>;
