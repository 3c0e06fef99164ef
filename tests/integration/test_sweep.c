/* Terms of storage: KP-3-安全-3 (past-term rows vanish by a daily job with a count record). */
#include <stdio.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "node/db/sweep.h"
#include "node/features.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

static const struct setting t_days = {.name = "t.days",
                                      .type = SETTING_INT,
                                      .least = 1,
                                      .most = 100,
                                      .unit = "日",
                                      .initial = "20",
                                      .title_ja = "日数",
                                      .roles = ROLE_BIT(ROLE_COMMISSIONER)};
static const struct setting *const rows[] = {&t_days, &setting_access_record_days};
static const struct setting_table settings[] = {{rows, 2}, {NULL, 0}};

static const struct data_column no_columns[] = {{NULL, NULL, false}};
static const struct data_table own_tables[] = {
    {.name = "t_plain", .retention_days = 10, .retention_column = "at", .columns = no_columns},
    {.name = "t_by_setting",
     .retention_days = 10,
     .retention_setting = &t_days,
     .retention_column = "at",
     .columns = no_columns},
    {.name = "t_kept", .retention_days = 0, .retention_column = "at", .columns = no_columns},
    {.name = "t_leaf",
     .retention_days = 10,
     .retention_column = "at",
     .is_audit_leaf = true,
     .columns = no_columns},
};
static const struct data_table_list tables[] = {{own_tables, 4}, {NULL, 0}};

static void make(struct store_fixture *f, const char *table)
{
    audit_fixture_sql(&f->log,
                      "CREATE TABLE %s (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),"
                      " at timestamptz);"
                      "GRANT SELECT, INSERT, DELETE ON %s TO ibasho_app;"
                      "INSERT INTO %s (at) SELECT now() - interval '15 days' FROM"
                      " generate_series(1, 1203);"
                      "INSERT INTO %s (at) SELECT now() - interval '25 days' FROM"
                      " generate_series(1, 7);"
                      "INSERT INTO %s (at) VALUES (now()), (now() - interval '9 days'), (NULL)",
                      table, table, table, table, table);
}

static int64_t count(struct store_fixture *f, const char *table)
{
    char sql[80];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    return store_fixture_i64(f, sql);
}

T_CASE(sweep_deletes_what_is_past_its_term_and_counts_it)
{
    struct store_fixture f;
    size_t n = 0;

    T_REQ("KP-3-安全-3");
    T_REQ("NI-2.3.4-4");
    store_fixture_start(&f, settings);
    make(&f, "t_plain");
    make(&f, "t_by_setting");
    make(&f, "t_kept");
    T_EQ(sweep_past_term(f.log.writer,
                         (const struct data_table_list[]){{own_tables, 3}, {NULL, 0}},
                         f.services.settings, clock_utc_us(), &n, NULL),
         ERR_OK, "sweep");
    T_EQ(n, 1203 + 7 + 7, "rows deleted");
    T_EQ(count(&f, "t_plain"), 3, "ten days; a row without a time stays");
    T_EQ(count(&f, "t_by_setting"), 1206, "twenty days by the setting");
    T_EQ(count(&f, "t_kept"), 1213, "until the contract's end");
    T_EQ(store_fixture_i64(&f, "SELECT sum(n_rows)::bigint FROM retention_record WHERE"
                               " table_name = 't_plain'"),
         1210, "the count record, in chunks");
    T_EQ(store_fixture_i64(&f, "SELECT max(n_rows) FROM retention_record"), 500,
         "no chunk holds the writer for long");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM retention_record r JOIN audit_leaf l ON"
                               " l.row_id = r.id AND l.kind = 'retention'"),
         count(&f, "retention_record"), "each is a leaf");
    T_EQ(sweep_past_term(f.log.writer, tables, f.services.settings, clock_utc_us(), &n, NULL) ==
             ERR_OK,
         false, "a table that is not there is told");
    T_EQ(n, 0, "nothing more");
    store_fixture_stop(&f);
}

static enum err leaf_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct id *id = arg;

    return audit_append(tx, "t.leaf", "t_leaf", *id, SPAN("{\"a\":1}"), why);
}

/* Rows that are leaves go with a leaf that names the rule; without leaves nothing goes. */
T_CASE(sweep_of_leaf_rows_leaves_a_deletion_leaf)
{
    static const struct data_table_list only[] = {{own_tables + 3, 1}, {NULL, 0}};
    struct store_fixture f;
    struct id id = id_new();
    char text[ID_TEXT_CAP];
    size_t n = 0;

    T_REQ("NI-T3-8");
    store_fixture_start(&f, settings);
    id_text(id, text);
    audit_fixture_sql(&f.log,
                      "CREATE TABLE t_leaf (id uuid PRIMARY KEY, at timestamptz);"
                      "GRANT SELECT, INSERT, DELETE ON t_leaf TO ibasho_app;"
                      "INSERT INTO t_leaf VALUES ('%s', now() - interval '11 days')",
                      text);
    T_EQ(sweep_past_term(f.log.writer, only, f.services.settings, clock_utc_us(), &n, NULL),
         ERR_NOT_FOUND, "a row without a leaf is not the sweeper's to delete");
    T_EQ(count(&f, "t_leaf"), 1, "it stays");
    T_EQ(writer_wait(f.log.writer, leaf_run, &id, NULL), ERR_OK, "its leaf");
    T_EQ(sweep_past_term(f.log.writer, only, f.services.settings, clock_utc_us(), &n, NULL),
         ERR_OK, "sweep");
    T_EQ(n, 1, "one row");
    T_EQ(count(&f, "t_leaf"), 0, "gone");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM audit_deletion WHERE rule ="
                               " 'retention.expired' AND table_name = 't_leaf'"),
         1, "by which rule");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM audit_leaf WHERE kind = 't.leaf' AND salt"
                               " IS NULL"),
         1, "its salt is gone");
    store_fixture_stop(&f);
}

T_CASE(sweep_takes_the_access_record_only_past_five_years)
{
    struct store_fixture f;
    size_t n = 0;

    T_REQ("NI-T3-8");
    store_fixture_start(&f, NULL);
    audit_fixture_append(&f.log, 3, clock_utc_us() - 1800 * DAY_US, NULL);
    audit_fixture_append(&f.log, 4, clock_utc_us() - 1830 * DAY_US, NULL);
    T_EQ(sweep_past_term(f.log.writer, features_tables, f.services.settings, clock_utc_us(), &n,
                         NULL),
         ERR_OK, "sweep of all tables there are");
    T_EQ(n, 4, "those past their term");
    T_EQ(count(&f, "access_record"), 3, "the others stay");
    T_EQ(sweep_term_days(&own_tables[2], f.services.settings), 0, "no term");
    store_fixture_stop(&f);
}
