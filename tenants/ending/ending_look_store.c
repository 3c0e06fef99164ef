#include "tenants/ending/ending_look_store.h"

#include "node/base/jx_scalar.h"
#include "node/db/audit.h"
#include "node/db/store.h"
#include "tenants/ending/ending_rows.h"

#define RULE "person.ended" /* of the deletion leaf */

#define MENTION \
    "m.id, m.ending, m.person, m.found_at, m.table_name, m.column_name, m.key_row, m.row_id," \
    " m.n_rows, m.is_whole, m.can, d.decision, d.at, d.by"
/* With the last decision, as long as the row still allows it. */
#define MENTIONS \
    " FROM ending_mention m LEFT JOIN LATERAL (SELECT x.decision, x.at, x.by FROM (SELECT" \
    " s.decision, s.at, s.by FROM ending_step s WHERE s.ending = m.ending AND s.mention = " \
    "m.id" \
    " ORDER BY s.at DESC, s.id DESC LIMIT 1) x WHERE x.decision IN ('keep', m.can)) d ON true"

static const struct stmt count = {"ending_count",
                                  "SELECT ending_count($1::text, $2::text, $3::uuid)"};
static const struct stmt named = {
    "ending_named", "SELECT ending_named($1::text, $2::text, $3::text, $4::uuid)"};
static const struct stmt texts = {
    "ending_texts", "SELECT row_id, key_row, sealed FROM ending_texts($1::text, $2::text,"
                    " $3::text, $4::text)"};
static const struct stmt text = {
    "ending_text", "SELECT $5::uuid, key_row, sealed FROM ending_text($1::text, $2::text,"
                   " $3::text, $4::text, $5::uuid) WHERE key_row = $6::uuid"};
static const struct stmt can = {"ending_can",
                                "SELECT ending_can($1::text, $2::text, $3::boolean)"};
static const struct stmt mask = {
    "ending_mask",
    "SELECT ending_mask($1::text, $2::text, $3::text, $4::uuid, $5::bytea, $6::bytea)"};
static const struct stmt delete = {"ending_delete", "SELECT ending_delete($1::text, $2::uuid)"};
static const struct stmt put = {
    "ending_mention_put",
    "INSERT INTO ending_mention (id, ending, person, found_at, table_name, column_name, "
    "key_row,"
    " row_id, n_rows, is_whole, can) VALUES ($1::uuid, $2::uuid, $3::uuid, $4::timestamptz,"
    " $5::text, $6::text, $7::uuid, $8::uuid, $9::bigint, $10::boolean, $11::text) ON CONFLICT"
    " (ending, table_name, column_name, row_id, key_row) DO UPDATE SET found_at ="
    " excluded.found_at, n_rows = excluded.n_rows, is_whole = excluded.is_whole, can ="
    " excluded.can"};
static const struct stmt prune = {
    "ending_mention_prune",
    "DELETE FROM ending_mention WHERE ending = $1::uuid AND found_at < $2::timestamptz"};
static const struct stmt keep = {"ending_mention_keep",
                                 "UPDATE ending_mention SET can = 'keep' WHERE id = $1::uuid"};
static const struct stmt list = {
    "ending_mention_list",
    "SELECT " MENTION MENTIONS " WHERE m.ending = $1::uuid ORDER BY m.row_id IS NULL,"
    " d.decision IS NOT NULL, NOT m.is_whole, m.table_name, m.column_name, m.id"
    " OFFSET $2::integer LIMIT $3::integer"};
static const struct stmt find = {"ending_mention_find",
                                 "SELECT " MENTION MENTIONS
                                 " WHERE m.ending = $1::uuid AND m.id = $2::uuid"};
static const struct stmt sums = {
    "ending_mention_sums",
    "SELECT count(*) FILTER (WHERE m.row_id IS NOT NULL AND d.decision = 'keep'),"
    " count(*) FILTER (WHERE d.decision = 'mask'), count(*) FILTER (WHERE d.decision ="
    " 'delete'), coalesce(sum(m.n_rows) FILTER (WHERE m.row_id IS NULL), 0)::bigint" MENTIONS
    " WHERE m.ending = $1::uuid"};
static const struct stmt names = {
    "ending_names", "SELECT id, id, name_sealed FROM profile_version WHERE account = $1::uuid"};

const struct stmt *const ending_look_stmts[ENDING_LOOK_STMTS_N] = {
    &count, &named, &texts, &text, &can,  &mask, &delete,
    &put,   &prune, &keep,  &list, &find, &sums, &names,
};

/* ---- the tables ---- */

static bool has_column(const struct data_table *table, struct span name)
{
    for (const struct data_column *c = table->columns; c->name != NULL; c++)
        if (span_eq(span_text(c->name), name))
            return true;
    return false;
}

const char *ending_key_column(const struct data_table *table)
{
    return table->seal_row_column != NULL ? table->seal_row_column : "id";
}

bool ending_is_readable(const struct data_table *table)
{
    return has_column(table, span_text(ending_key_column(table)));
}

const char *ending_row_column(const struct data_table *table)
{
    return has_column(table, SPAN("id")) ? "id" : ending_key_column(table);
}

const struct data_table *ending_table_find(const struct data_table_list *tables,
                                           struct span name, struct span column,
                                           const char **column_out)
{
    for (; tables->n > 0; tables++)
        for (int i = 0; i < tables->n; i++) {
            const struct data_table *t = &tables->rows[i];

            if (!span_eq(span_text(t->name), name))
                continue;
            for (const struct data_column *c = t->columns; c->name != NULL; c++)
                if (c->sealed && span_eq(span_text(c->name), column)) {
                    *column_out = c->name;
                    return t;
                }
            return NULL;
        }
    return NULL;
}

static enum err number(struct tx *tx, struct db *db, const struct stmt *stmt,
                       const struct db_args *args, int64_t *out, struct fail *why)
{
    struct db_rows *rows = NULL;
    enum err rc = store_run(tx, db, stmt, args, &rows, why);

    if (rc == ERR_OK)
        *out = db_i64(rows, 0, 0);
    db_rows_free(&rows);
    return rc;
}

enum err ending_look_count(struct db *db, const struct data_table *table, struct id person,
                           int64_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    db_arg_text(&args, span_text(table->person_column));
    db_arg_id(&args, person);
    return number(NULL, db, &count, &args, n_out, why);
}

enum err ending_look_named(struct db *db, const struct data_table *table, struct span column,
                           struct id person, int64_t *n_out, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    db_arg_text(&args, column);
    if (table->person_column == NULL)
        db_arg_null(&args);
    else
        db_arg_text(&args, span_text(table->person_column));
    db_arg_id(&args, person);
    return number(NULL, db, &named, &args, n_out, why);
}

struct streaming {
    enum err (*each)(const struct ending_text *text, void *arg, struct fail *why);
    void *arg;
};

static enum err each_text(const struct db_rows *row, void *arg, struct fail *why)
{
    const struct streaming *s = arg;
    const struct ending_text one = {db_id(row, 0, 0), db_id(row, 0, 1), db_bytes(row, 0, 2)};

    return s->each(&one, s->arg, why);
}

static void arg_place(struct db_args *args, const struct data_table *table, const char *column)
{
    db_args_init(args);
    db_arg_text(args, span_text(table->name));
    db_arg_text(args, span_text(ending_row_column(table)));
    db_arg_text(args, span_text(ending_key_column(table)));
    db_arg_text(args, span_text(column));
}

enum err ending_look_texts(struct db *db, const struct data_table *table, const char *column,
                           enum err (*each)(const struct ending_text *text, void *arg,
                                            struct fail *why),
                           void *arg, struct fail *why)
{
    struct streaming s = {each, arg};
    struct db_args args;

    arg_place(&args, table, column);
    return db_stream(db, &texts, &args, each_text, &s, why);
}

enum err ending_look_names(struct db *db, struct id person,
                           enum err (*each)(const struct ending_text *text, void *arg,
                                            struct fail *why),
                           void *arg, struct fail *why)
{
    struct streaming s = {each, arg};
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, person);
    return db_stream(db, &names, &args, each_text, &s, why);
}

static enum err own_text(const struct db_rows *rows, int i, struct arena *arena, void *into,
                         struct fail *why)
{
    struct ending_text *out = into;

    *out = (struct ending_text){db_id(rows, i, 0), db_id(rows, i, 1), db_bytes(rows, i, 2)};
    return STORE_OWN(arena, why, &out->sealed);
}

enum err ending_look_text(struct db *db, const struct data_table *table, const char *column,
                          struct id row, struct id key_row, struct arena *arena,
                          struct ending_text *out, struct fail *why)
{
    static const struct store_list as = {sizeof(struct ending_text), own_text};
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    arg_place(&args, table, column);
    db_arg_id(&args, row);
    db_arg_id(&args, key_row);
    rc = store_list(NULL, db, &text, &args, &as, arena, &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "the row is gone");
    if (rc == ERR_OK)
        *out = *(const struct ending_text *)all;
    return rc;
}

enum err ending_look_can(struct db *db, const struct data_table *table, const char *column,
                         enum ending_decision *can_out, struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    int choice = -1;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    db_arg_text(&args, span_text(column));
    db_arg_bool(&args, table->is_audit_leaf);
    rc = db_run(db, &can, &args, &rows, why);
    if (rc == ERR_OK)
        choice = jx_choice_find(ENDING_DECISIONS, db_bytes(rows, 0, 0));
    db_rows_free(&rows);
    if (rc == ERR_OK && choice < 0)
        rc = fail_set(why, ERR_INTERNAL, "what %s allows", table->name);
    if (rc == ERR_OK)
        *can_out = (enum ending_decision)choice;
    return rc;
}

/* ---- changing ---- */

enum err ending_look_mask(struct tx *tx, const struct data_table *table, const char *column,
                          struct id row, struct span was, struct span now, struct fail *why)
{
    struct db_args args;
    int64_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    db_arg_text(&args, span_text(ending_row_column(table)));
    db_arg_text(&args, span_text(column));
    db_arg_id(&args, row);
    db_arg_bytes(&args, was);
    db_arg_bytes(&args, now);
    rc = number(tx, NULL, &mask, &args, &n, why);
    return rc == ERR_OK && n == 0 ? fail_set(why, ERR_NOT_FOUND, "changed meanwhile") : rc;
}

enum err ending_look_delete(struct tx *tx, const struct data_table *table, struct id row,
                            struct fail *why)
{
    struct db_args args;
    int64_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_text(&args, span_text(table->name));
    db_arg_id(&args, row);
    rc = number(tx, NULL, &delete, &args, &n, why);
    return rc == ERR_OK && n > 0 ? audit_append_deletion(tx, RULE, table->name, &row, 1, why)
                                 : rc;
}

/* ---- mentions ---- */

enum err ending_mention_put(struct tx *tx, const struct ending_mention *m, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, m->id);
    db_arg_id(&args, m->ending);
    db_arg_id(&args, m->person);
    db_arg_time(&args, m->found_utc_us);
    db_arg_text(&args, m->table);
    db_arg_text(&args, m->column);
    db_arg_id(&args, m->key_row);
    db_arg_id(&args, m->row);
    db_arg_i64(&args, m->n_rows);
    db_arg_bool(&args, m->is_whole);
    db_arg_text(&args, jx_choice_at(ENDING_DECISIONS, (int)m->can));
    return tx_send(tx, &put, &args, why);
}

enum err ending_mention_prune(struct tx *tx, struct id ending, int64_t found_utc_us,
                              struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, ending);
    db_arg_time(&args, found_utc_us);
    return tx_run(tx, &prune, &args, NULL, why);
}

enum err ending_mention_keep(struct tx *tx, struct id mention, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_id(&args, mention);
    return tx_run(tx, &keep, &args, NULL, why);
}

static enum err own_mention(const struct db_rows *rows, int i, struct arena *arena, void *into,
                            struct fail *why)
{
    struct ending_mention *out = into;
    int allows = jx_choice_find(ENDING_DECISIONS, db_bytes(rows, i, 10));
    int decision = jx_choice_find(ENDING_DECISIONS, db_bytes(rows, i, 11));

    *out = (struct ending_mention){
        .id = db_id(rows, i, 0),
        .ending = db_id(rows, i, 1),
        .person = db_id(rows, i, 2),
        .found_utc_us = db_time(rows, i, 3),
        .table = db_bytes(rows, i, 4),
        .column = db_bytes(rows, i, 5),
        .key_row = db_id(rows, i, 6),
        .row = db_id(rows, i, 7),
        .n_rows = db_i64(rows, i, 8),
        .is_whole = db_bool(rows, i, 9),
        .can = allows < 0 ? ENDING_KEEP : (enum ending_decision)allows,
        .has_decision = decision >= 0,
        .decision = decision < 0 ? ENDING_KEEP : (enum ending_decision)decision,
        .decided_utc_us = db_time(rows, i, 12),
        .decided_by = db_id(rows, i, 13),
    };
    return STORE_OWN(arena, why, &out->table, &out->column);
}

static const struct store_list mention_list = {sizeof(struct ending_mention), own_mention};

enum err ending_mention_list(struct tx *tx, struct db *db, struct id ending, int skip,
                             int n_cap, struct arena *arena, struct ending_mention **rows_out,
                             size_t *n_out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ending);
    db_arg_i32(&args, skip);
    db_arg_i32(&args, n_cap);
    rc = store_list(tx, db, &list, &args, &mention_list, arena, &all, n_out, why);
    if (rc == ERR_OK)
        *rows_out = all;
    return rc;
}

enum err ending_mention_find(struct tx *tx, struct id ending, struct id mention,
                             struct ending_mention *out, struct fail *why)
{
    struct db_args args;
    void *all = NULL;
    size_t n = 0;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ending);
    db_arg_id(&args, mention);
    rc = store_list(tx, NULL, &find, &args, &mention_list, tx_arena(tx), &all, &n, why);
    if (rc == ERR_OK && n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no such mention");
    if (rc == ERR_OK)
        *out = *(const struct ending_mention *)all;
    return rc;
}

enum err ending_mention_sums(struct db *db, struct id ending, struct ending_sums *out,
                             struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_id(&args, ending);
    rc = db_run(db, &sums, &args, &rows, why);
    if (rc == ERR_OK)
        *out = (struct ending_sums){db_i64(rows, 0, 0), db_i64(rows, 0, 1), db_i64(rows, 0, 2),
                                    db_i64(rows, 0, 3)};
    db_rows_free(&rows);
    return rc;
}
