import type { Word } from "./word.js";

/** Courses held together with other municipalities: made, offered, answered, counted. */
export const shared = {
  title: [
    "ほかの自治体《じちたい》との講座《こうざ》",
    "ほかの まちとの こうざ",
    "Courses with other municipalities",
  ],
  lead: [
    "何回《なんかい》か続《つづ》く講座《こうざ》を、ほかの自治体《じちたい》の児童生徒《じどうせいと》といっしょに行《おこな》います。ほかの自治体《じちたい》に渡《わた》るのは、表示名《ひょうじめい》とアバターと、その場《ば》の発言《はつげん》だけです。",
    "ほかの まちの 子《こ》どもと いっしょの こうざです。 よびなと すがた、 はなした ことだけが つたわります。",
    "A course of several dates, held with the pupils of other municipalities. Only display name, figure and what is said there go to the others.",
  ],
  toList: ["一覧《いちらん》へもどる", "リストへ もどる", "Back to the list"],
  toPlan: ["授業《じゅぎょう》の計画《けいかく》", "じゅぎょうの けいかく", "Plan of lessons"],

  offers: [
    "返事《へんじ》を待《ま》っている申《もう》し出《で》",
    "へんじを まって いる もの",
    "Offers that wait for an answer",
  ],
  offerFrom: [
    "{name} が「{title}」にさそっています。",
    "{name}が 「{title}」に さそって います。",
    "{name} offers “{title}”.",
  ],
  answerBy: ["返事《へんじ》は {time} まで", "へんじは {time}まで", "Answer by {time}"],
  lookAnswer: [
    "内容《ないよう》を見《み》て返事《へんじ》をする",
    "みて、 へんじを する",
    "Look and answer",
  ],
  series: [
    "いっしょに開《ひら》いている講座《こうざ》",
    "いっしょの こうざ",
    "Courses held together",
  ],
  seriesNone: [
    "まだありません。この自治体《じちたい》の講座《こうざ》をもとに、下《した》から作《つく》れます。",
    "まだ ありません。 下《した》から つくれます。",
    "None yet. Make one below from a course of your own.",
  ],
  past: [
    "終《お》わったもの、断《ことわ》ったものも見《み》る",
    "おわった ものも みる",
    "Show ended and declined ones, too",
  ],
  make: ["新《あたら》しく作《つく》る", "あたらしく つくる", "Make a new one"],
  needTies: [
    "作《つく》るには、ほかの自治体《じちたい》とのつながりが要《い》ります。",
    "つながりが いります。",
    "It takes a tie to other municipalities.",
  ],

  // States.
  hostSelf: [
    "この自治体《じちたい》が開《ひら》く",
    "この まちが ひらく",
    "Held by this municipality",
  ],
  hostOther: ["{name} が開《ひら》く", "{name}が ひらく", "Held by {name}"],
  stateOpen: ["開《ひら》いています", "ひらいて います", "Open"],
  stateOffered: ["返事《へんじ》待《ま》ち", "へんじ まち", "Waits for an answer"],
  stateAccepted: ["参加《さんか》します", "はいります", "Taking part"],
  stateDeclined: ["断《ことわ》りました", "ことわりました", "Declined"],
  stateLeft: ["ぬけました", "ぬけました", "Left"],
  stateRefused: ["届《とど》きませんでした", "とどきませんでした", "Could not be delivered"],
  stateRefusedNext: [
    "相手《あいて》のノードが受《う》け取《と》れませんでした（{code}）。相手《あいて》の担当者《たんとうしゃ》に電話《でんわ》で確《たし》かめてください。",
    "あいての きかいが うけとれませんでした（{code}）。",
    "Their node could not take it ({code}). Please ask them by telephone.",
  ],
  stateEnded: ["終《お》わりました", "おわりました", "Ended"],
  nextLesson: ["次《つぎ》は {time}", "つぎは {time}", "Next {time}"],
  nLessons: ["全部《ぜんぶ》で{n}回《かい》", "ぜんぶで {n}かい", "{n} dates"],

  // What it is.
  what: ["どんな講座《こうざ》か", "どんな こうざか", "What it is"],
  places: [
    "この自治体《じちたい》の人数《にんずう》",
    "この まちの 人《ひと》の かず",
    "Places here",
  ],
  placesOf: ["{n}人《にん》まで", "{n}人《にん》まで", "up to {n}"],
  staff: ["教《おし》える人《ひと》", "おしえる 人《ひと》", "Who teaches"],
  staffNone: ["まだ決《き》まっていません", "まだです", "nobody yet"],
  rules: ["約束《やくそく》", "やくそく", "Rules"],
  rulesNone: ["特《とく》にありません", "ありません", "none"],
  floor: ["使《つか》うフロア", "つかう フロア", "Floor"],
  floorPicture: ["フロアのようす", "フロアの ようす", "What the floor looks like"],
  floorNote: [
    "この講座《こうざ》だけのフロアが、この自治体《じちたい》にも作《つく》られます。かこわれた部屋《へや》はありません。",
    "この こうざだけの フロアが できます。 とじた へやは ありません。",
    "A floor of its own is made here for it. It has no closed rooms.",
  ],
  pages: ["教材《きょうざい》を見《み》る", "きょうざいを みる", "Look at the material"],
  toCourse: ["もとの講座《こうざ》", "もとの こうざ", "The course"],
  decidedBy: [
    "{time} に {name} が決《き》めました。",
    "{time}に {name}が きめました。",
    "Decided at {time} by {name}.",
  ],

  // Dates.
  lessons: ["日《ひ》と時間《じかん》", "日《ひ》と じかん", "Dates"],
  lessonN: ["{n}回目《かいめ》", "{n}かいめ", "No. {n}"],
  fromTo: ["{from} から {to} まで", "{from}から {to}まで", "{from} to {to}"],
  change: ["この回《かい》を変《か》える", "この かいを かえる", "Change this date"],
  isCancelled: ["中止《ちゅうし》", "ちゅうし", "Cancelled"],
  isOver: ["終《お》わりました", "おわりました", "Over"],
  cancel: ["この回《かい》を中止《ちゅうし》する", "この かいを やめる", "Cancel this date"],
  cancelSure: [
    "参加《さんか》している自治体《じちたい》すべてで、この回《かい》が中止《ちゅうし》になります。",
    "どの まちでも、 この かいが なくなります。",
    "It is cancelled in every municipality that takes part.",
  ],
  resume: ["中止《ちゅうし》をやめる", "やっぱり する", "Hold it after all"],
  resumeSure: [
    "参加《さんか》している自治体《じちたい》すべてで、この回《かい》がまた予定《よてい》に入《はい》ります。",
    "どの まちでも、 また よていに はいります。",
    "It is planned again in every municipality that takes part.",
  ],
  newDay: ["新《あたら》しい日《ひ》", "あたらしい 日《ひ》", "New day"],
  moveDo: ["この日《ひ》に変《か》える", "この 日《ひ》に かえる", "Move it there"],
  clash: [
    "この時間《じかん》に入《はい》れるコマがありません。授業《じゅぎょう》の計画《けいかく》を見直《みなお》してください。",
    "この じかんの コマが ありません。",
    "There is no slot free at this time; please look at the plan.",
  ],
  clashExtra: [
    "この日《ひ》のコマの時間《じかん》とちがうので、{n}コマ目《め》として加《くわ》わります。",
    "{n}コマめに なります。",
    "It lies outside the slots of that day and is added as slot {n}.",
  ],
  clashPlan: [
    "この自治体《じちたい》の計画《けいかく》では{n}コマ目《め》に入《はい》ります。",
    "{n}コマめに はいります。",
    "It goes into slot {n} of your plan.",
  ],

  // Other municipalities.
  nodes: [
    "申《もう》し出《で》た自治体《じちたい》",
    "さそった まち",
    "Municipalities it was offered to",
  ],
  nodesNone: [
    "まだどこにも申《もう》し出《で》ていません。ここまでは、ほかの自治体《じちたい》には何《なに》も伝《つた》わっていません。",
    "まだ どこにも いって いません。",
    "Offered to nobody yet. Nothing has left this municipality.",
  ],
  leaveOut: [
    "この自治体《じちたい》を外《はず》す",
    "この まちを はずす",
    "Leave this municipality out",
  ],
  leaveOutSure: [
    "これからの回《かい》は、{name}の児童生徒《じどうせいと》には開《ひら》かれません。いま開《ひら》いている回《かい》も、そこで終《お》わります。終《お》わった回《かい》の記録《きろく》と人数《にんずう》は残《のこ》ります。相手《あいて》の教育委員会《きょういくいいんかい》に知《し》らせます。外《はず》したあと、この講座《こうざ》にもう一度《いちど》さそうことはできません。",
    "これからの かいは、 {name}の 人《ひと》には ひらきません。 いまの かいも おわります。 あいてに しらせます。",
    "Dates to come are not open to pupils of {name}, and one that is on now ends for them. What was is kept, with its numbers. Their board is told. It cannot be offered this course again.",
  ],
  stateLeftOut: ["外《はず》しました", "はずしました", "Left out"],
  look: ["返事《へんじ》が来《き》たか見《み》る", "へんじを みる", "Look for answers"],
  offeredAt: ["{time} に申《もう》し出《で》", "{time}に さそった", "offered {time}"],
  answeredAt: ["{time} に返事《へんじ》", "{time}に へんじ", "answered {time}"],
  offer: ["ほかの自治体《じちたい》に申《もう》し出《で》る", "ほかの まちを さそう", "Offer it"],
  offerLead: [
    "講座《こうざ》の内容《ないよう》、日時《にちじ》、約束《やくそく》、教材《きょうざい》、フロアの形《かたち》が送《おく》られます。児童生徒《じどうせいと》のことは何《なに》も送《おく》られません。相手《あいて》の教育委員会《きょういくいいんかい》が返事《へんじ》をします。",
    "こうざの ことを おくります。 子《こ》どもの ことは おくりません。",
    "What it is, dates, rules, material and the floor are sent, and nothing about pupils. Their board answers.",
  ],
  offerBoard: [
    "申《もう》し出《で》るのは、教育委員会《きょういくいいんかい》の人《ひと》です。",
    "まちの 人《ひと》が さそいます。",
    "The board alone makes offers.",
  ],
  offerTo: ["自治体《じちたい》", "まち", "Municipality"],
  offerPlaces: ["人数《にんずう》", "人《ひと》の かず", "Places"],
  offerMost: [
    "{n}人《にん》まで（相手《あいて》の契約《けいやく》）",
    "{n}人《にん》まで",
    "up to {n} (by their contract)",
  ],
  offerUntil: [
    "返事《へんじ》の期限《きげん》（なくてもよい）",
    "へんじは いつまで",
    "Answer by (may be left out)",
  ],
  offerDo: ["申《もう》し出《で》る", "さそう", "Offer it"],
  offered: [
    "申《もう》し出《で》ました。届《とど》くと、相手《あいて》の画面《がめん》に出《で》ます。",
    "さそいました。",
    "Offered. It shows on their screen as soon as it has arrived.",
  ],
  noMembers: [
    "申《もう》し出《で》られる自治体《じちたい》がありません。「ほかの自治体《じちたい》とのつながり」を見《み》てください。",
    "さそえる まちが ありません。",
    "There is nobody to offer it to. See “Ties to other municipalities”.",
  ],

  // Counts.
  counts: [
    "参加《さんか》した人数《にんずう》",
    "はいった 人《ひと》の かず",
    "How many took part",
  ],
  countsLead: [
    "授業《じゅぎょう》のあと、自治体《じちたい》ごとの人数《にんずう》だけが届《とど》きます。だれが参加《さんか》したかは、それぞれの自治体《じちたい》だけが知《し》っています。",
    "まちごとの かずだけです。 だれかは わかりません。",
    "After each lesson the numbers of each municipality come, and nothing but numbers.",
  ],
  countsNone: [
    "まだ終《お》わった回《かい》がありません。",
    "まだ ありません。",
    "No date is over yet.",
  ],
  town: ["自治体《じちたい》", "まち", "Municipality"],
  chosen: ["選《えら》んだ", "えらんだ", "Chose"],
  joined: ["入《はい》った", "はいった", "Came"],
  attended: ["参加《さんか》した", "さんか した", "Took part"],

  // Deciding.
  decide: ["返事《へんじ》", "へんじ", "Answer"],
  decideBoard: [
    "返事《へんじ》をするのは、教育委員会《きょういくいいんかい》の人《ひと》です。",
    "まちの 人《ひと》が へんじを します。",
    "The board alone answers.",
  ],
  accept: ["参加《さんか》する", "はいる", "Take part"],
  acceptSure: [
    "この自治体《じちたい》に、この講座《こうざ》とフロアと{n}回《かい》の授業《じゅぎょう》ができ、児童生徒《じどうせいと》が選《えら》べるようになります。支援員《しえんいん》は「授業《じゅぎょう》の計画《けいかく》」で決《き》めます。",
    "{n}かいの じゅぎょうが できます。 子《こ》どもが えらべます。 スタッフは けいかくで きめます。",
    "The course, its floor and {n} lessons are made here and pupils can choose them. Decide who supports in the plan of lessons.",
  ],
  accepted: [
    "参加《さんか》します。「授業《じゅぎょう》の計画《けいかく》」で支援員《しえんいん》を決《き》めてください。",
    "はいります。 けいかくで スタッフを きめて ください。",
    "You take part. Please decide who supports in the plan of lessons.",
  ],
  decline: ["断《ことわ》る", "ことわる", "Decline"],
  declineSure: [
    "断《ことわ》ったことが相手《あいて》に伝《つた》わります。理由《りゆう》は伝《つた》わりません。",
    "ことわった ことが つたわります。",
    "They hear that you declined, and no reason.",
  ],
  declined: ["断《ことわ》りました。", "ことわりました。", "Declined."],
  leave: ["この講座《こうざ》からぬける", "この こうざから ぬける", "Leave this course"],
  leaveSure: [
    "これからの回《かい》が、この自治体《じちたい》では中止《ちゅうし》になります。終《お》わった回《かい》の記録《きろく》は残《のこ》ります。",
    "これからの かいは なくなります。",
    "Dates to come are cancelled here. What was is kept.",
  ],
  end: ["この講座《こうざ》を終《お》わりにする", "この こうざを おわりに する", "End this course"],
  endSure: [
    "これからの回《かい》が、参加《さんか》している自治体《じちたい》すべてで中止《ちゅうし》になります。",
    "どの まちでも、 これからの かいが なくなります。",
    "Dates to come are cancelled everywhere.",
  ],
  yes: ["はい", "はい", "Yes"],
  no: ["やめる", "やめる", "No"],
  saving: ["送《おく》っています…", "おくって います…", "Sending…"],
  did: ["できました。", "できました。", "Done."],

  // Making one.
  makeTitle: [
    "いっしょの講座《こうざ》を作《つく》る",
    "いっしょの こうざを つくる",
    "Make a course held together",
  ],
  makeLead: [
    "作《つく》っただけでは、ほかの自治体《じちたい》には何《なに》も伝《つた》わりません。できたら、次《つぎ》の画面《がめん》で申《もう》し出《で》る相手《あいて》を選《えら》びます。",
    "つくった だけでは つたわりません。 つぎに さそう まちを えらびます。",
    "Making it tells nobody. On the next page you choose to whom to offer it.",
  ],
  course: ["もとにする講座《こうざ》", "こうざ", "Course"],
  courseHint: [
    "教育委員会《きょういくいいんかい》が決《き》めた講座《こうざ》から選《えら》びます。",
    "きまった こうざから えらびます。",
    "One that the board has decided.",
  ],
  noCourses: [
    "教育委員会《きょういくいいんかい》が決《き》めた講座《こうざ》がまだありません。先《さき》に講座《こうざ》を作《つく》り、決《き》めてください。",
    "きまった こうざが ありません。 さきに こうざを つくって ください。",
    "No course has been decided yet. Make one and have it decided first.",
  ],
  toCourses: ["講座《こうざ》の一覧《いちらん》", "こうざの リスト", "Courses"],
  makeFloor: ["もとにするフロア", "フロア", "Floor"],
  makeFloorHint: [
    "このフロアの写《うつ》しが、この講座《こうざ》だけのために作《つく》られます。",
    "おなじ かたちの フロアを つくります。",
    "A copy of it is made for this course alone.",
  ],
  makePlaces: [
    "この自治体《じちたい》の人数《にんずう》",
    "この まちの 人《ひと》の かず",
    "Places of this municipality",
  ],
  makePlacesHint: [
    "ほかの自治体《じちたい》の人数《にんずう》は、申《もう》し出《で》るときに決《き》めます。",
    "ほかの まちは、 あとで きめます。",
    "Those of the others are decided when it is offered.",
  ],
  makeRules: [
    "約束《やくそく》（どの自治体《じちたい》にも見《み》せます）",
    "やくそく",
    "Rules (shown to all)",
  ],
  firstDay: ["最初《さいしょ》の日《ひ》", "はじめの 日《ひ》", "First day"],
  slot: ["何《なん》コマ目《め》", "なんコマめ", "Slot"],
  times: [
    "何回《なんかい》（毎週《まいしゅう》、同《おな》じ曜日《ようび》）",
    "なんかい（まいしゅう）",
    "How many times (weekly)",
  ],
  days: ["この日程《にってい》になります", "この 日《ひ》に します", "These are the dates"],
  skip: ["この日《ひ》を外《はず》す", "この 日《ひ》を やめる", "Leave this day out"],
  makeDo: ["作《つく》る", "つくる", "Make it"],
} satisfies Record<string, Word>;
