import type { Word } from "./word.js";

/** A contract's end: the papers that are handed in, and what is decided twice. */
export const leavingPapers = {
  prepare: [
    "受付《うけつけ》を止《と》める前《まえ》の準備《じゅんび》",
    "とめる まえの じゅんび",
    "Before the stop",
  ],
  tool: [
    "書類《しょるい》は、受託者《じゅたくしゃ》から受《う》け取《と》る道具《どうぐ》（ibasho_town.py と ibasho_verify.py）で作《つく》ります。教育委員会《きょういくいいんかい》のパソコンで、次《つぎ》のとおりに打《う》ちます（Windows では python3 を py -3 にします）。",
    "しょるいは、 どうぐで つくります。 つぎの ように うちます。",
    "Papers are made with the tool (ibasho_town.py, ibasho_verify.py) on the board's own computer. On Windows type py -3 for python3.",
  ],
  how: ["作《つく》り方《かた》", "つくりかた", "How to make it"],
  key: [
    "自治体《じちたい》の証明書《しょうめいしょ》（town.pem）",
    "町《まち》の しょうめいしょ",
    "The town's certificate (town.pem)",
  ],
  keyWhat: [
    "返《かえ》すデータを開《ひら》き、受領書《じゅりょうしょ》と指示書《しじしょ》の署名《しょめい》を確《たし》かめるためのものです。",
    "データを ひらく ときに つかいます。",
    "It opens the data, and checks the signatures of receipt and order.",
  ],
  keySecret: [
    "town.key は秘密《ひみつ》の鍵《かぎ》です。この画面《がめん》には出《だ》さず、金庫《きんこ》にしまってください。なくすと、返《かえ》されたデータを開《ひら》けません。",
    "town.key は ひみつです。 ここには だしません。",
    "town.key is secret: never hand it in; keep it in a safe. Without it nothing opens.",
  ],
  keyHere: [
    "登録済《とうろくず》みです。道具《どうぐ》が表示《ひょうじ》した SHA-256 と、下《した》の値《あたい》が同《おな》じか見《み》くらべてください。",
    "とうろくして あります。 したの あたいと くらべて ください。",
    "Registered. Compare the value below with the SHA-256 that the tool printed.",
  ],
  keyAgain: [
    "新《あたら》しい証明書《しょうめいしょ》に替《か》えると、前《まえ》の鍵《かぎ》で署名《しょめい》した目印《めじるし》は使《つか》えなくなります。",
    "かえると、 まえの めじるしは つかえません。",
    "With another certificate, names promised under the former one count no more.",
  ],
  keyDo: ["証明書《しょうめいしょ》を登録《とうろく》する", "とうろくする", "Register"],
  keyDone: [
    "証明書《しょうめいしょ》を登録《とうろく》しました。指紋《しもん》を見《み》くらべてください。",
    "とうろくしました。",
    "Registered. Compare the fingerprint.",
  ],
  keyIsSecret: [
    "これは秘密《ひみつ》の鍵《かぎ》です。送《おく》っていません。town.pem を選《えら》んでください。",
    "これは ひみつの かぎです。 おくって いません。",
    "This is the secret key. It was not sent. Choose town.pem.",
  ],
  canaries: [
    "目印《めじるし》の約束《やくそく》（canaries.json）",
    "めじるしの やくそく",
    "Promise of planted names (canaries.json)",
  ],
  canariesWhat: [
    "目印《めじるし》は、だれのものでもない名前《なまえ》です。canaries.csv の名前《なまえ》を、名簿《めいぼ》に入《い》れて取《と》り込《こ》むか、人《ひと》とIDの画面《がめん》で一人《ひとり》ずつ登録《とうろく》して、ふつうの児童生徒《じどうせいと》にしておくと、消去《しょうきょ》のあとに、どこにも残《のこ》っていないことを調《しら》べられます。canaries.secret.json は、指示《しじ》の日《ひ》までだれにも見《み》せません。",
    "めじるしは、 だれのものでも ない なまえです。 きえたか しらべる ために つかいます。",
    "Names that belong to nobody. Register those of canaries.csv as pupils, by the roster or one by one under People and IDs: after the erasure none may be found. Show canaries.secret.json to nobody until the order.",
  ],
  canariesHere: [
    "{n}の目印《めじるし》が約束《やくそく》されています。",
    "{n}の めじるしが あります。",
    "{n} names are promised.",
  ],
  canariesDo: ["目印《めじるし》の約束《やくそく》を出《だ》す", "だす", "Hand it in"],
  canariesDone: [
    "目印《めじるし》の約束《やくそく》を受《う》け付《つ》けました。",
    "うけつけました。",
    "The promise is taken.",
  ],
  exportLead: [
    "サーバーの担当者《たんとうしゃ》が、サーバーで root として次《つぎ》のとおりに打《う》ちます。NODE_CONF は拠点《きょてん》の設定《せってい》ファイル、DATA は拠点《きょてん》のデータのフォルダです。DATA の中《なか》に作《つく》ったものは、消去《しょうきょ》のときにいっしょに消《き》えます。外《そと》には作《つく》らないでください。",
    "サーバーの ひとが つぎの ように うちます。",
    "The operator types this on the server, as root. NODE_CONF is the node's configuration file, DATA its data directory: what is made in there is erased with the rest; make nothing outside.",
  ],
  exportTown: [
    "town.pem は、教育委員会《きょういくいいんかい》から受《う》け取《と》ります。秘密《ひみつ》ではありませんが、SHA-256 がこの画面《がめん》の値《あたい》と同《おな》じか見《み》くらべてください。",
    "town.pem は きょういく いいんかいから もらいます。",
    "Get town.pem from the board. It is no secret, but compare its SHA-256 with the one on this page.",
  ],
  exportGive: [
    "終《お》わったら、フォルダ DATA/PARTS を外付《そとづ》けのディスクなどに写《うつ》して、まるごと自治体《じちたい》に渡《わた》します。道具《どうぐ》（ibasho_town.py と ibasho_verify.py）も、まだなら渡《わた》します。DATA/BAG は、だれでも読《よ》めるので渡《わた》しません。",
    "フォルダ DATA/PARTS を ぜんぶ わたします。",
    "Then copy the whole folder DATA/PARTS to a disk for the municipality, with the tool (ibasho_town.py, ibasho_verify.py) if it has not got it. DATA/BAG is readable by anybody: do not hand it over.",
  ],
  receipt: ["受領書《じゅりょうしょ》（receipt.json）", "じゅりょうしょ", "Receipt (receipt.json)"],
  receiptWhat: [
    "受託者《じゅたくしゃ》から受《う》け取《と》ったフォルダ PARTS を、道具《どうぐ》と同《おな》じフォルダに置《お》きます。道具《どうぐ》が開《ひら》いて検査《けんさ》し、正《ただ》しいときだけ署名《しょめい》します。できた receipt.json をここに出《だ》すと確認期間《かくにんきかん》（{n}日《にち》）が始《はじ》まります。",
    "ひらいて、 しらべて、 だします。 そのあと {n}にち まちます。",
    "Put the folder PARTS from the contractor beside the tool. It opens and checks it and signs only when all is right. Hand receipt.json in here: then {n} days begin.",
  ],
  receiptDo: ["受領書《じゅりょうしょ》を出《だ》す", "だす", "Hand the receipt in"],
  receiptDone: [
    "受領書《じゅりょうしょ》を受《う》け付《つ》けました。確認期間《かくにんきかん》が始《はじ》まりました。",
    "うけつけました。",
    "The receipt is taken; the days begin.",
  ],
  order: [
    "消去《しょうきょ》の指示書《しじしょ》（order.json）",
    "けす しじしょ",
    "Order to erase (order.json)",
  ],
  orderWhat: [
    "返《かえ》されたデータを見直《みなお》して、困《こま》ることがなければ作《つく》ります。受託者《じゅたくしゃ》の人《ひと》が確認《かくにん》するまでは、取《と》りやめられます。",
    "みなおしてから つくります。 ふたりめが たしかめる までは、 やめられます。",
    "Make it when nothing is missing in the data. It can be called off until the contractor confirms.",
  ],
  orderRead: ["指示書《しじしょ》を読《よ》む", "よむ", "Read the order"],
  orderIs: [
    "出《だ》す前《まえ》に、二人《ふたり》で読《よ》み合《あ》わせてください。まだ出《だ》していません。",
    "ふたりで よんで ください。 まだ だして いません。",
    "Read it together. It has not been handed in yet.",
  ],
  orderBy: ["指示《しじ》する部署《ぶしょ》・職《しょく》", "だれが", "Ordered by"],
  orderWhen: ["署名《しょめい》した日時《にちじ》", "いつ", "Signed at"],
  orderBag: ["消《け》すデータの識別値《しきべつち》", "ばんごう", "Data"],
  orderCanaries: ["明《あ》かす目印《めじるし》の数《かず》", "めじるしの かず", "Names opened"],
  aggregates: [
    "連携先《れんけいさき》に渡《わた》した集計《しゅうけい》",
    "しゅうけい",
    "Sums given to others",
  ],
  keepSums: ["残《のこ》す", "のこす", "Keep"],
  withdrawSums: ["取《と》り下《さ》げる", "とりさげる", "Withdraw"],
  orderOther: [
    "識別値《しきべつち》が、今回《こんかい》返《かえ》したデータと違《ちが》います。このファイルは使《つか》えません。",
    "ばんごうが ちがいます。 つかえません。",
    "This is about other data than was handed back now. It cannot be used.",
  ],
  orderNot: [
    "消去《しょうきょ》の指示書《しじしょ》ではありません。道具《どうぐ》が作《つく》った order.json を選《えら》んでください。",
    "しじしょでは ありません。 order.json を えらんで ください。",
    "This is no order. Choose the order.json that the tool made.",
  ],
  orderAnother: ["ほかのファイルを選《えら》ぶ", "ほかの ファイル", "Another file"],
  orderDo: ["消去《しょうきょ》を指示《しじ》する", "けす しじを だす", "Order the erasure"],
  orderSure: [
    "消去《しょうきょ》の指示《しじ》を出《だ》します。受託者《じゅたくしゃ》の人《ひと》が確認《かくにん》すると、元《もと》に戻《もど》せません。出《だ》しますか。",
    "しじを だします。 ふたりめが たしかめると、 もどせません。 だしますか。",
    "This hands the order in. Once the contractor confirms it, there is no way back. Go on?",
  ],
  orderYes: ["指示《しじ》を出《だ》す", "だす", "Yes, order it"],
  orderDone: [
    "消去《しょうきょ》の指示《しじ》を受《う》け付《つ》けました。受託者《じゅたくしゃ》の人《ひと》の確認《かくにん》を待《ま》ちます。",
    "うけつけました。 ふたりめを まちます。",
    "The order is taken and waits for the contractor.",
  ],
  head: [
    "識別値《しきべつち》のはじめの8文字《もじ》",
    "ばんごうの はじめの 8もじ",
    "First 8 characters of the identity",
  ],
  headHint: [
    "受領書《じゅりょうしょ》を作《つく》ったときに道具《どうぐ》が表示《ひょうじ》した値《あたい》を見《み》て、打《う》ってください。",
    "どうぐが だした あたいを みて ください。",
    "Type it from what the tool printed with the receipt.",
  ],
  headHintContractor: [
    "データを書《か》き出《だ》したときにサーバーが表示《ひょうじ》した識別値《しきべつち》を見《み》て、打《う》ってください。",
    "サーバーが だした あたいを みて ください。",
    "Type it from what the server printed with the export.",
  ],
  headWrong: [
    "今回《こんかい》返《かえ》したデータの識別値《しきべつち》と違《ちが》います。紙《かみ》や画面《がめん》の値《あたい》を見直《みなお》してください。まだ何《なに》もしていません。",
    "ちがいます。 みなおして ください。 なにも して いません。",
    "Not the identity of the data handed back now. Nothing has been done.",
  ],
  confirmLead: [
    "教育委員会《きょういくいいんかい》が出《だ》した消去《しょうきょ》の指示《しじ》を、二人目《ふたりめ》として確認《かくにん》します。確認《かくにん》した瞬間《しゅんかん》から、取《と》りやめられません。",
    "ふたりめとして たしかめます。 そのあとは やめられません。",
    "You are the second person. From the moment you confirm there is no way back.",
  ],
  confirmDo: ["指示《しじ》を確認《かくにん》する", "たしかめる", "Confirm the order"],
  confirmSure: [
    "確認《かくにん》すると、すべてのデータが消《け》され、だれにも戻《もど》せません。この画面《がめん》も使《つか》えなくなります。本当《ほんとう》によろしいですか。",
    "ぜんぶ きえます。 もどせません。 ほんとうに いいですか。",
    "All data will be erased, and nobody can bring it back. This page goes, too. Are you sure?",
  ],
  confirmYes: [
    "確認《かくにん》して、消去《しょうきょ》を決《き》める",
    "けす ことを きめる",
    "Yes, confirm the erasure",
  ],
  confirmDone: [
    "消去《しょうきょ》が決《き》まりました。もう取《と》りやめられません。",
    "きまりました。 もう やめられません。",
    "The erasure is decided.",
  ],
  beginLead: [
    "受付《うけつけ》を止《と》めると、次《つぎ》のようになります。",
    "とめると、 こう なります。",
    "When you stop:",
  ],
  begin1: [
    "児童生徒《じどうせいと》・保護者《ほごしゃ》・支援者《しえんしゃ》は、すぐにログアウトし、入《はい》れなくなります。",
    "子《こ》どもや おとなは、 ログアウトします。",
    "Pupils, guardians and supporters are signed out at once.",
  ],
  begin2: [
    "教育委員会《きょういくいいんかい》・受託者《じゅたくしゃ》・監査担当《かんさたんとう》だけが、見《み》ることができます。",
    "きめる ひとだけが みられます。",
    "Only the board, the contractor and the auditor may look.",
  ],
  begin3: [
    "何《なに》も消《き》えません。消去《しょうきょ》の指示《しじ》が確認《かくにん》されるまでは、取《と》りやめて元《もと》に戻《もど》せます。",
    "なにも きえません。 やめて もとに もどせます。",
    "Nothing is erased, and until the order is confirmed you can go back to normal use.",
  ],
  beginDo: ["受付《うけつけ》を止《と》める", "うけつけを とめる", "Stop"],
  beginSure: [
    "いま使《つか》っている人《ひと》も、すぐにログアウトします。受付《うけつけ》を止《と》めますか。",
    "みんな ログアウトします。 とめますか。",
    "Whoever is here now is signed out. Stop?",
  ],
  beginYes: ["止《と》める", "とめる", "Yes, stop"],
  beginDone: [
    "受付《うけつけ》を止《と》めました。",
    "うけつけを とめました。",
    "Nothing is taken in any more.",
  ],
  cancel: ["取《と》りやめる", "やめる", "Call it off"],
  cancelLead: [
    "取《と》りやめると、いつもの運用《うんよう》に戻《もど》り、みんながまた入《はい》れます。書《か》き出《だ》した引渡《ひきわた》し用《よう》データは、次《つぎ》に始《はじ》めるときに作《つく》り直《なお》します。",
    "やめると、 いつもどおりに もどります。",
    "Everything goes back to normal use. The data handed back is made anew in the next round.",
  ],
  cancelSure: [
    "契約《けいやく》の終《お》わりの作業《さぎょう》を取《と》りやめ、いつもの運用《うんよう》に戻《もど》しますか。",
    "やめて、 いつもどおりに もどしますか。",
    "Call it off and go back to normal use?",
  ],
  cancelYes: ["取《と》りやめて戻《もど》す", "やめて もどす", "Yes, call it off"],
  cancelDone: [
    "取《と》りやめました。いつもの運用《うんよう》に戻《もど》りました。",
    "やめました。 いつもどおりです。",
    "Called off; back in normal use.",
  ],
  no: ["やめておく", "しない", "No"],
  working: ["送《おく》っています…", "おくって います…", "Sending…"],
  needFile: [
    "ファイルを選《えら》んでください。",
    "ファイルを えらんで ください。",
    "Choose a file.",
  ],
  tooLarge: [
    "ファイルが大《おお》きすぎます。道具《どうぐ》が作《つく》ったファイルを選《えら》んでください。",
    "ファイルが おおきすぎます。",
    "The file is too large. Choose the one that the tool made.",
  ],
  file: ["ファイル", "ファイル", "File"],
  boardName: ["教育委員会《きょういくいいんかい》", "きょういく いいんかい", "Board of education"],
  after: [
    "消去《しょうきょ》のときに起《お》きること",
    "けす ときの こと",
    "What the erasure does",
  ],
  after1: [
    "サーバーの担当者《たんとうしゃ》が、サーバーで root として次《つぎ》のとおりに打《う》ちます。止《と》まっても、もう一度《いちど》打《う》つと続《つづ》きから進《すす》みます。",
    "サーバーの ひとが します。 とまっても、 つづきから すすみます。",
    "The operator types this on the server, as root; cut off, it goes on where it was.",
  ],
  after2: [
    "鍵《かぎ》をこわすときに、いばしょが止《と》まり、この画面《がめん》も使《つか》えなくなります。故障《こしょう》ではありません。",
    "いばしょが とまります。 この がめんも つかえません。",
    "When the keys go, the node stops and this page is gone. That is no fault.",
  ],
  after3: [
    "終《お》わると、サーバーに DATA/leaving/certificate.json と DATA/leaving/certificate.pdf ができます。サーバーの担当者《たんとうしゃ》から自治体《じちたい》が受《う》け取《と》ります。",
    "おわると、 しょうめいしょが できます。 サーバーの ひとから もらって ください。",
    "At the end DATA/leaving/certificate.json and DATA/leaving/certificate.pdf are on the server. The municipality gets them from the operator.",
  ],
  after4: [
    "受《う》け取《と》った certificate.json を道具《どうぐ》と同《おな》じフォルダに置《お》くと、いばしょがなくても、次《つぎ》のように確《たし》かめられます。",
    "しょうめいしょは、 つぎの ように たしかめます。",
    "Put certificate.json beside the tool: it can be checked without Ibasho.",
  ],
  readyLead: [
    "必要《ひつよう》な紙《かみ》や画面《がめん》は、いまのうちに保存《ほぞん》してください。",
    "いるものは、 いま ほぞんして ください。",
    "Save now whatever you need of these pages.",
  ],
} as const satisfies Record<string, Word>;
