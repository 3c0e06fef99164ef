#include "federation/series_store_priv.h"

#include "node/base/jx_scalar.h"
#include "node/place/store_rows.h"

#define TABLE SERIES_TABLE

/* ---- statements ---- */

#define COLUMNS \
    "series, host, is_host, version, state, floor, course, places, key_sealed, text_sealed," \
    " more_sealed, made_at, by, until_at, decided_at, decided_by, ended_at"
static const struct stmt row_add = {
    "series_add",
    "INSERT INTO fed_series (" COLUMNS ") VALUES ($1::uuid, $2::uuid, $3::boolean, $4::integer,"
    " $5::text, $6::text, $7::uuid, $8::integer, $9::bytea, $10::bytea, $11::bytea,"
    " $12::timestamptz, $13::uuid, $14::timestamptz, $15::timestamptz, $16::uuid,"
    " $17::timestamptz)"};
static const struct stmt row_change = {
    "series_change",
    "UPDATE fed_series SET version = $2::integer, state = $3::text, course = $4::uuid,"
    " places = $5::integer, key_sealed = $6::bytea, text_sealed = $7::bytea,"
    " more_sealed = $8::bytea, until_at = $9::timestamptz, decided_at = $10::timestamptz,"
    " decided_by = $11::uuid, ended_at = $12::timestamptz WHERE series = $1::uuid"};
static const struct stmt row_find = {"series_find", "SELECT " COLUMNS
                                                    " FROM fed_series WHERE series = $1::uuid"};
static const struct stmt row_list = {
    "series_list", "SELECT " COLUMNS " FROM fed_series ORDER BY made_at DESC, series LIMIT"
                   " $1::integer"};
static const struct stmt row_offers = {
    "series_offers",
    "SELECT count(*) FROM fed_series WHERE host = $1::uuid AND (state = 'offered' OR (course IS"
    " NULL AND made_at > $2::timestamptz))"};

#define NODE_COLUMNS "series, node, places, state, code, offered_at, answered_at"
static const struct stmt node_put = {
    "series_node_put",
    "INSERT INTO fed_series_node (" NODE_COLUMNS ") VALUES ($1::uuid, $2::uuid, $3::integer,"
    " $4::text, $5::text, $6::timestamptz, $7::timestamptz) ON CONFLICT (series, node) DO "
    "UPDATE"
    " SET places = excluded.places, state = excluded.state, code = excluded.code,"
    " offered_at = excluded.offered_at, answered_at = excluded.answered_at"};
static const struct stmt node_list = {
    "series_node_list",
    "SELECT " NODE_COLUMNS " FROM fed_series_node WHERE ($1::uuid IS NULL OR"
    " series = $1::uuid) AND ($2::uuid IS NULL OR node = $2::uuid) ORDER BY"
    " series, node"};

#define COUNT_COLUMNS "series, n, node, n_chosen, n_joined, n_attended, at"
static const struct stmt count_put = {
    "series_count_put",
    "INSERT INTO fed_series_count (" COUNT_COLUMNS ") VALUES ($1::uuid, $2::integer, $3::uuid,"
    " $4::integer, $5::integer, $6::integer, $7::timestamptz) ON CONFLICT (series, n, node) DO"
    " UPDATE SET n_chosen = excluded.n_chosen, n_joined = excluded.n_joined,"
    " n_attended = excluded.n_attended, at = excluded.at"};
static const struct stmt count_list = {"series_count_list",
                                       "SELECT " COUNT_COLUMNS
                                       " FROM fed_series_count WHERE series = $1::uuid"
                                       " ORDER BY n, node"};
static const struct stmt term_lessons = {
    "series_term_lessons",
    "UPDATE fed_series_lesson SET ended_at = $2::timestamptz WHERE series = $1::uuid"};
static const struct stmt term_nodes = {
    "series_term_nodes",
    "UPDATE fed_series_node SET ended_at = $2::timestamptz WHERE series = $1::uuid"};
static const struct stmt term_counts = {
    "series_term_counts",
    "UPDATE fed_series_count SET ended_at = $2::timestamptz WHERE series = $1::uuid"};

const struct stmt *const series_stmts[SERIES_STMTS_N] = {
    &row_add,   &row_change, &row_find,   &row_list,     &row_offers, &node_put,
    &node_list, &count_put,  &count_list, &term_lessons, &term_nodes, &term_counts,
};

/* ---- the tables' rows ---- */

static const struct data_column row_columns[] = {
    {"series", "連続講座のID", false},
    {"host", "主催のノードのID", false},
    {"is_host", "この自治体の主催か", false},
    {"version", "何回めの形か", false},
    {"state",
     "ようす（open主催・offered届いた・accepted受けた・declined断った・left途中でやめた・"
     "ended終わった）",
     false},
    {"floor", "フロアの記号", false},
    {"course", "この自治体での講座のID", false},
    {"places", "この自治体の定員", false},
    {"key_sealed", "証拠の照合に使う鍵", true},
    {"text_sealed", "題名・説明・決まり・主催の職員の表示名", true},
    {"more_sealed", "教材のページとフロアの形", true},
    {"made_at", "つくった日時（招かれた側は、届いた日時）", false},
    {"by", "だれがつくったか（アカウントのID）", false},
    {"until_at", "返事の期限", false},
    {"decided_at", "受ける、断ると決めた日時", false},
    {"decided_by", "だれが決めたか（アカウントのID）", false},
    ENDED_JA,
    {NULL, NULL, false},
};
static const struct data_column node_columns[] = {
    {"series", "連続講座のID", false},
    {"node", "招いたノードのID", false},
    {"places", "そのノードの定員", false},
    {"state",
     "ようす（offered招いた・refused届かなかった・accepted受けた・declined断った・left途中で"
     "やめた・ended終わった）",
     false},
    {"code", "届かなかった理由（符号）", false},
    {"offered_at", "招いた日時", false},
    {"answered_at", "返事の日時", false},
    ENDED_JA,
    {NULL, NULL, false},
};
static const struct data_column count_columns[] = {
    {"series", "連続講座のID", false},
    {"n", "何回めか", false},
    {"node", "どのノードの数か", false},
    {"n_chosen", "えらんだ人数", false},
    {"n_joined", "参加した人数", false},
    {"n_attended", "参加と数えた人数", false},
    {"at", "数えた日時", false},
    ENDED_JA,
    {NULL, NULL, false},
};
const struct data_table series_tables[SERIES_TABLES_N] = {
    {
        .name = TABLE,
        .meaning_ja = "自治体をこえた連続講座",
        .purpose_ja = "ほかの自治体といっしょに行う講座を、承認した形のとおりに行うため",
        .ground_ja = GROUND_JA,
        .purpose_en = "courses held together with other towns, own and offered ones",
        .retention_column = "ended_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_RECORD,
        .mention_columns = "by,decided_by",
        .seal_row_column = "series",
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = row_columns,
    },
    {
        .name = "fed_series_node",
        .meaning_ja = "連続講座に招いたノード",
        .purpose_ja = "どの自治体が受けたかを知り、定員を分けるため",
        .ground_ja = GROUND_JA,
        .purpose_en = "who was offered a shared course, and what it answered",
        .retention_column = "ended_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = node_columns,
    },
    {
        .name = "fed_series_count",
        .meaning_ja = "連続講座の回ごと、ノードごとの人数",
        .purpose_ja = "何人がえらび、参加したかを、名前なしで知るため",
        .ground_ja = GROUND_JA,
        .purpose_en = "how many chose, joined and attended, by node; no names",
        .retention_column = "ended_at",
        .retention_setting = &setting_visit_log_days,
        .key_of = KEY_OF_NONE,
        .hand_back = HAND_BACK_NDJSON,
        .erase_person = ERASE_NOT_OF_A_PERSON,
        .columns = count_columns,
    },
};

/* ---- fed_series ---- */

static enum err own_row(const struct db_rows *rows, int i, struct arena *arena, void *into,
                        struct fail *why)
{
    struct series_row *out = into;

    *out = (struct series_row){
        .series = db_id(rows, i, 0),
        .host = db_id(rows, i, 1),
        .is_host = db_bool(rows, i, 2),
        .version = db_i64(rows, i, 3),
        .state = (enum series_state)jx_choice_find(SERIES_STATES, db_bytes(rows, i, 4)),
        .floor = db_bytes(rows, i, 5),
        .course = id_if(rows, i, 6),
        .places = db_i64(rows, i, 7),
        .key_sealed = db_bytes(rows, i, 8),
        .text_sealed = db_bytes(rows, i, 9),
        .more_sealed = db_bytes(rows, i, 10),
        .made_utc_us = db_time(rows, i, 11),
        .by = id_if(rows, i, 12),
        .until_utc_us = time_if(rows, i, 13),
        .decided_utc_us = time_if(rows, i, 14),
        .decided_by = id_if(rows, i, 15),
        .ended_utc_us = time_if(rows, i, 16),
    };
    return STORE_OWN(arena, why, &out->floor, &out->key_sealed, &out->text_sealed,
                     &out->more_sealed);
}

enum err series_store_add(struct tx *tx, const struct series_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->series);
    db_arg_id(&args, row->host);
    db_arg_bool(&args, row->is_host);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, jx_choice_at(SERIES_STATES, (int)row->state));
    db_arg_text(&args, row->floor);
    db_arg_id(&args, row->course);
    db_arg_i32(&args, (int32_t)row->places);
    db_arg_bytes(&args, row->key_sealed);
    db_arg_bytes(&args, row->text_sealed);
    db_arg_bytes(&args, row->more_sealed);
    db_arg_time(&args, row->made_utc_us);
    db_arg_id(&args, row->by);
    arg_time_if(&args, row->until_utc_us);
    arg_time_if(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    arg_time_if(&args, row->ended_utc_us);
    return tx_run(tx, &row_add, &args, NULL, why);
}

enum err series_store_change(struct tx *tx, const struct series_row *row, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, row->series);
    db_arg_i32(&args, (int32_t)row->version);
    db_arg_text(&args, jx_choice_at(SERIES_STATES, (int)row->state));
    db_arg_id(&args, row->course);
    db_arg_i32(&args, (int32_t)row->places);
    db_arg_bytes(&args, row->key_sealed);
    db_arg_bytes(&args, row->text_sealed);
    db_arg_bytes(&args, row->more_sealed);
    arg_time_if(&args, row->until_utc_us);
    arg_time_if(&args, row->decided_utc_us);
    db_arg_id(&args, row->decided_by);
    arg_time_if(&args, row->ended_utc_us);
    return tx_run(tx, &row_change, &args, NULL, why);
}

static const struct store_list rows_list = {sizeof(struct series_row), own_row};

enum err series_store_find(struct tx *tx, struct db *db, struct id series, struct arena *arena,
                           struct series_row *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, series);
    rc = store_list(tx, db, &row_find, &args, &rows_list, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such series");
    if (rc == ERR_OK)
        *out = *(struct series_row *)all;
    return rc;
}

enum err series_store_list(struct tx *tx, struct db *db, struct arena *arena,
                           struct series_row **out, size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_i32(&args, SERIES_MOST);
    rc = store_list(tx, db, &row_list, &args, &rows_list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_offers(struct tx *tx, struct id host, int64_t since_utc_us,
                             int64_t *n_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, host);
    db_arg_time(&args, since_utc_us);
    rc = tx_run(tx, &row_offers, &args, &rows, why);
    if (rc == ERR_OK)
        *n_out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

/* ---- fed_series_node ---- */

static enum err own_node(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct series_node *out = into;

    *out = (struct series_node){
        .series = db_id(rows, i, 0),
        .node = db_id(rows, i, 1),
        .places = db_i64(rows, i, 2),
        .state =
            (enum series_node_state)jx_choice_find(SERIES_NODE_STATES, db_bytes(rows, i, 3)),
        .code = db_bytes(rows, i, 4),
        .offered_utc_us = db_time(rows, i, 5),
        .answered_utc_us = time_if(rows, i, 6),
    };
    return STORE_OWN(arena, why, &out->code);
}

static const struct store_list nodes_list = {sizeof(struct series_node), own_node};

enum err series_store_node_put(struct tx *tx, const struct series_node *node, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, node->series);
    db_arg_id(&args, node->node);
    db_arg_i32(&args, (int32_t)node->places);
    db_arg_text(&args, jx_choice_at(SERIES_NODE_STATES, (int)node->state));
    db_arg_text(&args, node->code);
    db_arg_time(&args, node->offered_utc_us);
    arg_time_if(&args, node->answered_utc_us);
    return tx_run(tx, &node_put, &args, NULL, why);
}

static enum err nodes_of(struct tx *tx, struct db *db, struct id series, struct id node,
                         struct arena *arena, struct series_node **out, size_t *n_out,
                         struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, series);
    db_arg_id(&args, node);
    rc = store_list(tx, db, &node_list, &args, &nodes_list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_nodes(struct tx *tx, struct db *db, struct id series, struct arena *arena,
                            struct series_node **out, size_t *n_out, struct fail *why)
{
    return nodes_of(tx, db, series, ID_NONE, arena, out, n_out, why);
}

enum err series_store_node(struct tx *tx, struct id series, struct id node, struct arena *arena,
                           struct series_node *out, struct fail *why)
{
    struct series_node *all = NULL;
    size_t n = 0;
    enum err rc = nodes_of(tx, NULL, series, node, arena, &all, &n, why);

    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "it was not offered to that node");
    if (rc == ERR_OK)
        *out = all[0];
    return rc;
}

/* ---- fed_series_count ---- */

static enum err own_count(const struct db_rows *rows, int i, struct arena *arena, void *into,
                          struct fail *why)
{
    (void)arena;
    (void)why;
    *(struct series_count *)into = (struct series_count){
        .series = db_id(rows, i, 0),
        .n = db_i64(rows, i, 1),
        .node = db_id(rows, i, 2),
        .n_chosen = db_i64(rows, i, 3),
        .n_joined = db_i64(rows, i, 4),
        .n_attended = db_i64(rows, i, 5),
        .at_utc_us = db_time(rows, i, 6),
    };
    return ERR_OK;
}

enum err series_store_count_put(struct tx *tx, const struct series_count *count,
                                struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, count->series);
    db_arg_i32(&args, (int32_t)count->n);
    db_arg_id(&args, count->node);
    db_arg_i32(&args, (int32_t)count->n_chosen);
    db_arg_i32(&args, (int32_t)count->n_joined);
    db_arg_i32(&args, (int32_t)count->n_attended);
    db_arg_time(&args, count->at_utc_us);
    return tx_run(tx, &count_put, &args, NULL, why);
}

enum err series_store_counts(struct db *db, struct id series, struct arena *arena,
                             struct series_count **out, size_t *n_out, struct fail *why)
{
    static const struct store_list list = {sizeof(struct series_count), own_count};
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, series);
    rc = store_list(NULL, db, &count_list, &args, &list, arena, &all, n_out, why);
    *out = all;
    return rc;
}

enum err series_store_term(struct tx *tx, struct id series, int64_t ended_utc_us,
                           struct fail *why)
{
    static const struct stmt *const all[] = {&term_lessons, &term_nodes, &term_counts};
    enum err rc = ERR_OK;

    for (size_t i = 0; i < sizeof all / sizeof all[0] && rc == ERR_OK; i++) {
        struct db_args args;

        db_args_init(&args);
        db_arg_id(&args, series);
        arg_time_if(&args, ended_utc_us);
        rc = tx_run(tx, all[i], &args, NULL, why);
    }
    return rc;
}
