#include "tenants/roster/roster_store.h"

#include "tenants/roster/feature.h"

/* ---- statements: one of each sort a kind, in the order of enum roster_kind ---- */

static const struct stmt all_sessions = {"roster_all_sessions",
                                         "SELECT id, source_id, title, received, left_at IS "
                                         "NOT NULL, ''::text FROM academic_session"};
static const struct stmt all_orgs = {
    "roster_all_orgs",
    "SELECT id, source_id, name, received, left_at IS NOT NULL, code FROM org"};
static const struct stmt all_courses = {
    "roster_all_courses",
    "SELECT id, source_id, title, received, left_at IS NOT NULL, ''::text FROM course"};
static const struct stmt all_classes = {
    "roster_all_classes",
    "SELECT id, source_id, title, received, left_at IS NOT NULL, ''::text FROM school_class"};
static const struct stmt all_roles = {"roster_all_roles",
                                      "SELECT id, person, org, source_index, received_sealed,"
                                      " left_at IS NOT NULL FROM person_role"};
static const struct stmt all_enrolments = {
    "roster_all_enrolments", "SELECT id, person, class, source_index, received_sealed,"
                             " left_at IS NOT NULL FROM enrolment"};
static const struct stmt *const all_of[ROSTER_KINDS_N] = {
    &all_sessions, &all_orgs, &all_courses, &all_classes, NULL, &all_roles, &all_enrolments};

/* xmin is another whenever a row was written; a row that went takes its share with it. */
static const struct stmt fingerprint = {
    "roster_fingerprint",
    "SELECT coalesce(bit_xor(hashtextextended(t || id::text || x, 0)), 0), count(*) FROM ("
    "SELECT 'o' AS t, id, xmin::text AS x FROM org UNION ALL"
    " SELECT 'p', id, xmin::text FROM person UNION ALL"
    " SELECT 'g', id, xmin::text FROM guardian_link UNION ALL"
    " SELECT 's', id, xmin::text FROM academic_session UNION ALL"
    " SELECT 'c', id, xmin::text FROM course UNION ALL"
    " SELECT 'k', id, xmin::text FROM school_class UNION ALL"
    " SELECT 'r', id, xmin::text FROM person_role UNION ALL"
    " SELECT 'e', id, xmin::text FROM enrolment) AS rows"};

static const struct stmt put_session = {
    "roster_put_session",
    "INSERT INTO academic_session (id, source_id, title, received, created_at, school_year,"
    " begins_on, ends_on) VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz,"
    " $6::integer, nullif($7::text, '')::date, nullif($8::text, '')::date)"
    " ON CONFLICT (id) DO UPDATE SET source_id = excluded.source_id, title = excluded.title,"
    " received = excluded.received, school_year = excluded.school_year,"
    " begins_on = excluded.begins_on, ends_on = excluded.ends_on, left_at = NULL"};
static const struct stmt put_org = {
    "roster_put_org",
    "INSERT INTO org (id, source_id, name, received, created_at, kind, code) VALUES ($1::uuid,"
    " $2::text, $3::text, $4::text, $5::timestamptz, $6::text, $7::text)"
    " ON CONFLICT (id) DO UPDATE SET source_id = excluded.source_id, name = excluded.name,"
    " received = excluded.received, kind = excluded.kind, code = excluded.code, left_at = "
    "NULL"};
static const struct stmt put_course = {
    "roster_put_course",
    "INSERT INTO course (id, source_id, title, received, created_at, org, session) VALUES"
    " ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $6::uuid, $7::uuid)"
    " ON CONFLICT (id) DO UPDATE SET source_id = excluded.source_id, title = excluded.title,"
    " received = excluded.received, org = excluded.org, session = excluded.session,"
    " left_at = NULL"};
static const struct stmt put_class = {
    "roster_put_class",
    "INSERT INTO school_class (id, source_id, title, received, created_at, kind, school, "
    "course,"
    " grades, school_year) VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz,"
    " $6::text, $7::uuid, $8::uuid, $9::text, $10::integer)"
    " ON CONFLICT (id) DO UPDATE SET source_id = excluded.source_id, title = excluded.title,"
    " received = excluded.received, kind = excluded.kind, school = excluded.school,"
    " course = excluded.course, grades = excluded.grades, school_year = excluded.school_year,"
    " left_at = NULL"};
static const struct stmt put_role = {
    "roster_put_role",
    "INSERT INTO person_role (id, person, org, role, is_primary, begins_on, ends_on,"
    " source_index, received_sealed, created_at) VALUES ($1::uuid, $2::uuid, $3::uuid, "
    "$4::text,"
    " $5::boolean, nullif($6::text, '')::date, nullif($7::text, '')::date, $8::bytea, "
    "$9::bytea,"
    " $10::timestamptz) ON CONFLICT (id) DO UPDATE SET person = excluded.person,"
    " org = excluded.org, role = excluded.role, is_primary = excluded.is_primary,"
    " begins_on = excluded.begins_on, ends_on = excluded.ends_on,"
    " source_index = excluded.source_index, received_sealed = excluded.received_sealed,"
    " left_at = NULL"};
static const struct stmt put_enrolment = {
    "roster_put_enrolment",
    "INSERT INTO enrolment (id, person, class, role, is_primary, begins_on, ends_on,"
    " source_index, received_sealed, created_at, number) VALUES ($1::uuid, $2::uuid, $3::uuid,"
    " $4::text, $5::boolean, nullif($6::text, '')::date, nullif($7::text, '')::date, $8::bytea,"
    " $9::bytea, $10::timestamptz, $11::integer) ON CONFLICT (id) DO UPDATE SET"
    " person = excluded.person, class = excluded.class, role = excluded.role,"
    " is_primary = excluded.is_primary, begins_on = excluded.begins_on,"
    " ends_on = excluded.ends_on, source_index = excluded.source_index,"
    " received_sealed = excluded.received_sealed, number = excluded.number, left_at = NULL"};
static const struct stmt org_parent = {"roster_org_parent",
                                       "UPDATE org SET parent = $2::uuid WHERE id = $1::uuid"
                                       " AND parent IS DISTINCT FROM $2::uuid"};

#define LEAVE(table) \
    "UPDATE " table " SET left_at = $2::timestamptz WHERE id = $1::uuid AND left_at IS NULL"
static const struct stmt leave_session = {"roster_leave_session", LEAVE("academic_session")};
static const struct stmt leave_org = {"roster_leave_org", LEAVE("org")};
static const struct stmt leave_course = {"roster_leave_course", LEAVE("course")};
static const struct stmt leave_class = {"roster_leave_class", LEAVE("school_class")};
static const struct stmt leave_person = {"roster_leave_person", LEAVE("person")};
static const struct stmt leave_role = {"roster_leave_role", LEAVE("person_role")};
static const struct stmt leave_enrolment = {"roster_leave_enrolment", LEAVE("enrolment")};
static const struct stmt *const leave_of[ROSTER_KINDS_N] = {
    &leave_session, &leave_org,  &leave_course,   &leave_class,
    &leave_person,  &leave_role, &leave_enrolment};

static const struct stmt erased = {"roster_erased",
                                   "SELECT source_index FROM erased_source ORDER BY 1"};
static const struct stmt admit = {"roster_admit",
                                  "DELETE FROM erased_source WHERE source_index = $1::bytea"};
static const struct stmt accounts = {
    "roster_accounts",
    "SELECT a.id, a.state, s.id, s.state_before, s.reason_sealed FROM account a"
    " LEFT JOIN LATERAL (SELECT id, state_before, reason_sealed FROM account_step"
    " WHERE account = a.id ORDER BY at DESC, id DESC LIMIT 1) AS s ON true"
    " WHERE a.state IN ('issued', 'active', 'suspended')"};

const struct stmt *const roster_stmts[ROSTER_STMTS_N] = {
    &all_sessions,    &all_orgs,     &all_courses,   &all_classes,  &all_roles,
    &all_enrolments,  &fingerprint,  &put_session,   &put_org,      &put_course,
    &put_class,       &put_role,     &put_enrolment, &org_parent,   &leave_session,
    &leave_org,       &leave_course, &leave_class,   &leave_person, &leave_role,
    &leave_enrolment, &erased,       &admit,         &accounts};

/* ---- what the tables say of themselves ---- */

#define THING_COLUMNS(what) \
    {"id", (what), false}, {"source_id", "名簿でのID", false}, {"title", "名前", false}, \
        {"received", "受け取った名簿の行（列名と値）", false}, \
        {"left_at", "名簿からなくなった時刻（ある間は空）", false}, \
    { \
        "created_at", "登録した時刻", false \
    }
static const struct data_column session_columns[] = {
    THING_COLUMNS("年度のID"),
    {"school_year", "西暦の年度", false},
    {"begins_on", "はじまる日", false},
    {"ends_on", "おわる日", false},
    {NULL, NULL, false},
};
static const struct data_column course_columns[] = {
    THING_COLUMNS("コースのID"),
    {"org", "学校または教育委員会", false},
    {"session", "年度", false},
    {NULL, NULL, false},
};
static const struct data_column class_columns[] = {
    THING_COLUMNS("学級のID"),
    {"kind", "種類（homeroom学級・scheduled授業）", false},
    {"school", "学校", false},
    {"course", "コース", false},
    {"grades", "学年（名簿の書き方）", false},
    {"school_year", "西暦の年度（0は不明）", false},
    {NULL, NULL, false},
};
#define LINK_COLUMNS(what) \
    {"id", (what), false}, {"person", "だれのことか", false}, {"role", "役割", false}, \
        {"is_primary", "主となるものか", false}, {"begins_on", "はじまる日", false}, \
        {"ends_on", "おわる日", false}, \
        {"source_index", "名簿のIDで探すための鍵つきの値", false}, \
        {"received_sealed", "受け取った名簿の行（列名と値）", true}, \
        {"left_at", "名簿からなくなった時刻（ある間は空）", false}, \
    { \
        "created_at", "登録した時刻", false \
    }
static const struct data_column enrolment_columns[] = {
    LINK_COLUMNS("在籍のID"),
    {"class", "学級", false},
    {"number", "出席番号（0はなし）", false},
    {NULL, NULL, false},
};
static const struct data_column role_columns[] = {
    LINK_COLUMNS("役割のID"),
    {"org", "学校または教育委員会", false},
    {NULL, NULL, false},
};
static const struct data_column erased_columns[] = {
    {"source_index", "消した人の名簿のIDの、鍵つきの値（もとには戻せない）", false},
    {"erased_at", "消した時刻", false},
    {NULL, NULL, false},
};

static const struct hand_rule enrolment_rules[] = {
    {"source_index", HAND_INDEX, &enrolment_source_hand},
    {NULL, HAND_INDEX, NULL},
};
static const struct hand_rule role_rules[] = {
    {"source_index", HAND_INDEX, &role_source_hand},
    {NULL, HAND_INDEX, NULL},
};
/* Of nothing that is still there: another key cannot make them again. */
static const struct hand_rule erased_rules[] = {
    {"source_index", HAND_PLAIN, NULL},
    {NULL, HAND_PLAIN, NULL},
};

#define GROUND "委託契約（利用者の登録）、個人情報の保護に関する法律第66条"
#define THING(table, meaning, english, its_columns) \
    { \
        .name = (table), .meaning_ja = (meaning), \
        .purpose_ja = "学校の名簿と同じ学級・年度で、見える範囲と集計を決めるため", \
        .ground_ja = GROUND, .purpose_en = (english), .key_of = KEY_OF_NONE, \
        .hand_back = HAND_BACK_NDJSON, .erase_person = ERASE_NOT_OF_A_PERSON, \
        .columns = (its_columns) \
    }
#define OF_PERSON(table, meaning, english, its_columns, its_rules) \
    { \
        .name = (table), .meaning_ja = (meaning), \
        .purpose_ja = "だれがどの学級・学校にいるかで、担任などの見える範囲を決めるため", \
        .ground_ja = GROUND, .purpose_en = (english), .key_of = KEY_OF_SUBJECT, \
        .person_column = "person", .hand_back = HAND_BACK_NDJSON, .hand_rules = (its_rules), \
        .erase_person = ERASE_ROWS, .columns = (its_columns) \
    }
const struct data_table roster_tables[ROSTER_TABLES_N] = {
    THING("academic_session", "名簿の年度", "school years of the roster", session_columns),
    THING("course", "名簿のコース", "courses of the roster", course_columns),
    THING("school_class", "名簿の学級", "classes of the roster", class_columns),
    OF_PERSON("enrolment", "学級への在籍", "who is in which class", enrolment_columns,
              enrolment_rules),
    OF_PERSON("person_role", "学校での役割", "who has which role where", role_columns,
              role_rules),
    {
        .name = "erased_source",
        .meaning_ja = "消した人が名簿からもどらないための値",
        .purpose_ja = "情報を消した人が、次の名簿で知らないうちにもどらないようにするため",
        .ground_ja = "個人情報の保護に関する法律第98条（利用停止請求）",
        .purpose_en = "keyed indexes of the source ids of erased persons; names nobody",
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .hand_rules = erased_rules,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = erased_columns,
    },
};

/* ---- reading ---- */

static const char *const kind_ids[ROSTER_KINDS_N] = {
    [KIND_SESSION] = "session",     [KIND_ORG] = "org",       [KIND_COURSE] = "course",
    [KIND_CLASS] = "class",         [KIND_PERSON] = "person", [KIND_ROLE] = "role",
    [KIND_ENROLMENT] = "enrolment",
};

const char *roster_kind_id(enum roster_kind kind)
{
    return kind_ids[kind];
}

static enum err keep(struct arena *arena, const struct db_rows *rows, int row, int column,
                     struct span *out, struct fail *why)
{
    struct span stored = db_bytes(rows, row, column);

    *out = arena_copy(arena, stored);
    return out->p == NULL && stored.len > 0 ? fail_set(why, ERR_NOMEM, "roster row") : ERR_OK;
}

static enum err read_thing(const struct db_rows *rows, int i, struct arena *arena,
                           struct roster_stored *r, struct fail *why)
{
    enum err rc = keep(arena, rows, i, 1, &r->source_id, why);

    r->id = db_id(rows, i, 0);
    r->has_left = db_bool(rows, i, 4);
    if (rc == ERR_OK)
        rc = keep(arena, rows, i, 2, &r->label, why);
    if (rc == ERR_OK)
        rc = keep(arena, rows, i, 3, &r->received, why);
    return rc == ERR_OK ? keep(arena, rows, i, 5, &r->code, why) : rc;
}

static enum err read_link(const struct db_rows *rows, int i, struct arena *arena,
                          struct roster_stored *r, struct fail *why)
{
    struct span index = db_bytes(rows, i, 3);

    r->id = db_id(rows, i, 0);
    r->person = db_id(rows, i, 1);
    r->other = db_id(rows, i, 2);
    r->has_left = db_bool(rows, i, 5);
    r->has_index = index.len == PERSON_INDEX_BYTES;
    if (r->has_index)
        memcpy(r->index, index.p, PERSON_INDEX_BYTES);
    return keep(arena, rows, i, 4, &r->received_sealed, why);
}

enum err roster_store_all(struct db *db, enum roster_kind kind, struct arena *arena,
                          struct roster_stored **rows_out, size_t *n_out, struct fail *why)
{
    bool is_link = kind == KIND_ROLE || kind == KIND_ENROLMENT;
    struct roster_stored *all = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    int n;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, all_of[kind], &args, &rows, why);
    n = rc == ERR_OK ? db_rows_n(rows) : 0;
    if (rc == ERR_OK) {
        all = arena_alloc(arena, ((size_t)n + 1) * sizeof *all);
        if (all == NULL) {
            db_rows_free(&rows);
            return fail_set(why, ERR_NOMEM, "%d rows", n);
        }
    }
    for (int i = 0; rc == ERR_OK && i < n; i++)
        rc = is_link ? read_link(rows, i, arena, &all[i], why)
                     : read_thing(rows, i, arena, &all[i], why);
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *rows_out = all;
        *n_out = (size_t)n;
    }
    return rc;
}

static enum err run(struct tx *tx, struct db *db, const struct stmt *stmt,
                    const struct db_args *args, struct db_rows **rows_out, struct fail *why)
{
    return tx != NULL ? tx_run(tx, stmt, args, rows_out, why)
                      : db_run(db, stmt, args, rows_out, why);
}

enum err roster_store_fingerprint(struct tx *tx, struct db *db, uint8_t out[FINGERPRINT_BYTES],
                                  struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = run(tx, db, &fingerprint, &args, &rows, why);
    for (int column = 0; rc == ERR_OK && column < 2; column++) {
        uint64_t v = (uint64_t)db_i64(rows, 0, column);

        for (int i = 0; i < 8; i++)
            out[column * 8 + i] = (uint8_t)(v >> (56 - 8 * i));
    }
    db_rows_free(&rows);
    return rc;
}

enum err roster_store_erased(struct db *db, struct arena *arena,
                             uint8_t (**indexes_out)[PERSON_INDEX_BYTES], size_t *n_out,
                             struct fail *why)
{
    uint8_t(*all)[PERSON_INDEX_BYTES] = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    int n;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &erased, &args, &rows, why);
    n = rc == ERR_OK ? db_rows_n(rows) : 0;
    if (rc == ERR_OK) {
        all = arena_alloc(arena, ((size_t)n + 1) * sizeof *all);
        if (all == NULL) {
            db_rows_free(&rows);
            return fail_set(why, ERR_NOMEM, "%d rows", n);
        }
    }
    for (int i = 0; rc == ERR_OK && i < n; i++)
        memcpy(all[i], db_bytes(rows, i, 0).p, PERSON_INDEX_BYTES);
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *indexes_out = all;
        *n_out = (size_t)n;
    }
    return rc;
}

enum err roster_store_accounts(struct db *db, struct arena *arena,
                               struct roster_account **rows_out, size_t *n_out,
                               struct fail *why)
{
    struct roster_account *all = NULL;
    struct db_rows *rows = NULL;
    struct db_args args;
    int n;
    enum err rc;

    db_args_init(&args);
    rc = db_run(db, &accounts, &args, &rows, why);
    n = rc == ERR_OK ? db_rows_n(rows) : 0;
    if (rc == ERR_OK) {
        all = arena_alloc(arena, ((size_t)n + 1) * sizeof *all);
        if (all == NULL) {
            db_rows_free(&rows);
            return fail_set(why, ERR_NOMEM, "%d rows", n);
        }
    }
    for (int i = 0; rc == ERR_OK && i < n; i++) {
        all[i].id = db_id(rows, i, 0);
        all[i].is_suspended = span_eq(db_bytes(rows, i, 1), SPAN("suspended"));
        all[i].is_active = span_eq(db_bytes(rows, i, 1), SPAN("active"));
        all[i].last_step = db_id(rows, i, 2);
        rc = keep(arena, rows, i, 3, &all[i].last_before, why);
        if (rc == ERR_OK)
            rc = keep(arena, rows, i, 4, &all[i].reason_sealed, why);
    }
    db_rows_free(&rows);
    if (rc == ERR_OK) {
        *rows_out = all;
        *n_out = (size_t)n;
    }
    return rc;
}

/* ---- writing ---- */

static void arg_thing(struct db_args *args, const struct roster_put *put)
{
    db_args_init(args);
    db_arg_id(args, put->id);
    db_arg_text(args, put->source_id);
    db_arg_text(args, put->title);
    db_arg_text(args, put->received);
    db_arg_time(args, put->now_utc_us);
}

static void arg_link(struct db_args *args, const struct roster_put *put, struct id other)
{
    db_args_init(args);
    db_arg_id(args, put->id);
    db_arg_id(args, put->person);
    db_arg_id(args, other);
    db_arg_text(args, span_text(put->role));
    db_arg_bool(args, put->is_primary);
    db_arg_text(args, put->begins_on);
    db_arg_text(args, put->ends_on);
    db_arg_bytes(args, span_of(put->index, PERSON_INDEX_BYTES));
    db_arg_bytes(args, put->received_sealed);
    db_arg_time(args, put->now_utc_us);
}

enum err roster_store_put(struct tx *tx, enum roster_kind kind, const struct roster_put *put,
                          struct fail *why)
{
    struct db_args args;

    switch (kind) {
    case KIND_SESSION:
        arg_thing(&args, put);
        db_arg_i32(&args, put->school_year);
        db_arg_text(&args, put->begins_on);
        db_arg_text(&args, put->ends_on);
        return tx_send(tx, &put_session, &args, why);
    case KIND_ORG:
        arg_thing(&args, put);
        db_arg_text(&args, span_text(put->org_kind));
        db_arg_text(&args, put->code);
        return tx_send(tx, &put_org, &args, why);
    case KIND_COURSE:
        arg_thing(&args, put);
        db_arg_id(&args, put->org);
        db_arg_id(&args, put->session);
        return tx_send(tx, &put_course, &args, why);
    case KIND_CLASS:
        arg_thing(&args, put);
        db_arg_text(&args, put->is_homeroom ? SPAN("homeroom") : SPAN("scheduled"));
        db_arg_id(&args, put->org);
        db_arg_id(&args, put->course);
        db_arg_text(&args, put->grades);
        db_arg_i32(&args, put->school_year);
        return tx_send(tx, &put_class, &args, why);
    case KIND_ROLE:
        arg_link(&args, put, put->org);
        return tx_send(tx, &put_role, &args, why);
    case KIND_ENROLMENT:
        arg_link(&args, put, put->class);
        db_arg_i32(&args, put->number);
        return tx_send(tx, &put_enrolment, &args, why);
    case KIND_PERSON:
    case ROSTER_KINDS_N:
        break;
    }
    return fail_set(why, ERR_INTERNAL, "a person is put by person_store");
}

enum err roster_store_org_parent(struct tx *tx, struct id org, struct id parent,
                                 struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, org);
    db_arg_id(&args, parent);
    return tx_send(tx, &org_parent, &args, why);
}

enum err roster_store_leave(struct tx *tx, enum roster_kind kind, struct id id,
                            int64_t now_utc_us, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, id);
    db_arg_time(&args, now_utc_us);
    return tx_send(tx, leave_of[kind], &args, why);
}

enum err roster_store_admit(struct tx *tx, const uint8_t index[PERSON_INDEX_BYTES],
                            struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_bytes(&args, span_of(index, PERSON_INDEX_BYTES));
    return tx_send(tx, &admit, &args, why);
}
