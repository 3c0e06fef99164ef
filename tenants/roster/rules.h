/* tenants/roster/rules.h - every rule a roster package is checked against: X(name, id,
 * severity, sentence). An id never changes its meaning; a sentence says what is wrong and what
 * to do, and never quotes a value. E: the package is refused; W: it may be imported. Threads:
 * const data. */
#ifndef TENANTS_ROSTER_RULES_H
#define TENANTS_ROSTER_RULES_H

#define ROSTER_RULES_ZIP(X) \
    X(ZIP_BROKEN, "zip.broken", E, \
      "ZIPファイルとして読めません。ファイルが壊れているか、ZIPではありません。作り直してくだ" \
      "さい。") \
    X(ZIP_ENCRYPTED, "zip.encrypted", E, \
      "パスワード（暗号）がかかっています。パスワードをかけずにZIPを作り直してください。") \
    X(ZIP_DOUBLED, "zip.doubled", E, \
      "同じ名前のファイルがZIPの中に2つ以上あります。1つにしてください。") \
    X(ZIP_PATH, "zip.path", E, \
      "ファイルの名前に使えない文字や場所の指定があります。ファイル名だけにして作り直してくだ" \
      "さい。") \
    X(ZIP_FOLDER, "zip.folder", E, \
      "ZIPの中にフォルダーがあります。フォルダーごとではなく、CSVファイルだけを選んでZIPにし" \
      "てください。") \
    X(ZIP_KIND, "zip.kind", E, \
      "ZIPの中に、ふつうのファイルではないもの（リンクなど）があります。取り除いてください。") \
    X(ZIP_METHOD, "zip.method", E, \
      "圧縮の方式が使えません。標準の方式（Deflate）でZIPを作り直してください。") \
    X(ZIP_COUNT, "zip.count", E, \
      "ZIPの中のファイルの数が多すぎます。名簿のCSVだけにしてください。") \
    X(ZIP_SIZE, "zip.size", E, \
      "ZIPファイルが大きすぎます。名簿のCSVだけにするか、学校ごとに分けてください。") \
    X(ZIP_FILE_SIZE, "zip.file_size", E, \
      "ZIPの中のファイルが大きすぎます。学校ごとに分けてください。") \
    X(ZIP_TOTAL_SIZE, "zip.total_size", E, \
      "広げたときの合計の大きさが上限を超えます。学校ごとに分けてください。") \
    X(ZIP_RATIO, "zip.ratio", E, \
      "圧縮の割合が大きすぎるため、安全のため開きません。CSVファイルからZIPを作り直してくださ" \
      "い。") \
    X(ZIP_DIFFERS, "zip.differs", E, \
      "記されている大きさや検査の値と中身が合いません。ZIPを作り直してください。") \
    X(ZIP_UNKNOWN, "zip.unknown", W, "名簿にないファイルです。読まずに進みます。")

#define ROSTER_RULES_CSV(X) \
    X(CSV_UTF16, "csv.utf16", E, \
      "文字コードがUTF-16です。UTF-8（BOMなし）で保存し直してください。") \
    X(CSV_UTF8, "csv.utf8", E, \
      "UTF-8ではない文字があります。文字コードをUTF-8にして保存し直してください。") \
    X(CSV_NUL, "csv.nul", E, "文字ではないデータ（NUL）が入っています。取り除いてください。") \
    X(CSV_QUOTE_OPEN, "csv.quote_open", E, \
      "引用符（\"）が閉じていません。項目の終わりに引用符を付けてください。") \
    X(CSV_QUOTE_INSIDE, "csv.quote_inside", E, \
      "引用符（\"）の位置が正しくありません。項目全体を引用符で囲み、中の引用符は2つ重ねてく" \
      "ださい。") \
    X(CSV_LINE_BREAK, "csv.line_break", E, \
      "項目の中に改行があります。改行を取り除いてください。") \
    X(CSV_BARE_CR, "csv.bare_cr", E, \
      "行の終わりが正しくありません。改行をCRLFまたはLFにしてください。") \
    X(CSV_FIELD_LONG, "csv.field_long", E, "項目が長すぎます。短くしてください。") \
    X(CSV_N_FIELDS, "csv.n_fields", E, \
      "項目の数が見出しの数と合いません。カンマの数を確かめてください。") \
    X(CSV_N_ROWS, "csv.n_rows", E, "行の数が上限を超えています。学校ごとに分けてください。") \
    X(CSV_BLANK, "csv.blank", W, "空の行があります。読まずに進みます。") \
    X(FILE_EMPTY, "file.empty", E, \
      "見出しの行がありません。見出しの行から始まるファイルにしてください。") \
    X(FILE_NO_ROWS, "file.no_rows", E, \
      "データの行がありません。送るものがないときは、manifest." \
      "csvでabsentにしてファイルを外してください。") \
    X(HEADER_MISSING, "header.missing", E, \
      "必要な見出しがありません。見出しを追加してください。") \
    X(HEADER_SHOULD, "header.should", W, \
      "日本の標準（Japan Profile）の見出しがありません。空として進みます。") \
    X(HEADER_ORDER, "header.order", E, \
      "見出しの順番が標準と違います。標準の順番に並べてください。") \
    X(HEADER_DOUBLED, "header.doubled", E, "同じ見出しが2つあります。1つにしてください。") \
    X(HEADER_CASE, "header.case", E, \
      "見出しの大文字・小文字や空白が標準と違います。標準のとおりに書いてください。") \
    X(HEADER_EXTRA, "header.extra", W, "標準にない見出しです。この列は読まずに進みます。")

#define ROSTER_RULES_MANIFEST(X) \
    X(MANIFEST_MISSING, "manifest.missing", E, \
      "manifest.csvがありません。ZIPのいちばん上に入れてください。") \
    X(MANIFEST_PROPERTY, "manifest.property", E, \
      "必要な項目（propertyName）が足りません。21のfile." \
      "項目とバージョンをすべて書いてください。") \
    X(MANIFEST_DOUBLED, "manifest.doubled", E, \
      "同じpropertyNameが2回あります。1つにしてください。") \
    X(MANIFEST_UNKNOWN, "manifest.unknown", W, "標準にないfile.項目です。読まずに進みます。") \
    X(MANIFEST_VERSION, "manifest.version", E, \
      "manifest.versionは1.0でなければなりません。1.0にしてください。") \
    X(MANIFEST_ONEROSTER, "manifest.oneroster_version", E, \
      "oneroster.versionは1.2、1.2.1、1.2_JPのどれかにしてください。") \
    X(MANIFEST_VALUE, "manifest.value", E, "値はabsentまたはbulkにしてください。") \
    X(MANIFEST_DELTA, "manifest.delta", E, \
      "差分（delta）は受け取れません。全件（bulk）で出し直してください。") \
    X(MANIFEST_NOT_SENT, "manifest.not_sent", E, \
      "bulkと書かれたファイルがZIPの中にありません。ファイルを入れるか、absentにしてください" \
      "。") \
    X(MANIFEST_NOT_TOLD, "manifest.not_told", E, \
      "absentと書かれたファイルがZIPの中にあります。bulkにするか、ファイルを外してください。") \
    X(MANIFEST_NEEDS, "manifest.needs", E, \
      "ほかのファイルが参照しているのに、このファイルが送られていません。いっしょに入れてくだ" \
      "さい。") \
    X(MANIFEST_UNUSED, "manifest.unused", W, "このファイルは使いません。読まずに進みます。") \
    X(MANIFEST_SOURCE, "manifest.source", W, \
      "出力元の情報（source.systemName、source." \
      "systemCode）がありません。できれば書いてください。")

#define ROSTER_RULES_FIELD(X) \
    X(BULK_STATUS, "bulk.status", E, "全件（bulk）ではstatusは空にしてください。") \
    X(BULK_MODIFIED, "bulk.modified", E, \
      "全件（bulk）ではdateLastModifiedは空にしてください。") \
    X(FIELD_MISSING, "field.missing", E, "必要な値が空です。値を入れてください。") \
    X(FIELD_BLANKS, "field.blanks", W, \
      "値の前か後ろに余分な空白があります。空白を取り除いた形で取り込みます。") \
    X(FIELD_CONTROL, "field.control", E, \
      "目に見えない制御文字が入っています。取り除いてください。") \
    X(FIELD_INVISIBLE, "field.invisible", W, \
      "見えない文字や分かれた濁点などがあります。整えた形で取り込みます。") \
    X(FIELD_FORMULA, "field.formula", W, \
      "表計算ソフトが計算式とみなす書き出しです。文字として取り込み、書き出すときは計算されな" \
      "いようにします。") \
    X(TEXT_HALFWIDTH, "text.halfwidth", E, "半角カタカナがあります。全角に直してください。") \
    X(ID_DOUBLED, "id.doubled", E, \
      "同じsourcedIdの行がすでにあります。1件ごとに違うsourcedIdにしてください。") \
    X(ID_FORM, "id.form", W, \
      "sourcedIdがUUID（v4）の形ではありません。このまま使えますが、年度をまたいで変えないで" \
      "ください。") \
    X(ID_CASE, "id.case", W, "sourcedIdに大文字があります。小文字で出すのが標準です。") \
    X(REFERENCE_UNKNOWN, "reference.unknown", E, \
      "参照先のsourcedIdが見つかりません。参照先の行を入れるか、値を直してください。") \
    X(REFERENCE_DOUBLED, "reference.doubled", W, \
      "同じ参照先が2回あります。1つとして取り込みます。") \
    X(LIST_FORM, "list.form", E, \
      "カンマで区切った値の中に空の値や余分な空白があります。取り除いてください。") \
    X(VALUE_CHOICE, "value.choice", E, \
      "決められた値ではありません。標準の値に直してください。") \
    X(VALUE_CASE, "value.case", E, \
      "値の大文字・小文字が標準と違います。標準のとおりに書いてください。") \
    X(VALUE_EXTENSION, "value.extension", W, \
      "独自の値（ext:）です。「その他」として取り込みます。") \
    X(NUMBER_FORM, "number.form", E, "数字ではありません。半角の数字で書いてください。") \
    X(DATE_FORM, "date.form", E, \
      "日付の形ではないか、ない日付です。2026-04-01のように書いてください。") \
    X(DATE_ORDER, "date.order", E, "終わりの日が始まりの日より前です。日付を直してください。") \
    X(DATE_OUTSIDE, "date.outside", W, \
      "日付が年度（4月1日から3月31日）の外にあります。正しいか確かめてください。") \
    X(GRADE_CODE, "grade.code", E, \
      "学年コードが違います。P1〜P6、J1〜J3、H1〜H3、E1〜E3で書いてください。") \
    X(MAIL_FORM, "mail.form", W, \
      "メールアドレスの形ではありません。正しいか確かめてください。") \
    X(SECRET_PRESENT, "secret.present", W, \
      "パスワードが入っています。受け取らず、すぐに捨てます。次からは空にしてください。")

#define ROSTER_RULES_PLACE(X) \
    X(SESSION_TYPE, "sessions.type", E, "typeはschoolYearにしてください。") \
    X(SESSION_TITLE, "sessions.title", W, \
      "titleは「2026年度」のように西暦4けたと「年度」で書くのが標準です。") \
    X(SESSION_START, "sessions.start", E, "年度の始まりは4月1日にしてください。") \
    X(SESSION_END, "sessions.end", E, "年度の終わりは次の年の3月31日にしてください。") \
    X(SESSION_YEAR, "sessions.year", W, \
      "schoolYearと始まりの日の年が合いません。始まりの日の年を年度として使います。") \
    X(ORG_DISTRICT_PARENT, "orgs.district_parent", E, \
      "教育委員会（district）に親の組織は書けません。parentSourcedIdを空にしてください。") \
    X(ORG_PARENT_SELF, "orgs.parent_self", E, \
      "親の組織をたどると自分に戻ります。parentSourcedIdを直してください。") \
    X(ORG_PARENT_KIND, "orgs.parent_kind", W, \
      "学校の親は教育委員会（district）にするのが標準です。正しいか確かめてください。") \
    X(ORG_NO_SCHOOL, "orgs.no_school", W, \
      "学校（school）が1つもありません。正しいか確かめてください。") \
    X(ORG_SCHOOL_CODE, "orgs.school_code", W, \
      "学校コードの形（13文字）ではありません。正しいか確かめてください。") \
    X(ORG_SCHOOL_DIGIT, "orgs.school_digit", W, \
      "学校コードの検査数字が合いません。打ちまちがいがないか確かめてください。") \
    X(ORG_BOARD_CODE, "orgs.board_code", W, \
      "教育委員会コードの形（6けたの数字）ではありません。正しいか確かめてください。") \
    X(ORG_CODE_DOUBLED, "orgs.code_doubled", W, \
      "同じコードの組織がほかにもあります。正しいか確かめてください。") \
    X(COURSE_TITLE, "courses.title", W, \
      "titleは「2026年度」のように年度で始めるのが標準です。") \
    X(COURSE_CODE, "courses.code", E, "courseCodeは空にしてください。") \
    X(SUBJECTS_COUNT, "subjects.count", E, \
      "subjectsとsubjectCodesの数が合いません。同じ数にしてください。") \
    X(SCHOOL_KIND, "school.kind", E, \
      "schoolSourcedIdは学校（school）でなければなりません。学校のsourcedIdにしてください。") \
    X(CLASS_COURSE_YEAR, "classes.course_year", W, \
      "クラスの年度とコースの年度が違います。正しいか確かめてください。") \
    X(CLASS_COURSE_SCHOOL, "classes.course_school", W, \
      "コースの組織が、クラスの学校でもその親でもありません。正しいか確かめてください。")

#define ROSTER_RULES_PEOPLE(X) \
    X(MASTER_MISSING, "users.master.missing", W, \
      "userMasterIdentifierが空です。出力元で入れられるか確かめてください。") \
    X(MASTER_FORM, "users.master.form", W, \
      "userMasterIdentifierがUUID（v4）の形ではありません。正しいか確かめてください。") \
    X(MASTER_DOUBLED, "users.master.doubled", E, \
      "同じuserMasterIdentifierの人がほかにもいます。1人に1つにしてください。") \
    X(USERNAME_DOUBLED, "users.username.doubled", W, \
      "同じusernameの人がほかにもいます。正しいか確かめてください。") \
    X(KANA_MISSING, "users.kana.missing", W, \
      "ふりがなが空です。検索と印刷に使うので、入れてください。") \
    X(KANA_HALFWIDTH, "users.kana.halfwidth", E, \
      "ふりがなに半角カタカナがあります。全角に直してください。") \
    X(KANA_SCRIPT, "users.kana.script", W, \
      "ふりがなに、ひらがな・カタカナ以外の文字があります。正しいか確かめてください。") \
    X(PREFERRED_MISSING, "users.preferred.missing", W, \
      "ふだん使う名前（preferred）が空です。姓名と同じでよければ、同じ値を入れてください。") \
    X(USER_NO_ROLE, "users.no_role", E, \
      "roles.csvにこの人の役割がありません。役割の行を入れてください。") \
    X(USER_GRADE_MISSING, "users.grade.missing", W, \
      "児童生徒の学年が空です。学年コードを入れてください。") \
    X(USER_GRADE_MANY, "users.grade.many", W, \
      "学年が2つ以上あります。はじめの1つを使います。") \
    X(USER_AGENT_SELF, "users.agent.self", E, \
      "保護者などの欄に本人が入っています。取り除いてください。") \
    X(USER_AGENT_ROLE, "users.agent.role", W, \
      "児童生徒の保護者などの欄に、保護者（guardian）ではない人がいます。正しいか確かめてくだ" \
      "さい。") \
    X(USER_HOME_KIND, "users.home_class.kind", W, \
      "ホームルームの欄が、ホームルーム（homeroom）ではないクラスを指しています。") \
    X(USER_ORG_ROLE, "users.primary_org.role", W, \
      "主な所属の組織に、この人の役割がありません。正しいか確かめてください。") \
    X(ROLE_DOUBLED, "roles.doubled", E, \
      "同じ人・同じ組織・同じ役割の行がすでにあります。1つにしてください。") \
    X(ROLE_PRIMARY_DOUBLED, "roles.primary.doubled", E, \
      "同じ組織で主な役割（primary）が2つあります。組織ごとに1つにしてください。") \
    X(ROLE_PRIMARY_MISSING, "roles.primary.missing", E, \
      "この人には主な役割（primary）がありません。1つをprimaryにしてください。") \
    X(ROLE_STUDENT_ORG, "roles.student.org", W, \
      "児童生徒の所属が学校（school）ではありません。正しいか確かめてください。") \
    X(ENROLMENT_DOUBLED, "enrollments.doubled", E, \
      "同じ人・同じクラス・同じ役割の行がすでにあります。1つにしてください。") \
    X(ENROLMENT_SCHOOL, "enrollments.school", E, \
      "クラスの学校とschoolSourcedIdが違います。どちらかを直してください。") \
    X(ENROLMENT_PRIMARY, "enrollments.primary", E, \
      "primaryをtrueにできるのは教員（teacher）だけです。falseにしてください。") \
    X(ENROLMENT_PRIMARY_MISSING, "enrollments.primary.missing", W, \
      "primaryが空です。falseとして取り込みます。") \
    X(ENROLMENT_ROLE, "enrollments.role", W, \
      "クラスでの役割が、roles.csvの役割と合いません。正しいか確かめてください。") \
    X(ENROLMENT_HOMEROOMS, "enrollments.homerooms", W, \
      "この児童生徒はホームルームが2つ以上あります。正しいか確かめてください。") \
    X(ENROLMENT_USER_SCHOOL, "enrollments.user_school", W, \
      "この人はこの学校での役割がありません。正しいか確かめてください。") \
    X(ENROLMENT_NUMBER, "enrollments.number.doubled", W, \
      "同じホームルームに同じ出席番号の人がいます。正しいか確かめてください。") \
    X(DEMOGRAPHICS, "demographics.unused", W, \
      "demographics." \
      "csvは必要のない個人情報なので、取り込まずに捨てます。次からは外してください。")

#define ROSTER_RULES(X) \
    ROSTER_RULES_ZIP(X) \
    ROSTER_RULES_CSV(X) \
    ROSTER_RULES_MANIFEST(X) \
    ROSTER_RULES_FIELD(X) \
    ROSTER_RULES_PLACE(X) \
    ROSTER_RULES_PEOPLE(X)

#endif
