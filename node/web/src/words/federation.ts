import type { Word } from "./word.js";

/** The ties to other municipalities: who is in, how one comes in, what waits. For the board and the
 * contractor, without the words of those who built it. */
export const federation = {
  title: [
    "ほかの自治体《じちたい》とのつながり",
    "ほかの まちとの つながり",
    "Ties to other municipalities",
  ],
  lead: [
    "授業《じゅぎょう》をほかの自治体《じちたい》といっしょに行《おこな》うためのつながりです。児童生徒《じどうせいと》の記録《きろく》や連絡先《れんらくさき》は、どこにも渡《わた》りません。",
    "ほかの まちと いっしょに じゅぎょうを する ための つながりです。 子《こ》どもの きろくは わたしません。",
    "So that lessons can be held together with other municipalities. No child's record or address goes anywhere.",
  ],
  now: ["いまのようす", "いまの ようす", "How it stands"],
  next: ["次《つぎ》にすること", "つぎに する こと", "What to do next"],

  // How it stands, and what to do: one sentence each.
  isAlone: [
    "まだ、ほかの自治体《じちたい》とつながっていません。",
    "まだ つながって いません。",
    "Not tied to other municipalities yet.",
  ],
  isAloneNext: [
    "このままでも、自分《じぶん》の自治体《じちたい》のいばしょは全部《ぜんぶ》使《つか》えます。つながるときは、都道府県《とどうふけん》の担当者《たんとうしゃ》に招待状《しょうたいじょう》（ファイル）を頼《たの》み、届《とど》いたら下《した》から始《はじ》めます。",
    "この ままでも つかえます。 つながる ときは、 県《けん》の 人《ひと》に しょうたいじょうを たのみます。 とどいたら はじめます。",
    "All of your own Ibasho works as it is. To join, ask the prefecture for an invitation (a file) and begin below when it has come.",
  ],
  isAsked: [
    "申込書《もうしこみしょ》を作《つく》りました。参加《さんか》している自治体《じちたい》の名簿《めいぼ》が届《とど》くのを待《ま》っています。",
    "もうしこみを しました。 へんじを まって います。",
    "You have asked to join. The list of members has not come yet.",
  ],
  isAskedNext: [
    "申込書《もうしこみしょ》を都道府県《とどうふけん》の担当者《たんとうしゃ》に送《おく》ります。受《う》けつけられると、名簿《めいぼ》がひとりでに届《とど》くか、ファイルで送《おく》られてきます。ファイルのときは、この下《した》の「届《とど》いた名簿《めいぼ》を入《い》れる」に渡《わた》します。",
    "もうしこみを 県《けん》の 人《ひと》に おくります。 めいぼが とどいたら、 下《した》に 入《い》れます。",
    "Send the application to the prefecture. Then the list comes by itself, or as a file: hand it in below.",
  ],
  isSpoilt: [
    "しまってある名簿《めいぼ》がこわれています。ほかの自治体《じちたい》とつながりません。",
    "めいぼが こわれて います。",
    "The stored list is damaged. Nobody can be reached.",
  ],
  isSpoiltNext: [
    "運営《うんえい》の担当者《たんとうしゃ》にすぐ知《し》らせ、控《ひか》えから戻《もど》してもらいます。",
    "うんえいの 人《ひと》に すぐ しらせます。",
    "Tell the operator at once; it is put back from a backup.",
  ],
  isSplit: [
    "同《おな》じ番号《ばんごう》の名簿《めいぼ》が二《ふた》つあります。新《あたら》しいつながりを止《と》めています。",
    "おなじ ばんごうの めいぼが 2つ あります。 あたらしい つながりを とめました。",
    "There are two lists of the same number. New ties are held back.",
  ],
  isSplitNext: [
    "だれかが名簿《めいぼ》をすり替《か》えたおそれがあります。都道府県《とどうふけん》の担当者《たんとうしゃ》にすぐ電話《でんわ》し、番号《ばんごう》（{n}）を伝《つた》えます。解《と》くのは運営《うんえい》の担当者《たんとうしゃ》です。",
    "だれかが めいぼを かえたかも しれません。 県《けん》の 人《ひと》に すぐ でんわします。 ばんごうは {n}です。",
    "Somebody may have exchanged it. Telephone the prefecture at once and tell them the number ({n}). The operator clears it up.",
  ],
  isUnlisted: [
    "名簿《めいぼ》に、この自治体《じちたい》のいま使《つか》える鍵《かぎ》がのっていません。",
    "めいぼに この まちの かぎが ありません。",
    "The list has no key of this municipality that works now.",
  ],
  isUnlistedNext: [
    "申込書《もうしこみしょ》が受《う》けつけられたか、都道府県《とどうふけん》の担当者《たんとうしゃ》に確《たし》かめます。",
    "もうしこみが とどいたか、 県《けん》の 人《ひと》に ききます。",
    "Ask the prefecture whether your application was accepted.",
  ],
  isStale: [
    "名簿《めいぼ》が新《あたら》しいかどうか、確《たし》かめられていません。いま開《ひら》いている授業《じゅぎょう》は続《つづ》きます。新《あたら》しいつながりは作《つく》れません。",
    "めいぼが あたらしいか わかりません。 いまの じゅぎょうは つづきます。",
    "Whether the list is the newest cannot be told. Lessons under way go on; no new ties are made.",
  ],
  isStaleNext: [
    "都道府県《とどうふけん》のノードが動《うご》いているか、担当者《たんとうしゃ》に確《たし》かめます。名簿《めいぼ》の期限《きげん》が過《す》ぎているときは、新《あたら》しい名簿《めいぼ》を出《だ》してもらいます。",
    "県《けん》の きかいが うごいて いるか、 ききます。",
    "Ask the prefecture whether its node runs; when the list is past its date, ask for a new one.",
  ],
  isEnding: [
    "つながっています。契約《けいやく》は {time} までです。",
    "つながって います。 けいやくは {time}までです。",
    "Tied. The contract ends at {time}.",
  ],
  isEndingNext: [
    "続《つづ》けるときは、それまでに都道府県《とどうふけん》の担当者《たんとうしゃ》に名簿《めいぼ》を新《あたら》しくしてもらいます。過《す》ぎると、いっしょに行《おこな》う授業《じゅぎょう》はその時刻《じこく》に止《と》まります。",
    "つづける ときは、 県《けん》の 人《ひと》に いいます。 すぎると いっしょの じゅぎょうは とまります。",
    "To go on, have the prefecture renew the list before that. After it, shared lessons stop at that minute.",
  ],
  isOwnNext: [
    "このノードはとりまとめです。署名《しょめい》の鍵《かぎ》を持《も》つ二人《ふたり》に、新《あたら》しい名簿《めいぼ》への署名《しょめい》を頼《たの》みます。方法《ほうほう》は運営《うんえい》の担当者《たんとうしゃ》が知《し》っています。",
    "ここが とりまとめです。 かぎを もつ ふたりに、 あたらしい めいぼを たのみます。",
    "This node is the coordinator. Ask the two who hold the signing keys to sign a new list; the operator knows how.",
  ],
  isGood: [
    "つながっています。名簿《めいぼ》は新《あたら》しいものです。",
    "つながって います。 だいじょうぶです。",
    "Tied, and the list is the newest.",
  ],
  isGoodNext: ["いますることはありません。", "する ことは ありません。", "Nothing to do now."],

  // Facts.
  federation: ["つながりの名前《なまえ》", "つながりの なまえ", "Name"],
  list: ["名簿《めいぼ》", "めいぼ", "List of members"],
  listOf: [
    "第《だい》{n}号《ごう》（{taken} に受《う》け取《と》り、{until} まで）",
    "{n}ばん（{taken}から {until}まで）",
    "No. {n} (taken in {taken}, good until {until})",
  ],
  rootsCode: ["確認番号《かくにんばんごう》", "たしかめる ばんごう", "Check code"],
  rootsCodeNote: [
    "つながっている自治体《じちたい》は、どこでも同《おな》じ番号《ばんごう》です。電話《でんわ》で読《よ》み合《あ》わせられます。",
    "どの まちも おなじ ばんごうです。",
    "The same at every member: it can be compared by telephone.",
  ],
  endpoint: [
    "この自治体《じちたい》のつなぎ先《さき》",
    "この まちの つなぎ先《さき》",
    "Own address",
  ],
  contractTo: ["契約《けいやく》の終《お》わり", "けいやくの おわり", "End of contract"],
  until: ["{time} まで", "{time}まで", "until {time}"],
  none: ["ありません", "ありません", "none"],

  // Members.
  members: ["参加《さんか》している自治体《じちたい》", "いっしょの まち", "Members"],
  membersNone: [
    "名簿《めいぼ》が届《とど》くと、ここに並《なら》びます。",
    "めいぼが とどいたら、 ここに でます。",
    "They stand here once the list has come.",
  ],
  self: ["この自治体《じちたい》", "この まち", "This one"],
  coordinator: ["とりまとめ", "とりまとめ", "Coordinator"],
  host: ["講座《こうざ》を開《ひら》ける", "こうざを ひらける", "May host"],
  guest: ["講座《こうざ》に加《くわ》われる", "こうざに はいれる", "May take part"],
  outside: [
    "契約《けいやく》の期間《きかん》の外《そと》です",
    "けいやくの そとです",
    "Outside its contract",
  ],
  contract: [
    "契約《けいやく》 {from} から {to} まで",
    "けいやく {from}から {to}まで",
    "Contract {from} to {to}",
  ],
  linkUp: [
    "いっしょの授業《じゅぎょう》のために、いまつながっています。",
    "いま つながって います。",
    "Connected now, for a lesson held together.",
  ],
  linkComing: [
    "いっしょの授業《じゅぎょう》のために、つなごうとしています。",
    "つなごうと して います。",
    "Connecting, for a lesson held together.",
  ],
  linkCut: [
    "{time} から接続《せつぞく》が切《き》れています。この自治体《じちたい》の中《なか》の授業《じゅぎょう》は続《つづ》きます。ひとりでにつなぎなおします。",
    "{time}から きれて います。 ひとりでに つなぎなおします。",
    "Cut since {time}. Lessons go on within this municipality; it connects again by itself.",
  ],
  nothingWaits: [
    "届《とど》いていないものはありません。",
    "ぜんぶ とどきました。",
    "Nothing waits.",
  ],
  waiting: [
    "届《とど》くのを待《ま》っているものが{n}件《けん》あります（いちばん前《まえ》は {time}）。相手《あいて》が動《うご》けば、ひとりでに届《とど》きます。",
    "まって いる ものが {n}つ あります（{time}から）。 ひとりでに とどきます。",
    "{n} wait to be delivered (since {time}). They go by themselves once the other side answers.",
  ],
  ended: [
    "断《ことわ》られたもの、あきらめたものが{n}件《けん》あります。相手《あいて》の担当者《たんとうしゃ》に電話《でんわ》で確《たし》かめます。",
    "とどかなかった ものが {n}つ あります。 でんわで ききます。",
    "{n} were refused or given up. Ask the other side by telephone.",
  ],
  noAnswer: [
    "相手《あいて》の返事《へんじ》がありません。",
    "へんじが ありません。",
    "The other side does not answer.",
  ],

  // The own key.
  key: [
    "この自治体《じちたい》の印《しるし》となる鍵《かぎ》",
    "この まちの しるしの かぎ",
    "Own key",
  ],
  keyLead: [
    "ほかの自治体《じちたい》に「この自治体《じちたい》から来《き》たもの」と示《しめ》すための鍵《かぎ》です。記録《きろく》を守《まも》る鍵《かぎ》の紙《かみ》とは別《べつ》のものです。",
    "この まちから きた ものだと しめす かぎです。 きろくの かぎとは ちがいます。",
    "It shows the others that something comes from this municipality. It is not the key sheet of the records.",
  ],
  keyNow: ["{kid}（{time} まで）", "{kid}（{time}まで）", "{kid} (until {time})"],
  keyWaiting: [
    "新《あたら》しい鍵《かぎ》 {kid} が、名簿《めいぼ》にのるのを待《ま》っています。それまでは、いまの鍵《かぎ》を使《つか》います。",
    "あたらしい かぎ {kid}を まって います。",
    "A new key, {kid}, waits to be listed. The present one is used until then.",
  ],
  keySoon: [
    "期限《きげん》が近《ちか》づいています。新《あたら》しい鍵《かぎ》を申《もう》しこんでください。",
    "もうすぐ おわります。 あたらしい かぎを たのんで ください。",
    "It ends soon. Please ask for a new one.",
  ],
  keyAsk: [
    "新《あたら》しい鍵《かぎ》を申《もう》しこむ",
    "あたらしい かぎを たのむ",
    "Ask for a new key",
  ],
  keySure: [
    "新《あたら》しい鍵《かぎ》を作《つく》り、申込書《もうしこみしょ》のファイルを保存《ほぞん》します。それを都道府県《とどうふけん》の担当者《たんとうしゃ》に送《おく》ります。名簿《めいぼ》が新《あたら》しくなるまで、何《なに》も変《か》わりません。",
    "あたらしい かぎを つくります。 ファイルを 県《けん》の 人《ひと》に おくります。 それまで かわりません。",
    "A new key is made and the application saved as a file; send it to the prefecture. Nothing changes until the list is renewed.",
  ],
  yes: ["はい", "はい", "Yes"],
  no: ["やめる", "やめる", "No"],
  working: ["作《つく》っています…", "つくって います…", "Making it…"],
  keyAsked: [
    "ファイルを保存《ほぞん》しました。都道府県《とどうふけん》の担当者《たんとうしゃ》に送《おく》ってください。",
    "ファイルを とりました。 県《けん》の 人《ひと》に おくって ください。",
    "The file was saved. Please send it to the prefecture.",
  ],

  // Handing in a list.
  hand: [
    "届《とど》いた名簿《めいぼ》を入《い》れる",
    "とどいた めいぼを 入《い》れる",
    "Hand in a list",
  ],
  handLead: [
    "ふだんは、新《あたら》しい名簿《めいぼ》はひとりでに届《とど》きます。ファイルで受《う》け取《と》ったときだけ、ここに渡《わた》します。署名《しょめい》と順番《じゅんばん》は機械《きかい》が確《たし》かめます。",
    "めいぼは ひとりでに とどきます。 ファイルで もらった ときだけ、 ここに 入《い》れます。",
    "New lists come by themselves. Hand one in only when you were given a file; signatures and order are checked.",
  ],
  handFile: ["名簿《めいぼ》のファイル", "めいぼの ファイル", "File of the list"],
  handDo: ["この名簿《めいぼ》を渡《わた》す", "この めいぼを わたす", "Hand it in"],
  handed: [
    "受《う》け取《と》りました。いまの名簿《めいぼ》は第《だい》{n}号《ごう》です。",
    "うけとりました。 {n}ばんです。",
    "Taken in. The list is now no. {n}.",
  ],
  needFile: [
    "ファイルを選《えら》んでください。",
    "ファイルを えらんで ください。",
    "Please choose a file.",
  ],
  sending: ["送《おく》っています…", "おくって います…", "Sending…"],

  // Joining.
  join: [
    "招待状《しょうたいじょう》で参加《さんか》する",
    "しょうたいで はいる",
    "Join by an invitation",
  ],
  joinAgain: [
    "申込書《もうしこみしょ》をもう一度《いちど》作《つく》る",
    "もういちど つくる",
    "Make the application again",
  ],
  boardOnly: [
    "申込書《もうしこみしょ》を作《つく》るのは、教育委員会《きょういくいいんかい》の人《ひと》です。",
    "もうしこみは まちの 人《ひと》が つくります。",
    "Only the board makes the application.",
  ],
  toFederation: ["つながりのページへもどる", "つながりの ページへ もどる", "Back to the ties"],
  steps: [
    "三《みっ》つのことをします。10分《ぷん》ほどで終《お》わります。電話《でんわ》を用意《ようい》してください。",
    "3つの ことを します。 でんわを つかいます。",
    "Three things to do, about ten minutes. You need a telephone.",
  ],
  step1: [
    "1. 招待状《しょうたいじょう》を選《えら》ぶ",
    "1. しょうたいじょうを えらぶ",
    "1. Choose the invitation",
  ],
  step1Lead: [
    "都道府県《とどうふけん》の担当者《たんとうしゃ》から受《う》け取《と》ったファイルです。選《えら》んだだけでは何《なに》も変《か》わりません。",
    "県《けん》の 人《ひと》から もらった ファイルです。 えらんでも、 まだ かわりません。",
    "The file you got from the prefecture. Choosing it changes nothing.",
  ],
  inviteFile: [
    "招待状《しょうたいじょう》のファイル",
    "しょうたいじょうの ファイル",
    "File of the invitation",
  ],
  inviteDo: ["読《よ》む", "よむ", "Read it"],
  invitedBy: ["招《まね》いた側《がわ》", "だれから", "From"],
  invitedTo: ["招《まね》かれた側《がわ》", "だれへ", "To"],
  invitedUntil: ["招待状《しょうたいじょう》の期限《きげん》", "いつまで", "Good until"],
  another: [
    "別《べつ》の招待状《しょうたいじょう》を選《えら》ぶ",
    "べつの ものを えらぶ",
    "Choose another",
  ],
  step2: [
    "2. 電話《でんわ》で確《たし》かめる",
    "2. でんわで たしかめる",
    "2. Compare by telephone",
  ],
  step2Lead: [
    "この招待状《しょうたいじょう》が本物《ほんもの》かは、人《ひと》の声《こえ》でしか確《たし》かめられません。前《まえ》から知《し》っている番号《ばんごう》に電話《でんわ》をかけ、招《まね》いた人《ひと》に確認番号《かくにんばんごう》（16けた）を読《よ》み上《あ》げてもらい、聞《き》いたとおりに入《い》れます。メールで届《とど》いた番号《ばんごう》は使《つか》わないでください。",
    "しょうたいじょうが ほんものか、 でんわで たしかめます。 まえから しって いる ばんごうに かけます。 あいてが いう ばんごうを 入《い》れます。 メールの ばんごうは つかいません。",
    "Only a voice can tell whether it is genuine. Call a number you knew before, have the one who invited you read out the check code (16 digits), and type what you hear. Do not use a code that came by mail.",
  ],
  check: [
    "電話《でんわ》で聞《き》いた確認番号《かくにんばんごう》",
    "でんわで きいた ばんごう",
    "Check code heard",
  ],
  checkHint: [
    "例《れい》 a1b2-c3d4-e5f6-0718。数字《すうじ》と a から f までの文字《もじ》です。",
    "数字《すうじ》と、 aから fまでです。",
    "Such as a1b2-c3d4-e5f6-0718: digits and letters a to f.",
  ],
  townName: [
    "名簿《めいぼ》にのせる自治体《じちたい》の名前《なまえ》",
    "まちの なまえ",
    "Name in the list",
  ],
  townCode: [
    "自治体《じちたい》コード（6けた。なくてもよい）",
    "まちの コード（なくても いい）",
    "Municipality code (6 digits, may be left out)",
  ],
  joinDo: ["申込書《もうしこみしょ》を作《つく》る", "もうしこみを つくる", "Make the application"],
  joinWhat: [
    "作《つく》ると、この自治体《じちたい》は、この招待状《しょうたいじょう》を出《だ》した人《ひと》たちの名簿《めいぼ》だけを信《しん》じるようになります。あとで別《べつ》のつながりに替《か》えることはできません。",
    "つくると、 この めいぼだけを しんじます。 あとで かえられません。",
    "From then on this municipality believes the lists of those who issued this invitation and of nobody else. It cannot be exchanged later.",
  ],
  step3: [
    "3. 申込書《もうしこみしょ》を送《おく》る",
    "3. もうしこみを おくる",
    "3. Send the application",
  ],
  step3Lead: [
    "番号《ばんごう》は合《あ》っていました。申込書《もうしこみしょ》のファイルを保存《ほぞん》したので、招《まね》いた人《ひと》に送《おく》ってください。秘密《ひみつ》は入《はい》っていないので、メールでかまいません。",
    "ばんごうは あって いました。 ファイルを とりました。 しょうたいした 人《ひと》に おくって ください。 メールで いいです。",
    "The code was right. The application was saved as a file: send it to the one who invited you. It holds no secret, so mail will do.",
  ],
  thenFile: [
    "受《う》けつけられると、参加《さんか》している自治体《じちたい》の名簿《めいぼ》がファイルで届《とど》きます。つながりのページの「届《とど》いた名簿《めいぼ》を入《い》れる」に渡《わた》すと、つながります。",
    "めいぼの ファイルが とどきます。 つながりの ページに 入《い》れると、 おわりです。",
    "When it is accepted, the list of members comes as a file. Hand it in on the page of ties, and you are in.",
  ],
  thenItself: [
    "受《う》けつけられると、参加《さんか》している自治体《じちたい》の名簿《めいぼ》がひとりでに届《とど》き、つながります。ほかにすることはありません。",
    "うけつけたら、 ひとりでに つながります。 ほかに する ことは ありません。",
    "When it is accepted, the list comes by itself and you are in. There is nothing else to do.",
  ],
  saveAgain: ["もう一度《いちど》保存《ほぞん》する", "もういちど とる", "Save it again"],
} satisfies Record<string, Word>;

/** The half of the key at the prefecture: what was done, what it means. */
export const escrow = {
  title: [
    "鍵《かぎ》の半分《はんぶん》を預《あず》ける",
    "かぎの はんぶんを あずける",
    "Half of the key in keeping",
  ],
  lead: [
    "機械《きかい》を再起動《さいきどう》すると、記録《きろく》の鍵《かぎ》が閉《し》まり、鍵《かぎ》の紙《かみ》を入《い》れるまでだれも入《はい》れません。紙《かみ》と同《おな》じ半分《はんぶん》を箱《はこ》に入《い》れて都道府県《とどうふけん》に預《あず》けておくと、再起動《さいきどう》のときに返《かえ》してもらい、ひとりでに開《ひら》きます。箱《はこ》は都道府県《とどうふけん》には開《あ》けられません。",
    "きかいを とめると、 かぎが しまります。 はんぶんを 県《けん》に あずけると、 ひとりでに ひらきます。 県《けん》の 人《ひと》は ひらけません。",
    "After a restart the key is shut until the sheet is typed. With the same half in a box at the prefecture it is given back and the node opens by itself. The prefecture cannot open the box.",
  ],
  notChosen: [
    "この機械《きかい》は、預《あず》けない設定《せってい》です。再起動《さいきどう》のたびに、鍵《かぎ》の紙《かみ》を入《い》れます。",
    "あずけて いません。 とまった ときは 紙《かみ》を 入《い》れます。",
    "This machine is set not to. After every restart the sheet is typed.",
  ],
  notChosenNext: [
    "預《あず》けるときは、運営《うんえい》の担当者《たんとうしゃ》に「設定《せってい》 keyd.boot を escrow にして、鍵《かぎ》の番人《ばんにん》（ibasho-keyd）を始《はじ》めなおす」よう頼《たの》みます。そのあと鍵《かぎ》の紙《かみ》を一度《いちど》入《い》れると、ひとりでに預《あず》けられます。",
    "あずける ときは、 うんえいの 人《ひと》に たのみます。 「keyd.boot を escrow に」と いいます。",
    "To have it so, ask the operator to set keyd.boot to escrow and to restart ibasho-keyd. Type the sheet once after that, and it is deposited by itself.",
  ],
  coordinator: [
    "このノードはとりまとめで、ほかの自治体《じちたい》の半分《はんぶん》を預《あず》かる側《がわ》です。",
    "ここは あずかる ほうです。",
    "This node is the coordinator: it keeps the halves of others.",
  ],
  none: ["まだ預《あず》けていません。", "まだ あずけて いません。", "Not deposited yet."],
  noneNext: [
    "つながりができ、鍵《かぎ》が開《あ》いていると、ひとりでに預《あず》けられます。",
    "つながると、 ひとりでに あずけます。",
    "Once you are tied and the key is open, it is deposited by itself.",
  ],
  send: [
    "{name} に送《おく》っているところです。",
    "{name}に おくって います。",
    "On its way to {name}.",
  ],
  hold: [
    "{name} に預《あず》けてあります（{time} まで）。再起動《さいきどう》しても、ひとりでに開《ひら》きます。",
    "{name}に あずけて あります（{time}まで）。 とまっても、 ひとりでに ひらきます。",
    "Kept at {name} (until {time}). A restart needs nobody.",
  ],
  refused: [
    "{name} に断《ことわ》られました。再起動《さいきどう》したときは、鍵《かぎ》の紙《かみ》が要《い》ります。",
    "{name}が ことわりました。 とまったら 紙《かみ》が いります。",
    "{name} refused it. After a restart the sheet is needed.",
  ],
  stop: [
    "取《と》り消《け》しました。再起動《さいきどう》したときは、鍵《かぎ》の紙《かみ》が要《い》ります。",
    "とりけしました。 とまったら 紙《かみ》が いります。",
    "Revoked. After a restart the sheet is needed.",
  ],
  asked: [
    "起動《きどう》のあと返《かえ》してもらえませんでした。鍵《かぎ》の紙《かみ》で開《ひら》いてください。",
    "かえって きませんでした。 紙《かみ》で ひらいて ください。",
    "It was not given back after the start. Please open it with the sheet.",
  ],
  opens: [
    "これまでに返《かえ》ってきて開《ひら》いた回数《かいすう》: {n}回《かい》（最後《さいご》は {time}）",
    "ひらいた かず: {n}かい（さいごは {time}）",
    "Given back and opened {n} times (last {time})",
  ],
  opensNone: [
    "まだ一度《いちど》も返《かえ》してもらっていません。",
    "まだ 1かいも ありません。",
    "It was never given back so far.",
  ],
  told: [
    "返《かえ》されるたびに、重要《じゅうよう》なお知《し》らせの送《おく》り先《さき》を登録《とうろく》している教育委員会《きょういくいいんかい》の人《ひと》へ知《し》らせが行《い》き、ここにも残《のこ》ります。",
    "かえる たびに、 まちの 人《ひと》に しらせます。 ここにも のこります。",
    "Each time it is given out, those of the board who take urgent notices are told, and it stays on record here.",
  ],
  unasked: [
    "{time} に、この機械《きかい》が開《ひら》くのに使《つか》った記録《きろく》のない返却《へんきゃく》がありました。",
    "{time}に しらない うちに かえされました。",
    "At {time} it was given out, and this machine has no record of opening with it.",
  ],
  unaskedNext: [
    "そのころ再起動《さいきどう》したか、運営《うんえい》の担当者《たんとうしゃ》に確《たし》かめてください。心当《こころあ》たりがなければ、下《した》の「預《あず》けたものを取《と》り消《け》す」を押《お》し、鍵《かぎ》の紙《かみ》を取《と》り替《か》えてください。",
    "うんえいの 人《ひと》に ききます。 しらないと いわれたら、 とりけします。 紙《かみ》も かえます。",
    "Ask the operator whether it was restarted then. If not, revoke the deposit below and replace the key sheet.",
  ],
  deposit: ["預《あず》ける", "あずける", "Deposit it"],
  depositSure: [
    "鍵《かぎ》の半分《はんぶん》を箱《はこ》に入《い》れ、都道府県《とどうふけん》に預《あず》けます。契約《けいやく》の終《お》わりまでで、いつでも取《と》り消《け》せます。鍵《かぎ》の紙《かみ》は、これまでどおり金庫《きんこ》に置《お》いてください。",
    "はんぶんを 県《けん》に あずけます。 いつでも とりけせます。 紙《かみ》も しまって おきます。",
    "The half goes to the prefecture in a box, until the end of the contract; you can revoke it at any time. Keep the sheet in the safe as before.",
  ],
  revoke: ["預《あず》けたものを取《と》り消《け》す", "とりけす", "Revoke the deposit"],
  revokeSure: [
    "箱《はこ》はこの瞬間《しゅんかん》から開《ひら》かなくなり、都道府県《とどうふけん》からも消《け》されます。次《つぎ》に再起動《さいきどう》したときは、鍵《かぎ》の紙《かみ》を入《い》れるまでだれも入《はい》れません。金庫《きんこ》に紙《かみ》があることを、先《さき》に確《たし》かめてください。",
    "はこは もう ひらきません。 つぎに とまったら 紙《かみ》が いります。 紙《かみ》が あるか、 さきに みて ください。",
    "From this moment the box opens nothing, and the prefecture deletes it. After the next restart nobody comes in until the sheet is typed: make sure first that you have it.",
  ],
  yes: ["はい", "はい", "Yes"],
  no: ["やめる", "やめる", "No"],
  working: ["送《おく》っています…", "おくって います…", "Sending…"],
  deposited: [
    "預《あず》ける手続《てつづ》きを始《はじ》めました。届《とど》くと、上《うえ》の表示《ひょうじ》が変《か》わります。",
    "はじめました。 とどくと かわります。",
    "It is on its way. The line above changes when it has arrived.",
  ],
  revoked: ["取《と》り消《け》しました。", "とりけしました。", "Revoked."],
  past: ["これまでの記録《きろく》", "これまでの きろく", "What happened so far"],
  pastNone: ["まだ何《なに》もありません。", "まだ ありません。", "Nothing yet."],
  look: ["もう一度《いちど》見《み》る", "もういちど みる", "Look again"],
  stepDeposit: [
    "{name} から預《あず》かった",
    "{name}から あずかった",
    "Taken in keeping from {name}",
  ],
  stepRelease: ["{name} に返《かえ》した", "{name}に かえした", "Given back to {name}"],
  stepReleased: [
    "{name} が返《かえ》したと知《し》らせてきた",
    "{name}が かえしたと いった",
    "{name} says that it was given out",
  ],
  stepRevoke: [
    "{name} の分《ぶん》を消《け》した",
    "{name}の ぶんを けした",
    "That of {name} was deleted",
  ],
  stepSend: ["{name} に送《おく》った", "{name}に おくった", "Sent to {name}"],
  stepHold: [
    "{name} に届《とど》き、預《あず》けられた",
    "{name}に あずけた",
    "Arrived at {name} and kept",
  ],
  stepRefused: ["{name} に断《ことわ》られた", "{name}が ことわった", "Refused by {name}"],
  stepOpen: [
    "{name} から返《かえ》ってきて、鍵《かぎ》が開《ひら》いた",
    "{name}から もどって、 ひらいた",
    "Given back by {name}; the key opened",
  ],
  stepStop: [
    "この自治体《じちたい》が取《と》り消《け》した",
    "まちが とりけした",
    "Revoked by this municipality",
  ],
  prefecture: ["都道府県《とどうふけん》", "県《けん》", "the prefecture"],
} satisfies Record<string, Word>;
