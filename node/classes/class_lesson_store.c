#include "node/classes/class_lesson_store.h"

#include <stdlib.h>

#include "node/base/jx_scalar.h"
#include "node/classes/class_rows.h"
#include "node/classes/class_store_common.h"

#define TABLE CLASS_LESSON_TABLE
/* The staff as one text, "main:ID,sub:ID,support:ID", by part and id. */
#define COLUMNS \
    "id, n, lesson, version, to_char(day, 'YYYY-MM-DD'), slot, from_at, to_at, course, floor," \
    " area, places, sub_supports, is_cancelled, link_sealed, at, by, role, coalesce((SELECT" \
    " string_agg(s.part || ':' || s.account::text, ',' ORDER BY s.part, s.account) FROM" \
    " class_lesson_staff s WHERE s.lesson_version = class_lesson.id), ''), main_at"
#define PART_MOST 8
#define STAFF_CAP ((CLASS_SUPPORTERS_MOST + 2) * (PART_MOST + ID_TEXT_CAP + 1))

static const struct stmt lesson_add = {
    "class_lesson_add",
    "INSERT INTO class_lesson (id, n, lesson, version, day, slot, from_at, to_at, course,"
    " floor, area, places, sub_supports, is_cancelled, link_sealed, at, by, role, main_at)"
    " VALUES"
    " ($1::uuid, (SELECT coalesce(max(n), 0) + 1 FROM class_lesson), $2::uuid, (SELECT"
    " coalesce(max(version), 0) + 1 FROM class_lesson WHERE lesson = $2::uuid),"
    " $3::text::date, $4::integer, $5::timestamptz, $6::timestamptz, $7::uuid, $8::text,"
    " $9::text, $10::integer, $11::boolean, $12::boolean, $13::bytea, $14::timestamptz,"
    " $15::uuid, $16::text, $17::uuid) RETURNING n, version"};
static const struct stmt staff_add = {
    "class_lesson_staff_add", "INSERT INTO class_lesson_staff (lesson_version, part, account)"
                              " VALUES ($1::uuid, $2::text, $3::uuid)"};
static const struct stmt lesson_whose = {
    "class_lesson_whose", "SELECT by, lesson::text FROM class_lesson WHERE id = $1::uuid"};
static const struct stmt lesson_list = {
    "class_lesson_list",
    "SELECT " COLUMNS " FROM class_lesson WHERE id IN (SELECT DISTINCT ON (lesson) v.id FROM"
    " class_lesson v WHERE v.lesson IN (SELECT o.lesson FROM class_lesson o WHERE o.day BETWEEN"
    " $1::text::date AND $2::text::date OR o.lesson = $4::uuid) ORDER BY lesson, version DESC)"
    " AND (lesson = $4::uuid OR day BETWEEN $1::text::date AND $2::text::date) AND"
    " (NOT is_cancelled OR $3::boolean) ORDER BY day, slot, lesson"};
static const struct stmt lesson_accounts = {
    "class_lesson_accounts",
    "SELECT id, role, state IN ('issued', 'active') FROM account WHERE state <> 'closed' AND"
    " role IN ('supporter', 'instructor', 'guest_teacher') ORDER BY id"};
static const struct stmt lesson_leaves = {
    "class_lesson_leaves", "SELECT " COLUMNS " FROM class_lesson WHERE id = ANY ($1::uuid[])"};
static const struct stmt lesson_extra = {
    "class_lesson_extra", "SELECT c.id FROM class_lesson c WHERE NOT EXISTS (SELECT FROM"
                          " audit_leaf l WHERE l.row_id = c.id AND l.table_name ="
                          " 'class_lesson')"};

const struct stmt *const class_lesson_stmts[CLASS_LESSON_STMTS_N] = {
    &lesson_add,      &staff_add,     &lesson_whose, &lesson_list,
    &lesson_accounts, &lesson_leaves, &lesson_extra};

static const struct data_column columns[] = {
    {"id", "この版のID", false},
    {"n", "通し番号", false},
    {"lesson", "どの授業か", false},
    {"version", "授業の版", false},
    {"day", "どの日か", false},
    {"slot", "何コマめか", false},
    {"from_at", "始まる時刻（この版を書いたときのコマ）", false},
    {"to_at", "終わる時刻（この版を書いたときのコマ）", false},
    {"course", "どの講座か", false},
    {"floor", "どのフロアか", false},
    {"area", "どの区画か（空はフロア全体）", false},
    {"places", "定員（空は講座のとおり）", false},
    {"sub_supports", "サブ授業者がオンライン支援員を兼ねるか", false},
    {"is_cancelled", "とりやめたか", false},
    {"link_sealed", "Web会議のリンク（記録のかぎ）", true},
    {"main_at", "主催の自治体（ノードのID。空は自分の授業）", false},
    WHO_COLUMNS_JA,
    {NULL, NULL, false},
};
static const struct data_column staff_columns[] = {
    {"lesson_version", "授業のどの版か", false},
    {"part", "役（mainメイン授業者・subサブ授業者・supportオンライン支援員）", false},
    {"account", "だれが（アカウントのID）", false},
    {NULL, NULL, false},
};

const struct data_table class_lesson_tables[CLASS_LESSON_TABLES_N] = {
    {
        .name = TABLE,
        .meaning_ja = "授業の計画（版ごと）",
        .purpose_ja = "いつ、どの講座を、どこで行うかを定め、だれがいつ変えたかを残すため",
        .ground_ja = "委託契約（オンライン授業の実施）",
        .purpose_en = "lessons in versions: a course in a slot; links under a record key",
        .key_of = KEY_OF_RECORD,
        .mention_columns = "by",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .is_audit_leaf = true,
        .columns = columns,
    },
    {
        .name = "class_lesson_staff",
        .meaning_ja = "授業の計画での役",
        .purpose_ja = "授業者と支援員の2名体制を確かめるため",
        .ground_ja = "委託契約（授業時の支援体制）",
        .purpose_en = "who has which part in a lesson's version; bound by that version's leaf",
        .key_of = KEY_OF_NONE,
        .mention_columns = "account",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = staff_columns,
    },
};

/* ---- staff as text ---- */

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

static size_t put_staff(char *text, size_t len, enum class_part part, struct id account)
{
    char id[ID_TEXT_CAP];
    struct span name = jx_choice_at(CLASS_PARTS, (int)part);

    if (id_is_none(account))
        return len;
    if (len > 0)
        text[len++] = ',';
    memcpy(text + len, name.p, name.len);
    len += name.len;
    text[len++] = ':';
    id_text(account, id);
    memcpy(text + len, id, ID_TEXT_CAP - 1);
    return len + ID_TEXT_CAP - 1;
}

static struct span staff_text(const struct class_team *team, char text[STAFF_CAP])
{
    struct id sorted[CLASS_SUPPORTERS_MOST];
    size_t n = (size_t)team->n_supporters, len = 0;

    memcpy(sorted, team->supporters, sizeof sorted);
    qsort(sorted, n, sizeof *sorted, compare_ids);
    len = put_staff(text, len, CLASS_MAIN, team->main);
    len = put_staff(text, len, CLASS_SUB, team->sub);
    for (size_t i = 0; i < n; i++)
        len = put_staff(text, len, CLASS_SUPPORT, sorted[i]);
    return span_of(text, len);
}

static bool take_staff(struct class_team *team, int part, struct id account)
{
    if (part == CLASS_MAIN)
        team->main = account;
    else if (part == CLASS_SUB)
        team->sub = account;
    else if (part == CLASS_SUPPORT && team->n_supporters < CLASS_SUPPORTERS_MOST)
        team->supporters[team->n_supporters++] = account;
    else
        return false;
    return true;
}

static bool read_staff(struct span text, struct class_team *team)
{
    while (text.len > 0) {
        const uint8_t *colon = memchr(text.p, ':', text.len);
        size_t n = colon == NULL ? 0 : (size_t)(colon - text.p);
        struct id account;

        if (colon == NULL ||
            id_parse(span_cut(text, n + 1, ID_TEXT_CAP - 1), &account, NULL) != ERR_OK ||
            !take_staff(team, jx_choice_find(CLASS_PARTS, span_cut(text, 0, n)), account))
            return false;
        text = span_from(text, n + 1 + ID_TEXT_CAP);
    }
    return true;
}

/* ---- the leaf ---- */

struct leaf {
    struct class_lesson_row row;
    struct span day, staff;
    bool has_area, has_link, has_main_at, has_by;
};
static const struct jx_field leaf_fields[] = {
    LEAF_FIELD(leaf, "id", JX_ID, row.id),
    LEAF_FIELD(leaf, "n", JX_INT, row.n),
    LEAF_FIELD(leaf, "lesson", JX_ID, row.lesson),
    LEAF_FIELD(leaf, "version", JX_INT, row.version),
    LEAF_FIELD(leaf, "day", JX_TEXT, day),
    LEAF_FIELD(leaf, "slot", JX_INT, row.slot),
    LEAF_FIELD(leaf, "from_at", JX_TIME, row.from_utc_us),
    LEAF_FIELD(leaf, "to_at", JX_TIME, row.to_utc_us),
    LEAF_FIELD(leaf, "course", JX_ID, row.course),
    LEAF_FIELD(leaf, "floor", JX_TEXT, row.floor),
    LEAF_FIELD_IF(leaf, "area", JX_TEXT, row.area, has_area),
    LEAF_FIELD_IF(leaf, "places", JX_INT, row.places, row.has_places),
    LEAF_FIELD(leaf, "sub_supports", JX_BOOL, row.team.sub_supports),
    LEAF_FIELD(leaf, "is_cancelled", JX_BOOL, row.is_cancelled),
    LEAF_FIELD_IF(leaf, "link_sealed", JX_BYTES, row.link_sealed, has_link),
    LEAF_FIELD(leaf, "staff", JX_TEXT, staff),
    LEAF_FIELD_IF(leaf, "main_at", JX_ID, row.main_at, has_main_at),
    LEAF_WHO(leaf, row.who, has_by),
};
static const struct jx_shape leaf_shape = JX_SHAPE("ClassLessonLeaf", struct leaf, leaf_fields);

static enum err write_leaf(const struct class_lesson_row *row, struct arena *arena,
                           struct span *bytes_out, struct fail *why)
{
    char day[DAY_TEXT_CAP], staff[STAFF_CAP];
    struct leaf leaf = {.row = *row,
                        .staff = staff_text(&row->team, staff),
                        .has_area = row->area.len > 0,
                        .has_link = row->link_sealed.len > 0,
                        .has_main_at = !id_is_none(row->main_at),
                        .has_by = !id_is_none(row->who.by)};

    calendar_text(row->day, day);
    leaf.day = span_text(day);
    return jx_write_canonical(&leaf_shape, &leaf, arena, bytes_out, why);
}

/* Texts are borrowed from rows. */
static enum err borrow(const struct db_rows *rows, int i, struct class_lesson_row *out,
                       struct fail *why)
{
    *out = (struct class_lesson_row){
        .id = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .lesson = db_id(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .day = class_store_day(rows, i, 4),
        .slot = db_i64(rows, i, 5),
        .from_utc_us = db_time(rows, i, 6),
        .to_utc_us = db_time(rows, i, 7),
        .course = db_id(rows, i, 8),
        .floor = db_bytes(rows, i, 9),
        .area = db_bytes(rows, i, 10),
        .has_places = !db_is_null(rows, i, 11),
        .places = db_i64(rows, i, 11),
        .team = {.sub_supports = db_bool(rows, i, 12)},
        .is_cancelled = db_bool(rows, i, 13),
        .link_sealed = db_bytes(rows, i, 14),
        .who = store_who(rows, i, 15),
        .main_at = db_id(rows, i, 19),
    };
    out->team.main_is_elsewhere = !id_is_none(out->main_at);
    return read_staff(db_bytes(rows, i, 18), &out->team)
               ? ERR_OK
               : fail_set(why, ERR_INTERNAL, "staff of a lesson");
}

static enum err leaf_of_row(const struct db_rows *rows, int i, struct arena *arena,
                            struct span *bytes_out, struct fail *why)
{
    struct class_lesson_row row;
    enum err rc = borrow(rows, i, &row, why);

    return rc == ERR_OK ? write_leaf(&row, arena, bytes_out, why) : rc;
}

const struct audit_table class_lesson_audit_table = {TABLE, &lesson_leaves, &lesson_extra,
                                                     leaf_of_row};

/* ---- writing ---- */

static enum err put_row(struct tx *tx, struct class_lesson_row *row, struct fail *why)
{
    char day[DAY_TEXT_CAP];
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->id);
    db_arg_id(&args, row->lesson);
    class_store_arg_day(&args, row->day, day);
    db_arg_i32(&args, (int32_t)row->slot);
    db_arg_time(&args, row->from_utc_us);
    db_arg_time(&args, row->to_utc_us);
    db_arg_id(&args, row->course);
    db_arg_text(&args, row->floor);
    store_arg_text_if(&args, row->area.len > 0, row->area);
    store_arg_i32_if(&args, row->has_places, row->places);
    db_arg_bool(&args, row->team.sub_supports);
    db_arg_bool(&args, row->is_cancelled);
    store_arg_bytes_if(&args, row->link_sealed);
    store_arg_who(&args, &row->who);
    db_arg_id(&args, row->main_at);
    return class_store_put(tx, &lesson_add, &args, &row->n, &row->version, why);
}

static enum err put_part(struct tx *tx, struct id version, enum class_part part,
                         struct id account, struct fail *why)
{
    struct db_args args;

    if (id_is_none(account))
        return ERR_OK;
    db_args_init(&args);
    db_arg_id(&args, version);
    db_arg_text(&args, jx_choice_at(CLASS_PARTS, (int)part));
    db_arg_id(&args, account);
    return tx_run(tx, &staff_add, &args, NULL, why);
}

enum err class_lesson_store_is_there(struct tx *tx, const struct class_lesson_row *row,
                                     bool *is_there_out, struct fail *why)
{
    char lesson[ID_TEXT_CAP];

    return class_store_written(tx, &lesson_whose, row->id, row->who.by,
                               class_store_id_text(row->lesson, lesson), is_there_out, why);
}

enum err class_lesson_store_add(struct tx *tx, struct class_lesson_row *row,
                                bool *was_there_out, struct fail *why)
{
    struct span bytes;
    enum err rc = class_lesson_store_is_there(tx, row, was_there_out, why);

    if (rc != ERR_OK || *was_there_out)
        return rc;
    rc = put_row(tx, row, why);
    if (rc == ERR_OK)
        rc = put_part(tx, row->id, CLASS_MAIN, row->team.main, why);
    if (rc == ERR_OK)
        rc = put_part(tx, row->id, CLASS_SUB, row->team.sub, why);
    for (int i = 0; i < row->team.n_supporters && rc == ERR_OK; i++)
        rc = put_part(tx, row->id, CLASS_SUPPORT, row->team.supporters[i], why);
    if (rc == ERR_OK)
        rc = write_leaf(row, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? audit_append(tx, "classes", TABLE, row->id, bytes, why) : rc;
}

/* ---- reading ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct class_lesson_row *out = into;
    enum err rc = borrow(rows, i, out, why);

    return rc == ERR_OK ? STORE_OWN(arena, why, &out->floor, &out->area, &out->link_sealed,
                                    &out->who.role)
                        : rc;
}

static enum err list_lessons(struct tx *tx, struct db *db, const struct db_args *args,
                             struct arena *arena, struct class_lesson_row **rows_out,
                             size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct class_lesson_row), own_row};
    void *all = NULL;
    enum err rc = store_list(tx, db, &lesson_list, args, &list, arena, &all, n_out, why);

    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

enum err class_lesson_store_days(struct tx *tx, struct db *db, int32_t from, int32_t to,
                                 bool has_cancelled, struct arena *arena,
                                 struct class_lesson_row **rows_out, size_t *n_out,
                                 struct fail *why)
{
    char first[DAY_TEXT_CAP], last[DAY_TEXT_CAP];
    struct db_args args;

    db_args_init(&args);
    class_store_arg_day(&args, from, first);
    class_store_arg_day(&args, to, last);
    db_arg_bool(&args, has_cancelled);
    db_arg_id(&args, ID_NONE);
    return list_lessons(tx, db, &args, arena, rows_out, n_out, why);
}

enum err class_lesson_store_find(struct tx *tx, struct db *db, struct id lesson,
                                 struct arena *arena, struct class_lesson_row *row_out,
                                 struct fail *why)
{
    struct class_lesson_row *all = NULL;
    struct db_args args;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_null(&args);
    db_arg_null(&args);
    db_arg_bool(&args, true);
    db_arg_id(&args, lesson);
    rc = id_is_none(lesson) ? ERR_OK : list_lessons(tx, db, &args, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such lesson");
    if (rc == ERR_OK && all != NULL)
        *row_out = all[0];
    return rc;
}

static enum err own_account(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct class_account *out = into;

    (void)arena;
    *out =
        (struct class_account){.account = db_id(rows, i, 0), .is_usable = db_bool(rows, i, 2)};
    return role_parse(db_bytes(rows, i, 1), &out->role, why);
}

enum err class_lesson_store_accounts(struct tx *tx, struct db *db, struct arena *arena,
                                     struct class_account **out, size_t *n_out,
                                     struct fail *why)
{
    static const struct store_list list = {sizeof(struct class_account), own_account};
    struct db_args none;
    void *all = NULL;
    enum err rc;

    db_args_init(&none);
    rc = store_list(tx, db, &lesson_accounts, &none, &list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *out = all;
    return rc;
}
