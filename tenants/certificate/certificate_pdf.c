/* The certificate of erasure on A4, for the people who file it: the same facts as the signed
 * document, whose SHA-256 it prints; a paper proves nothing that the document does not. */
#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/era.h"
#include "node/base/hex.h"
#include "node/io/pdf.h"
#include "tenants/certificate/certificate_priv.h"

#define TITLE_JA "データ消去証明書"

struct drawing {
    const struct certificate_facts *f;
    struct arena *arena;
    struct pdf *pdf;
    struct fail *why;
    enum err rc; /* the first error; what comes behind it does nothing */
};

static const char *const step_ja[CERT_STEP_N] = {
    [CERT_DRAIN] = "利用の停止",
    [CERT_EXPORTED] = "返還データの書き出し",
    [CERT_RECEIPTED] = "自治体の受領",
    [CERT_GRACE] = "待つ期間（閲覧だけ）",
    [CERT_ORDERED] = "消去の指示",
    [CERT_PEERS_PURGED] = "ほかの拠点の消去",
    [CERT_KEYS_DESTROYED] = "鍵の消去",
    [CERT_CLUSTER_REMOVED] = "データベースの消去",
    [CERT_VOLUME_DISCARDED] = "保存領域の破棄",
    [CERT_BACKUPS_LISTED] = "バックアップの一覧",
    [CERT_SCANNED] = "残りの走査",
};

/* ---- pieces ---- */

static void heading(struct drawing *d, int level, const char *text)
{
    if (d->rc == ERR_OK)
        d->rc = pdf_heading(d->pdf, level, span_text(text), d->why);
}

static void paragraph(struct drawing *d, const char *text)
{
    if (d->rc == ERR_OK)
        d->rc = text == NULL ? fail_set(d->why, ERR_NOMEM, "a paragraph")
                             : pdf_paragraph(d->pdf, span_text(text), d->why);
}

static void begin(struct drawing *d, const struct pdf_column *columns, int n)
{
    if (d->rc == ERR_OK)
        d->rc = pdf_table_begin(d->pdf, columns, n, d->why);
}

static void row(struct drawing *d, const struct span *cells, int n)
{
    for (int i = 0; i < n && d->rc == ERR_OK; i++)
        if (cells[i].p == NULL && cells[i].len > 0)
            d->rc = fail_set(d->why, ERR_NOMEM, "a row");
    if (d->rc == ERR_OK)
        d->rc = pdf_table_row(d->pdf, cells, d->why);
}

static void pair(struct drawing *d, const char *name, const char *value)
{
    const struct span cells[] = {span_text(name), span_text(value)};

    if (value == NULL && d->rc == ERR_OK)
        d->rc = fail_set(d->why, ERR_NOMEM, "a row");
    row(d, cells, 2);
}

static void end(struct drawing *d)
{
    if (d->rc == ERR_OK)
        pdf_table_end(d->pdf);
}

#define say(d, ...) arena_printf((d)->arena, __VA_ARGS__)

/* "2026-11-22 10:02:03" in Japan. */
static const char *when(struct drawing *d, int64_t utc_us)
{
    char text[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, text);
    return say(d, "%.10s %.8s", text, text + 11);
}

/* Hexadecimal digits in groups of 16, so that two people can compare them. */
static const char *groups(struct drawing *d, struct span digits)
{
    char *text = arena_alloc(d->arena, digits.len + digits.len / 16 + 2), *p = text;

    for (size_t i = 0; text != NULL && i < digits.len; i++) {
        if (i > 0 && i % 16 == 0)
            *p++ = ' ';
        *p++ = (char)digits.p[i];
    }
    return text;
}

static const char *id_of(struct drawing *d, struct id id)
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    return say(d, "%s", text);
}

/* 10737418240 as 10,737,418,240. */
static const char *number(struct drawing *d, int64_t n)
{
    if (n < 1000)
        return say(d, "%lld", (long long)n);
    return say(d, "%s,%03lld", number(d, n / 1000), (long long)(n % 1000));
}

/* A method, a kind of place, the state of a key, for who has never seen such a word. */
static const char *term_ja(struct drawing *d, struct span id)
{
    static const char *const terms[][2] = {
        {"overwrite, sync, unlink", "上書きし、ディスクに書き終えてから削除"},
        {"fstrim", "空き領域をディスクごと破棄（fstrim）"},
        {"fill", "空き領域をすべて上書き"},
        {"shared", "ほかと共用のディスクのため、ファイルだけを上書き"},
        {"destroyed", "破棄した"},
        {"volume", "ディスク全体"},
        {"directory", "フォルダ"},
    };

    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++)
        if (span_eq(id, span_text(terms[i][0])))
            return terms[i][1];
    return id.len == 0 ? "（記録なし）" : say(d, "%.*s", SPAN_ARG(id));
}

/* A place or a copy: what it is and where; anything else as it stands. */
static const char *object_in_words(struct drawing *d, struct span value)
{
    struct span kind = canon_member_text(value, "kind", d->arena);
    struct span path = canon_member_text(value, "path", d->arena);

    return path.len == 0 ? say(d, "%.*s", SPAN_ARG(value))
                         : say(d, "%.*s（%s）", SPAN_ARG(path), term_ja(d, kind));
}

/* A value of the facts in words: lists by commas, the members of an object as name and value.
 */
static const char *in_words(struct drawing *d, struct span value)
{
    struct span rest = value, item, text;
    const char *all = "";
    int64_t n;

    if (value.len == 0)
        return "（記録なし）";
    if (canon_text(value, d->arena, &text))
        return text.len == 0 ? "（なし）" : say(d, "%.*s", SPAN_ARG(text));
    if (span_eq(value, SPAN("true")) || span_eq(value, SPAN("false")))
        return value.len == 4 ? "はい" : "いいえ";
    if (canon_int(value, &n))
        return number(d, n);
    if (!canon_is_list(value))
        return object_in_words(d, value);
    while (canon_item(&rest, &item) && all != NULL)
        all = say(d, "%s%s%s", all, *all == '\0' ? "" : "、", in_words(d, item));
    return all != NULL && *all == '\0' ? "（なし）" : all;
}

static const char *fact(struct drawing *d, enum certificate_step step, const char *name)
{
    return in_words(d, canon_member(d->f->steps[step].facts, name));
}

static const char *method(struct drawing *d, enum certificate_step step)
{
    return term_ja(d, canon_member_text(d->f->steps[step].facts, "method", d->arena));
}

static const char *bytes_of(struct drawing *d, enum certificate_step step)
{
    int64_t n = canon_member_int(d->f->steps[step].facts, "n_bytes");

    return n < 0 ? "（記録なし）" : say(d, "%s バイト", number(d, n));
}

static size_t n_items(struct span list)
{
    struct span item;
    size_t n = 0;

    while (canon_item(&list, &item))
        n++;
    return n;
}

/* ---- the parts ---- */

static void put_head(struct drawing *d)
{
    char day[ERA_TEXT_CAP];

    heading(d, 0, TITLE_JA);
    era_date_text(d->f->paper.issued_utc_us, false, day);
    paragraph(d, say(d, "発行日：%s", day));
    paragraph(d, "契約の終了にともない、委託されたデータを自治体に返し、残った分を消去したこと"
                 "を証明します。"
                 "証明は「検証できること」「立会い」「申告」の三つに分けています。");
    if (d->f->n_missing > 0)
        paragraph(d, say(d, "ご注意：受領書のない拠点が %zu あります（４．を見てください）。",
                         d->f->n_missing));
    paragraph(d, say(d, "この紙は、署名つきの証明書（JSON）と同じ内容です。その SHA-256：\n%s",
                     groups(d, span_text(d->f->sha256))));
}

/* A contract as the node named it when its use ended. */
static void put_contract(struct drawing *d, struct span contract)
{
    struct span title = canon_member_text(contract, "title", d->arena);
    struct span contractor = canon_member_text(contract, "contractor", d->arena);
    struct span begins = canon_member_text(contract, "begins_on", d->arena);
    struct span ends = canon_member_text(contract, "ends_on", d->arena);

    pair(d, "契約",
         say(d, "%.*s\n受託者：%.*s\n期間：%.*s から %.*s", SPAN_ARG(title),
             SPAN_ARG(contractor), SPAN_ARG(begins), SPAN_ARG(ends)));
}

static void put_subject(struct drawing *d)
{
    static const struct pdf_column columns[] = {{"項目", 26}, {"内容", 74}};
    const struct certificate *paper = &d->f->paper;
    const struct town_receipt *r = &d->f->receipt;
    const struct town_order *o = &d->f->order;
    const struct span drain = d->f->steps[CERT_DRAIN].facts;
    struct span town = canon_member_text(drain, "town", d->arena);
    struct span rest = canon_member(drain, "contracts"), contract;

    heading(d, 1, "１．対象と関係者");
    begin(d, columns, 2);
    if (town.len > 0)
        pair(d, "自治体", say(d, "%.*s", SPAN_ARG(town)));
    while (canon_item(&rest, &contract))
        put_contract(d, contract);
    pair(d, "拠点", say(d, "%.*s\n%s", SPAN_ARG(paper->origin), id_of(d, paper->node)));
    pair(d, "契約の番号", id_of(d, paper->contract));
    pair(d, "返還データの識別値", groups(d, paper->bag));
    pair(d, "返還データの大きさ",
         say(d, "%s ファイル、%s バイト", number(d, r->n_files), number(d, r->n_bytes)));
    pair(d, "監査記録",
         say(d, "%s 件\n根：%s", number(d, r->log_size), groups(d, r->log_root)));
    pair(d, "自治体の受領",
         say(d, "%s に検査（%.*s）", when(d, r->verified_utc_us), SPAN_ARG(r->tool)));
    pair(d, "消去の指示", say(d, "%s、%.*s", when(d, o->ordered_utc_us), SPAN_ARG(o->by)));
    pair(d, "これまでの集計",
         o->aggregates == TOWN_KEEP ? "都道府県への集計は、そのまま残す"
                                    : "都道府県への集計を、取り下げる");
    pair(d, "自治体の証明書\n（SHA-256）", groups(d, span_text(d->f->town_sha256)));
    end(d);
}

static void put_class(struct drawing *d, enum certificate_class class, const char *title,
                      const char *meaning)
{
    static const struct pdf_column columns[] = {{"番号", 10}, {"証明すること", 90}};
    const struct certificate_claim *at = d->f->paper.claims.at;
    int n = 0;

    heading(d, 2, title);
    paragraph(d, meaning);
    begin(d, columns, 2);
    for (size_t i = 0; i < d->f->paper.claims.n; i++)
        if (at[i].class == (int)class)
            pair(d, say(d, "%d", ++n), say(d, "%.*s", SPAN_ARG(at[i].text)));
    end(d);
}

static void put_claims(struct drawing *d)
{
    heading(d, 1, "２．証明の内容");
    put_class(d, CERT_VERIFIABLE, "（１）検証できること",
              "署名と計算だけで、だれでも、当事者なしに確かめられます。");
    put_class(d, CERT_WITNESSED, "（２）立会い",
              "消去の道具が、その場で見て記録したことです。記録は署名つきで、あとから変えられま"
              "せん。");
    put_class(d, CERT_ATTESTED, "（３）申告",
              "事業者の言葉によることです。計算では確かめられません。");
}

static const char *actor_ja(struct drawing *d, struct span actor)
{
    static const struct {
        const char *is, *ja;
    } kinds[] = {{"commissioner:", "自治体の責任者"},
                 {"contractor:", "事業者の責任者"},
                 {"operator:", "事業者の作業者"},
                 {"node", "拠点のプログラム"}};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t len = strlen(kinds[i].is);

        if (span_has_prefix(actor, span_text(kinds[i].is)))
            return actor.len == len
                       ? kinds[i].ja
                       : say(d, "%s\n%.*s", kinds[i].ja, SPAN_ARG(span_from(actor, len)));
    }
    return say(d, "%.*s", SPAN_ARG(actor));
}

/* What was done and how, in one cell. */
static const char *step_text(struct drawing *d, enum certificate_step step)
{
    struct span facts = d->f->steps[step].facts;

    switch (step) {
    case CERT_EXPORTED:
        return say(d, "%s の表を書き出した",
                   say(d, "%zu", n_items(canon_member(facts, "counts"))));
    case CERT_RECEIPTED:
        return "自治体の道具で検査し、署名した受領書を受け取った";
    case CERT_GRACE:
        return say(d, "%s 日間", fact(d, step, "days"));
    case CERT_ORDERED:
        return "署名のある指示を、二人が確認した";
    case CERT_PEERS_PURGED:
        return say(d, "%zu 拠点のうち %zu 拠点から受領書", d->f->n_peers,
                   d->f->n_peers - d->f->n_missing);
    case CERT_KEYS_DESTROYED:
        return say(d, "方法：%s\n写し：%zu", method(d, step),
                   n_items(canon_member(facts, "copies")));
    case CERT_CLUSTER_REMOVED:
    case CERT_VOLUME_DISCARDED:
        return say(d, "方法：%s\n%s ファイル、%s", method(d, step), fact(d, step, "n_files"),
                   bytes_of(d, step));
    case CERT_BACKUPS_LISTED:
        return say(d, "%zu 個", n_items(canon_member(facts, "backups")));
    case CERT_SCANNED:
        return say(d, "%s を走査し、%s 個の名前を探して %s 件", bytes_of(d, step),
                   fact(d, step, "n_names"), fact(d, step, "n_hits"));
    case CERT_ACTIVE:
    case CERT_DRAIN:
    case CERT_STEP_N:
        break;
    }
    return "新しい利用とほかの拠点とのつながりを止めた";
}

static void put_steps(struct drawing *d)
{
    static const struct pdf_column columns[] = {
        {"手順", 20}, {"日時（日本）", 16}, {"行った人・職", 28}, {"内容と方法", 36}};

    heading(d, 1, "３．経過");
    begin(d, columns, 4);
    for (int i = CERT_DRAIN; i < CERT_STEP_N; i++) {
        const struct certificate_taken *taken = &d->f->steps[i];
        const struct span cells[] = {span_text(step_ja[i]),
                                     span_text(when(d, taken->at_utc_us)),
                                     span_text(actor_ja(d, taken->actor)),
                                     span_text(step_text(d, (enum certificate_step)i))};

        row(d, cells, 4);
    }
    end(d);
}

static void put_peers(struct drawing *d)
{
    static const struct pdf_column columns[] = {{"拠点", 50}, {"受領書", 50}};

    heading(d, 1, "４．ほかの拠点");
    if (d->f->n_peers == 0) {
        paragraph(d, "データを分けていた拠点はありません。");
        return;
    }
    begin(d, columns, 2);
    for (size_t i = 0; i < d->f->n_peers; i++) {
        const struct certificate_peer *peer = &d->f->peers[i];
        int64_t at = 0;
        const char *text = !peer->has_receipt
                               ? say(d, "なし（30日たっても届かない）%s%.*s",
                                     peer->reason.len > 0 ? "：" : "", SPAN_ARG(peer->reason))
                           : canon_time(canon_member(peer->receipt, "cleared_at"), &at)
                               ? say(d, "あり：%s に消去", when(d, at))
                               : "あり";

        pair(d, say(d, "%.*s\n%s", SPAN_ARG(peer->name), id_of(d, peer->node)), text);
    }
    end(d);
}

static void put_ends(struct drawing *d)
{
    static const struct pdf_column columns[] = {{"項目", 26}, {"内容", 74}};
    static const struct pdf_column backups[] = {
        {"バックアップ", 34}, {"大きさ", 18}, {"暗号文の SHA-256", 48}};
    struct span rest = canon_member(d->f->steps[CERT_BACKUPS_LISTED].facts, "backups"), item;

    heading(d, 1, "５．バックアップ");
    if (n_items(rest) == 0)
        paragraph(d, "一覧にあるバックアップはありません。");
    else
        begin(d, backups, 3);
    while (canon_item(&rest, &item)) {
        const char *id = in_words(d, canon_member(item, "id"));
        const char *key = term_ja(d, canon_member_text(item, "key", d->arena));
        const char *n = in_words(d, canon_member(item, "bytes"));
        const struct span cells[] = {
            span_text(say(d, "%s\n鍵：%s", id, key)), span_text(n),
            span_text(groups(d, canon_member_text(item, "sha256", d->arena)))};

        row(d, cells, 3);
    }
    end(d);
    heading(d, 1, "６．残りの走査");
    begin(d, columns, 2);
    pair(d, "走査した場所", fact(d, CERT_SCANNED, "places"));
    pair(d, "大きさ", bytes_of(d, CERT_SCANNED));
    pair(d, "探した目印の名前", say(d, "%s 個", fact(d, CERT_SCANNED, "n_names")));
    pair(d, "見つかった数", say(d, "%s 件", fact(d, CERT_SCANNED, "n_hits")));
    pair(
        d, "走査の道具\n（SHA-256）",
        groups(d, canon_member_text(d->f->steps[CERT_SCANNED].facts, "tool_sha256", d->arena)));
    end(d);
}

static void put_counts(struct drawing *d)
{
    static const struct pdf_column columns[] = {
        {"記録の種類（表の名前）", 52}, {"消去の前（件）", 24}, {"消去の後（件）", 24}};
    struct span rest = canon_member(d->f->steps[CERT_EXPORTED].facts, "counts"), item;

    heading(d, 1, "７．記録の件数");
    paragraph(d, "消去の前の件数は、返還データにある件数です。データベースごと消去したため、消"
                 "去の後は 0 件です。");
    begin(d, columns, 3);
    while (canon_item(&rest, &item)) {
        const struct span cells[] = {canon_member_text(item, "table", d->arena),
                                     span_text(in_words(d, canon_member(item, "n"))),
                                     SPAN("0")};

        row(d, cells, 3);
    }
    end(d);
}

static void put_how(struct drawing *d)
{
    heading(d, 1, "８．確かめ方");
    paragraph(d,
              "署名つきの証明書（JSON）と検査の道具 ibasho_verify.py "
              "があれば、ネットワークなしで確かめられます："
              "「python3 ibasho_verify.py certificate 証明書.json --town 自治体の証明書.pem」。"
              "「正しいデータ消去証明書です」と出て、SHA-256 "
              "がこの紙のものと同じであれば、この紙の内容は証明書のとおりです。");
    paragraph(d, say(d, "消去の鍵（Ed25519、この消去だけに使い、上書きして捨てたもの）：\n%s",
                     groups(d, canon_member_text(d->f->steps[CERT_ORDERED].facts, "erasure_key",
                                                 d->arena))));
}

enum err certificate_pdf(const struct certificate_facts *facts, const char *path,
                         struct arena *arena, struct fail *why)
{
    struct drawing d = {.f = facts, .arena = arena, .why = why, .rc = ERR_OK};

    d.rc = pdf_create(path, TITLE_JA, facts->paper.issued_utc_us, &d.pdf, why);
    put_head(&d);
    put_subject(&d);
    put_claims(&d);
    put_steps(&d);
    put_peers(&d);
    put_ends(&d);
    put_counts(&d);
    put_how(&d);
    if (d.rc == ERR_OK)
        d.rc = pdf_finish(d.pdf, why);
    pdf_destroy(&d.pdf);
    return d.rc;
}
