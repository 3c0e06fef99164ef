#include "node/base/clock.h"
#include "node/base/role.h"
#include "node/db/audit_store.h"
#include "node/db/seal.h"
#include "reporting/log_rows.h"
#include "reporting/log_source.h"
#include "tenants/people/people_index.h"
#include "tenants/rights/rights.h"
#include "tenants/words/words.h"

#define GONE_JA "（本人の鍵とともに消去済み）"

/* $1 the far end, $2 account or NULL, $3 floor or '', $4 and $5 the row before, $6 how many.
 * Columns 0 to 2 are id, time and account. The near end is the row before alone: a second bound
 * on the time would have the index read from there, again for every page. */
#define OF_WHICH(ofwhom) \
    " AND ($2::uuid IS NULL OR " ofwhom ") AND ($3::text = '' OR r.floor = $3::text)"
#define PAGE(ofwhom) \
    " WHERE r.at < $1::timestamptz AND (r.at, r.id) > ($4::timestamptz, $5::uuid)" OF_WHICH( \
        ofwhom) " ORDER BY r.at, r.id LIMIT $6::integer"
#define PAGE_BACK(ofwhom) \
    " WHERE r.at >= $1::timestamptz AND (r.at, r.id) < ($4::timestamptz, $5::uuid)" OF_WHICH( \
        ofwhom) " ORDER BY r.at DESC, r.id DESC LIMIT $6::integer"
#define BY_HIM       "r.account = $2::uuid"
#define BY_OR_TO_HIM "r.account = $2::uuid OR r.to_account = $2::uuid"
#define SESSION_TITLE \
    "CASE WHEN r.session IS NULL THEN '' ELSE coalesce((SELECT s.title FROM place_session s" \
    " WHERE s.session = r.session ORDER BY s.n DESC LIMIT 1), '') END"
#define CHAT_COLUMNS \
    "r.id, r.at, r.account, r.role, r.channel, r.floor, r.copy, r.room, r.session, r.talk," \
    " r.to_account, array_to_string(r.heard, ' '), r.name_sealed, r.text_sealed," \
    " r.masked_sealed, r.categories, r.was_held, r.visit, r.is_anonymous, coalesce((SELECT" \
    " d.act FROM chat_decision d WHERE d.line = r.id ORDER BY d.n DESC LIMIT 1), '')"

static const struct stmt entry_page = {
    "log_entry_page",
    "SELECT r.id, r.at, r.account, r.kind, r.floor, r.copy, r.session, " SESSION_TITLE
    ", r.reason, r.visit, r.is_trial FROM visit_event r" PAGE(BY_HIM)};
static const struct stmt chat_page = {"log_chat_page", "SELECT " CHAT_COLUMNS ", " SESSION_TITLE
                                                       " FROM chat_line r" PAGE(BY_OR_TO_HIM)};
static const struct stmt reaction_page = {
    "log_reaction_page",
    "SELECT r.id, r.at, r.account, r.kind, r.floor, r.copy, r.room, r.session, " SESSION_TITLE
    ", r.visit FROM reaction_event r" PAGE(BY_HIM)};
static const struct stmt voice_page = {
    "log_voice_page",
    "SELECT r.id, r.at, r.account, r.kind, r.floor, r.copy, r.room, r.session, " SESSION_TITLE
    ", r.way, r.by, r.reason, r.to_account, r.talk, r.visit FROM voice_event r" PAGE(
        BY_OR_TO_HIM)};
static const struct stmt lesson_page = {
    "log_lesson_page",
    "SELECT r.id, r.at, r.account, r.kind, r.floor, r.role, r.course_kind, r.reason, r.lesson,"
    " r.course, r.stay, r.visit, r.is_trial, c.id, c.title_sealed FROM lesson_event r LEFT JOIN"
    " class_course c ON c.course = r.course AND c.version = r.course_version" PAGE(BY_HIM)};
/* For the search: nothing but what is looked into; then the lines that were found. */
static const struct stmt chat_before = {
    "log_chat_before",
    "SELECT r.id, r.at, r.text_sealed FROM chat_line r" PAGE_BACK(BY_OR_TO_HIM)};
static const struct stmt chat_lines = {
    "log_chat_lines", "SELECT " CHAT_COLUMNS ", " SESSION_TITLE " FROM chat_line r WHERE r.id ="
                      " ANY ($1::uuid[]) ORDER BY r.at DESC, r.id DESC"};

const struct stmt *const log_source_stmts[LOG_SOURCE_STMTS_N] = {
    &chat_lines,    &entry_page,  &chat_page,  &voice_page,
    &reaction_page, &lesson_page, &chat_before};

/* ---- cells ---- */

/* A cell that found no memory is no empty cell: the row fails. */
static struct span made(const struct log_maker *maker, struct span text)
{
    if (text.p == NULL)
        *maker->is_out_of_memory = true;
    return text;
}

static struct span cell_time(const struct log_maker *maker, int64_t utc_us)
{
    char text[CLOCK_TEXT_CAP];

    clock_tokyo_text(utc_us, text);
    return made(maker, arena_copy(maker->arena, span_text(text)));
}

static struct span cell_id(const struct log_maker *maker, struct id id)
{
    char text[ID_TEXT_CAP];

    if (id_is_none(id))
        return SPAN_NONE;
    id_text(id, text);
    return made(maker, arena_copy(maker->arena, span_text(text)));
}

static struct span cell_number(const struct log_maker *maker, int64_t n)
{
    return made(maker, span_text(arena_printf(maker->arena, "%lld", (long long)n)));
}

static struct span cell_bool(bool is_so)
{
    return is_so ? SPAN("true") : SPAN("false");
}

/* Display name, ID, role: as people_entry has them, or a number for guests. */
static void cells_person(const struct log_maker *maker, struct id account, struct id session,
                         struct span *name_out, struct span *login_out)
{
    const struct people_entry *entry;
    unsigned shows;

    *name_out = *login_out = SPAN_NONE;
    if (id_is_none(account))
        return;
    if (maker->aliases != NULL) {
        unsigned n = log_alias(maker->aliases, account, session);

        *name_out =
            n == 0 ? SPAN("参加者") : span_text(arena_printf(maker->arena, "参加者%u", n));
        return;
    }
    entry = people_find(maker->people, account);
    if (entry == NULL)
        return;
    shows = rights_shows(maker->view, &entry->place, NULL);
    if ((shows & SHOWS_DISPLAY) != 0)
        *name_out = entry->display;
    if ((shows & SHOWS_LOGIN) != 0)
        *login_out = entry->login;
}

/* The name a line was read under: as whoever wrote it may be named. Of somebody who is in the
 * register no more to those who see everybody. */
static bool may_name(const struct log_maker *maker, struct id account)
{
    const struct people_entry *entry = people_find(maker->people, account);

    if (entry == NULL)
        return maker->view->caller.role != ROLE_AUDITOR;
    return (rights_shows(maker->view, &entry->place, NULL) & SHOWS_DISPLAY) != 0;
}

/* ---- a: entries and exits ---- */

static const struct log_column entry_columns[] = {
    {"at", "日時", 0, NULL},
    {"kind", "できごと", 0, "entry=入室|move=フロアの移動|exit=退室|lost=切断"},
    {"floor", "フロア", 0, NULL},
    {"copy", "いくつめの同じフロアか", LOG_BARE, NULL},
    {"session", "会のID", LOG_STAFF_ONLY, NULL},
    {"session_title", "会", 0, NULL},
    {"reason", "退室・切断のわけ", 0,
     "left=本人が出た|page=ページを閉じた|closed=閉室|closing=閉室|access=入れない設定|"
     "ejected=見守りの人が退室させた|cut=回線が切れた|again=切断のあと"},
    {"display_name", "表示名", 0, NULL},
    {"login", "ID", LOG_STAFF_ONLY, NULL},
    {"account", "アカウントのID", LOG_STAFF_ONLY, NULL},
    {"visit", "訪問のID", LOG_STAFF_ONLY, NULL},
    {"is_trial", "体験用のIDか", LOG_BARE, "true=はい|false=いいえ"},
    {"id", "記録のID", LOG_STAFF_ONLY, NULL},
};

static enum err entry_cells(const struct log_maker *maker, const struct db_rows *rows, int i,
                            struct log_cells *out, struct fail *why)
{
    struct span *at = out->at;
    struct id account = db_id(rows, i, 2), session = db_id(rows, i, 6);

    (void)why;
    at[0] = cell_time(maker, db_time(rows, i, 1));
    at[1] = db_bytes(rows, i, 3);
    at[2] = db_bytes(rows, i, 4);
    at[3] = cell_number(maker, db_i64(rows, i, 5));
    at[4] = cell_id(maker, session);
    at[5] = db_bytes(rows, i, 7);
    at[6] = db_bytes(rows, i, 8);
    cells_person(maker, account, session, &at[7], &at[8]);
    at[9] = cell_id(maker, account);
    at[10] = cell_id(maker, db_id(rows, i, 9));
    at[11] = cell_bool(db_bool(rows, i, 10));
    at[12] = cell_id(maker, db_id(rows, i, 0));
    return ERR_OK;
}

/* ---- b: what was written ---- */

static const struct log_column chat_columns[] = {
    {"at", "日時", 0, NULL},
    {"channel", "どこで", 0, "floor=フロア|room=部屋|talk=ふたりの話"},
    {"floor", "フロア", 0, NULL},
    {"copy", "いくつめの同じフロアか", LOG_BARE, NULL},
    {"room", "部屋", 0, NULL},
    {"session", "会のID", LOG_STAFF_ONLY, NULL},
    {"session_title", "会", 0, NULL},
    {"name", "書いたときの名前", 0, NULL},
    {"display_name", "書いた人の表示名", LOG_STAFF_ONLY, NULL},
    {"login", "書いた人のID", LOG_STAFF_ONLY, NULL},
    {"account", "書いた人のアカウントのID", LOG_STAFF_ONLY, NULL},
    {"role", "書いた人の役割", 0, NULL},
    {"to_display_name", "相手の表示名", 0, NULL},
    {"to_login", "相手のID", LOG_STAFF_ONLY, NULL},
    {"to_account", "相手のアカウントのID", LOG_STAFF_ONLY, NULL},
    {"heard", "部屋にいた人のアカウントのID", LOG_STAFF_ONLY, NULL},
    {"shown", "ほかの人に見えた文", 0, NULL},
    {"text", "書かれた文", LOG_STAFF_ONLY, NULL},
    {"categories", "言葉の種類", LOG_STAFF_ONLY, NULL},
    {"was_held", "見守りの人が見てから出した文か", LOG_STAFF_ONLY | LOG_BARE,
     "true=はい|false=いいえ"},
    {"decision", "見守りの人の判断", LOG_STAFF_ONLY,
     "release=出した|keep=出さなかった|hide=あとで隠した"},
    {"talk", "ふたりの話のID", LOG_STAFF_ONLY, NULL},
    {"visit", "訪問のID", LOG_STAFF_ONLY, NULL},
    {"id", "記録のID", LOG_STAFF_ONLY, NULL},
};

/* A text of the row; GONE_JA when its author was erased. */
static enum err open_text(struct keyring *keyring, const struct db_rows *rows, int i,
                          int column, const char *name, struct arena *arena, struct span *out,
                          struct fail *why)
{
    const struct seal_place place = {"chat_line", name, db_id(rows, i, 0)};

    *out = SPAN_NONE;
    if (db_is_null(rows, i, column))
        return ERR_OK;
    return unseal(keyring, &place, db_bytes(rows, i, column), arena, out, why);
}

static enum err open_or_gone(const struct log_maker *maker, const struct db_rows *rows, int i,
                             int column, const char *name, struct span *out, struct fail *why)
{
    enum err rc = open_text(maker->keyring, rows, i, column, name, maker->arena, out, why);

    if (rc != ERR_NOT_FOUND)
        return rc;
    *out = SPAN(GONE_JA);
    return ERR_OK;
}

static struct span categories_ja(const struct log_maker *maker, unsigned categories)
{
    struct span text = SPAN_NONE;

    for (int c = 0; c < (int)WORDS_CATEGORIES_N; c++)
        if ((categories & 1u << c) != 0)
            text =
                made(maker, span_text(arena_printf(maker->arena, "%.*s%s%s", SPAN_ARG(text),
                                                   text.len > 0 ? "、" : "",
                                                   words_category_ja((enum words_category)c))));
    return text;
}

/* Kept back or hidden: others never read it, or do so no more. */
static bool is_unseen(bool was_held, struct span decision)
{
    return span_eq(decision, SPAN("hide")) || (was_held && !span_eq(decision, SPAN("release")));
}

static enum err chat_texts(const struct log_maker *maker, const struct db_rows *rows, int i,
                           struct log_cells *out, struct fail *why)
{
    struct span *at = out->at;
    enum err rc = open_or_gone(maker, rows, i, 12, "name_sealed", &at[7], why);

    if (rc == ERR_OK)
        rc = open_or_gone(maker, rows, i, 13, "text_sealed", &at[17], why);
    at[16] = at[17];
    if (rc == ERR_OK && !db_is_null(rows, i, 14))
        rc = open_or_gone(maker, rows, i, 14, "masked_sealed", &at[16], why);
    if (is_unseen(db_bool(rows, i, 16), db_bytes(rows, i, 19)))
        at[16] = SPAN_NONE;
    return rc;
}

static enum err chat_cells(const struct log_maker *maker, const struct db_rows *rows, int i,
                           struct log_cells *out, struct fail *why)
{
    struct span *at = out->at;
    struct id account = db_id(rows, i, 2), session = db_id(rows, i, 8), to = db_id(rows, i, 10);
    enum err rc = chat_texts(maker, rows, i, out, why);

    at[0] = cell_time(maker, db_time(rows, i, 1));
    at[1] = db_bytes(rows, i, 4);
    at[2] = db_bytes(rows, i, 5);
    at[3] = cell_number(maker, db_i64(rows, i, 6));
    at[4] = db_bytes(rows, i, 7);
    at[5] = cell_id(maker, session);
    at[6] = db_bytes(rows, i, 20);
    cells_person(maker, account, session, &at[8], &at[9]);
    if (maker->aliases != NULL)
        at[7] = at[8];
    else if (!may_name(maker, account))
        at[7] = SPAN_NONE;
    at[10] = cell_id(maker, account);
    at[11] = db_bytes(rows, i, 3);
    cells_person(maker, to, session, &at[12], &at[13]);
    at[14] = cell_id(maker, to);
    at[15] = db_bytes(rows, i, 11);
    at[18] = categories_ja(maker, (unsigned)db_i64(rows, i, 15));
    at[19] = cell_bool(db_bool(rows, i, 16));
    at[20] = db_bytes(rows, i, 19);
    at[21] = cell_id(maker, db_id(rows, i, 9));
    at[22] = cell_id(maker, db_id(rows, i, 17));
    at[23] = cell_id(maker, db_id(rows, i, 0));
    return rc;
}

enum err log_chat_text(struct keyring *keyring, const struct db_rows *rows, int i,
                       struct arena *arena, struct span *text_out, struct fail *why)
{
    return open_text(keyring, rows, i, 2, "text_sealed", arena, text_out, why);
}

/* ---- c: voice: microphones on and off. What was said is nowhere ---- */

static const struct log_column voice_columns[] = {
    {"at", "日時", 0, NULL},
    {"kind", "できごと", 0, "on=オン|off=オフ"},
    {"way", "どこへ", 0, "zone=まわりの人|private=ふたりだけ|announce=フロアの放送"},
    {"by", "だれによるか", 0, "self=本人|staff=職員|place=場所のきまり"},
    {"reason", "わけ", 0,
     "tap=本人が押した|left=出た|moved=場所がかわった|silent=静かな場所に入った|"
     "state=ひとりでいたい、または休けい|rung=声なしの参加にもどした|muted=職員が止めた|"
     "talk=ふたりの話が終わった|line=回線が切れた|restart=プログラムの始動"},
    {"floor", "フロア", 0, NULL},
    {"copy", "いくつめの同じフロアか", LOG_BARE, NULL},
    {"room", "部屋", 0, NULL},
    {"session", "会のID", LOG_STAFF_ONLY, NULL},
    {"session_title", "会", 0, NULL},
    {"display_name", "表示名", 0, NULL},
    {"login", "ID", LOG_STAFF_ONLY, NULL},
    {"account", "アカウントのID", LOG_STAFF_ONLY, NULL},
    {"to_display_name", "相手の表示名", 0, NULL},
    {"to_login", "相手のID", LOG_STAFF_ONLY, NULL},
    {"to_account", "相手のアカウントのID", LOG_STAFF_ONLY, NULL},
    {"talk", "ふたりの話のID", LOG_STAFF_ONLY, NULL},
    {"visit", "訪問のID", LOG_STAFF_ONLY, NULL},
    {"id", "記録のID", LOG_STAFF_ONLY, NULL},
};

static enum err voice_cells(const struct log_maker *maker, const struct db_rows *rows, int i,
                            struct log_cells *out, struct fail *why)
{
    struct span *at = out->at;
    struct id account = db_id(rows, i, 2), session = db_id(rows, i, 7), to = db_id(rows, i, 12);

    (void)why;
    at[0] = cell_time(maker, db_time(rows, i, 1));
    at[1] = db_bytes(rows, i, 3);
    at[2] = db_bytes(rows, i, 9);
    at[3] = db_bytes(rows, i, 10);
    at[4] = db_bytes(rows, i, 11);
    at[5] = db_bytes(rows, i, 4);
    at[6] = cell_number(maker, db_i64(rows, i, 5));
    at[7] = db_bytes(rows, i, 6);
    at[8] = cell_id(maker, session);
    at[9] = db_bytes(rows, i, 8);
    cells_person(maker, account, session, &at[10], &at[11]);
    at[12] = cell_id(maker, account);
    cells_person(maker, to, session, &at[13], &at[14]);
    at[15] = cell_id(maker, to);
    at[16] = cell_id(maker, db_id(rows, i, 13));
    at[17] = cell_id(maker, db_id(rows, i, 14));
    at[18] = cell_id(maker, db_id(rows, i, 0));
    return ERR_OK;
}

/* ---- d: reactions ---- */

static const struct log_column reaction_columns[] = {
    {"at", "日時", 0, NULL},
    {"kind", "リアクション", 0,
     "hello=こんにちは|bye=またね|thanks=ありがとう|sorry=ごめんね|nod=うんうん|good=いいね|"
     "clap=はくしゅ|heart=すき|smile=にこにこ|laugh=わらった|wow=びっくり|think=うーん|"
     "question=はてな|hand=はい|sad=しょんぼり|tired=つかれた|cheer=がんばれ|star=すごい"},
    {"floor", "フロア", 0, NULL},
    {"copy", "いくつめの同じフロアか", LOG_BARE, NULL},
    {"room", "部屋", 0, NULL},
    {"session", "会のID", LOG_STAFF_ONLY, NULL},
    {"session_title", "会", 0, NULL},
    {"display_name", "表示名", 0, NULL},
    {"login", "ID", LOG_STAFF_ONLY, NULL},
    {"account", "アカウントのID", LOG_STAFF_ONLY, NULL},
    {"visit", "訪問のID", LOG_STAFF_ONLY, NULL},
    {"id", "記録のID", LOG_STAFF_ONLY, NULL},
};

static enum err reaction_cells(const struct log_maker *maker, const struct db_rows *rows, int i,
                               struct log_cells *out, struct fail *why)
{
    struct span *at = out->at;
    struct id account = db_id(rows, i, 2), session = db_id(rows, i, 7);

    (void)why;
    at[0] = cell_time(maker, db_time(rows, i, 1));
    at[1] = db_bytes(rows, i, 3);
    at[2] = db_bytes(rows, i, 4);
    at[3] = cell_number(maker, db_i64(rows, i, 5));
    at[4] = db_bytes(rows, i, 6);
    at[5] = cell_id(maker, session);
    at[6] = db_bytes(rows, i, 8);
    cells_person(maker, account, session, &at[7], &at[8]);
    at[9] = cell_id(maker, account);
    at[10] = cell_id(maker, db_id(rows, i, 9));
    at[11] = cell_id(maker, db_id(rows, i, 0));
    return ERR_OK;
}

/* ---- lessons: who was in which ---- */

static const struct log_column lesson_columns[] = {
    {"at", "日時", 0, NULL},
    {"kind", "できごと", 0, "joined=参加|left=退出"},
    {"course_title", "講座名", 0, NULL},
    {"course_kind", "講座の種類", 0, LOG_COURSE_KINDS_JA},
    {"reason", "退出のわけ", 0,
     "self=本人が出た|away=その場所をはなれた|lost=回線が切れた|end=授業が終わった|"
     "stopped=授業が中止された"},
    {"floor", "フロア", 0, NULL},
    {"display_name", "表示名", 0, NULL},
    {"login", "ID", LOG_STAFF_ONLY, NULL},
    {"account", "アカウントのID", LOG_STAFF_ONLY, NULL},
    {"role", "役割", 0, NULL},
    {"lesson", "授業のID", 0, NULL},
    {"course", "講座のID", 0, NULL},
    {"stay", "一回の参加のID", LOG_STAFF_ONLY, NULL},
    {"visit", "訪問のID", LOG_STAFF_ONLY, NULL},
    {"is_trial", "体験用のIDか", LOG_BARE, "true=はい|false=いいえ"},
    {"id", "記録のID", LOG_STAFF_ONLY, NULL},
};

static enum err lesson_cells(const struct log_maker *maker, const struct db_rows *rows, int i,
                             struct log_cells *out, struct fail *why)
{
    const struct seal_place title = {"class_course", "title_sealed", db_id(rows, i, 13)};
    struct span *at = out->at;
    struct id account = db_id(rows, i, 2);
    enum err rc = ERR_OK;

    at[0] = cell_time(maker, db_time(rows, i, 1));
    at[1] = db_bytes(rows, i, 3);
    if (!db_is_null(rows, i, 14))
        rc = unseal(maker->keyring, &title, db_bytes(rows, i, 14), maker->arena, &at[2], why);
    at[3] = db_bytes(rows, i, 6);
    at[4] = db_bytes(rows, i, 7);
    at[5] = db_bytes(rows, i, 4);
    cells_person(maker, account, ID_NONE, &at[6], &at[7]);
    at[8] = cell_id(maker, account);
    at[9] = db_bytes(rows, i, 5);
    at[10] = cell_id(maker, db_id(rows, i, 8));
    at[11] = cell_id(maker, db_id(rows, i, 9));
    at[12] = cell_id(maker, db_id(rows, i, 10));
    at[13] = cell_id(maker, db_id(rows, i, 11));
    at[14] = cell_bool(db_bool(rows, i, 12));
    at[15] = cell_id(maker, db_id(rows, i, 0));
    return rc;
}

#define N(columns) (sizeof(columns) / sizeof(columns)[0])
_Static_assert(N(chat_columns) <= LOG_COLUMNS_MOST, "struct log_cells holds them");

const struct log_source log_sources[LOG_KINDS_N] = {
    {LOG_ENTRY, "entry", "入退室", entry_columns, N(entry_columns), &entry_page, entry_cells},
    {LOG_CHAT, "chat", "文字チャット", chat_columns, N(chat_columns), &chat_page, chat_cells},
    {LOG_VOICE, "voice", "音声チャット", voice_columns, N(voice_columns), &voice_page,
     voice_cells},
    {LOG_REACTION, "reaction", "リアクション", reaction_columns, N(reaction_columns),
     &reaction_page, reaction_cells},
    {LOG_LESSON, "lesson", "授業への参加", lesson_columns, N(lesson_columns), &lesson_page,
     lesson_cells},
};

struct span log_word_ja(const struct log_column *column, struct span code)
{
    const char *p = column->words_ja;

    while (p != NULL && *p != '\0') {
        size_t len = strcspn(p, "|");
        const char *is = memchr(p, '=', len);

        if (is != NULL && span_eq(span_of(p, (size_t)(is - p)), code))
            return span_of(is + 1, len - (size_t)(is + 1 - p));
        p += len + (p[len] == '|' ? 1 : 0);
    }
    return code;
}

/* ---- pages ---- */

struct log_place log_place_first(const struct log_ask *ask)
{
    return (struct log_place){.at_utc_us = ask->from_utc_us};
}

struct log_place log_place_of(const struct db_rows *rows, int i)
{
    return (struct log_place){db_time(rows, i, 1), db_id(rows, i, 0)};
}

/* A place without an id lies before every row of its time. */
static enum err run_page(const struct stmt *stmt, struct db *db, const struct log_ask *ask,
                         int64_t end_utc_us, const struct log_place *place, int n_cap,
                         struct db_rows **rows_out, struct fail *why)
{
    static const struct id least = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    struct db_args args;

    db_args_init(&args);
    db_arg_time(&args, end_utc_us);
    db_arg_id(&args, ask->account);
    db_arg_text(&args, ask->floor);
    db_arg_time(&args, place->at_utc_us);
    db_arg_id(&args, id_is_none(place->id) ? least : place->id);
    db_arg_i32(&args, n_cap);
    return db_run(db, stmt, &args, rows_out, why);
}

enum err log_source_page(const struct log_source *source, struct db *db,
                         const struct log_ask *ask, const struct log_place *after, int n_cap,
                         struct db_rows **rows_out, struct fail *why)
{
    *rows_out = NULL;
    return run_page(source->page, db, ask, ask->until_utc_us, after, n_cap, rows_out, why);
}

enum err log_chat_before(struct db *db, const struct log_ask *ask,
                         const struct log_place *before, int n_cap, struct db_rows **rows_out,
                         struct fail *why)
{
    return run_page(&chat_before, db, ask, ask->from_utc_us, before, n_cap, rows_out, why);
}

enum err log_chat_lines(struct db *db, const struct id *lines, size_t n, struct arena *arena,
                        struct db_rows **rows_out, struct fail *why)
{
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = store_arg_ids(&args, lines, n, arena, why);
    return rc == ERR_OK ? db_run(db, &chat_lines, &args, rows_out, why) : rc;
}
