/* node/db/rows_sql.h on a real server: each kind of defect is found, and none where there is
 * none. */
#include <stdio.h>
#include <stdlib.h>

#include "node/db/rows_sql.h"
#include "node/features.h"
#include "tests/t.h"

#define HASH "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct migration steps[] = {
    {1, "0001_ledger", HASH,
     "REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO ibasho_app;"
     "CREATE TABLE schema_migration (number integer PRIMARY KEY, name text, sha256 text,"
     " applied_at timestamptz DEFAULT now())"},
    {2, "0002_pet", HASH,
     "CREATE TABLE pet (id uuid PRIMARY KEY, name_sealed bytea, born_at timestamptz);"
     "ALTER TABLE pet ADD COLUMN weight integer; GRANT SELECT ON pet TO ibasho_app"},
};
static const struct migration_list list = {steps, 2};

static const struct data_column ledger_columns[] = {
    {"number", "番号", false},     {"name", "名前", false}, {"sha256", "ハッシュ", false},
    {"applied_at", "日時", false}, {NULL, NULL, false},
};
static const struct data_column pet_columns[] = {
    {"id", "番号", false},
    {"name_sealed", "名前", true},
    {"born_at", "生まれた日時", false},
    {"weight", "重さ", false},
    {NULL, NULL, false},
};
static const struct data_column pet_columns_wrong[] = {
    {"id", "番号", false},   {"name_sealed", "名前", true}, {"born_at", "生まれた日時", false},
    {"colour", "色", false}, {NULL, NULL, false},
};
#define TEXTS   .meaning_ja = "あ", .purpose_ja = "い", .ground_ja = "う", .purpose_en = "e"
#define NOBODYS .hand_back = HAND_BACK_NDJSON, .erase_person = ERASE_NOT_OF_A_PERSON
static const struct data_table good_tables[] = {
    {.name = "schema_migration", TEXTS, NOBODYS, .columns = ledger_columns},
    {.name = "pet", TEXTS, NOBODYS, .key_of = KEY_OF_RECORD, .columns = pet_columns},
};
static const struct data_table wrong_tables[] = {
    {.name = "schema_migration", TEXTS, NOBODYS, .columns = ledger_columns},
    {.name = "pet", TEXTS, NOBODYS, .key_of = KEY_OF_RECORD, .columns = pet_columns_wrong},
};
static const struct data_table_list good_list[] = {{good_tables, 2}, {NULL, 0}};
static const struct data_table_list wrong_list[] = {{wrong_tables, 2}, {NULL, 0}};
static const struct data_table_list short_list[] = {{good_tables, 1}, {NULL, 0}};

static const struct stmt s_find = {"pet_find", "SELECT weight FROM pet WHERE id = $1::uuid"};
static const struct stmt s_add = {"pet_add", "INSERT INTO pet (id) VALUES ($1::uuid)"};
static const struct stmt s_lost = {"pet_lost", "SELECT nothing FROM pet"};
static const struct stmt *const good_stmts[] = {&s_find};
static const struct stmt *const ungranted_stmts[] = {&s_find, &s_add};
static const struct stmt *const lost_stmts[] = {&s_lost, &s_find};
static const struct stmt_table good_stmt_list[] = {{good_stmts, 1}, {NULL, 0}};
static const struct stmt_table ungranted_list[] = {{ungranted_stmts, 2}, {NULL, 0}};
static const struct stmt_table lost_list[] = {{lost_stmts, 2}, {NULL, 0}};
static const struct stmt_table owner_list[] = {{migrate_stmts, MIGRATE_STMTS_N}, {NULL, 0}};

static void keep(const char *text, void *arg)
{
    char *all = arg;

    strncat(all, text, 2000 - strlen(all));
    strncat(all, "\n", 2000 - strlen(all));
}

T_CASE(rows_sql_finds_each_kind_of_defect)
{
    static const struct {
        const char *what, *says; /* NULL: no defect */
        struct rows_given given;
        int n;
    } ways[] = {
        {"all is well", NULL, {.tables = good_list, .stmts = good_stmt_list}, 0},
        {"a table without its row", "pet: a migration makes it", {.tables = short_list}, 1},
        {"a column without its row", "column weight has no row", {.tables = wrong_list}, 2},
        {"a row without its column", "names column colour", {.tables = wrong_list}, 2},
        {"a right that was not granted",
         "pet_add cannot be planned: sql: SQLSTATE 42501",
         {.tables = good_list, .stmts = ungranted_list},
         1},
        {"a column that is not there",
         "pet_lost: pet_lost: SQLSTATE 42703",
         {.tables = good_list, .stmts = lost_list},
         1},
        {"the migrations' own run as the owner",
         NULL,
         {.tables = good_list, .stmts = owner_list},
         0},
    };

    for (size_t i = 0; i < T_COUNT(ways); i++) {
        struct fail why = {.code = ERR_OK};
        char all[2048] = "";
        int n = -1;

        T_EQ(rows_sql_check(getenv("IBASHO_TEST_PG"), &ways[i].given, &list, keep, all, &n,
                            &why),
             ERR_OK, why.text);
        T_EQ(n, ways[i].n, ways[i].what);
        T_OK(ways[i].says == NULL || strstr(all, ways[i].says) != NULL, all);
    }
}

T_CASE(rows_sql_takes_every_upgrade_path)
{
    /* Step 2 builds on something that only the session of step 1 has. */
    static const struct migration devious[] = {
        {1, "0001_ledger", HASH,
         "CREATE TABLE schema_migration (number integer PRIMARY KEY, name text, sha256 text);"
         "CREATE TABLE pet (id uuid PRIMARY KEY); CREATE TEMPORARY TABLE mark (id integer)"},
        {2, "0002_depends", HASH,
         "DO $$ BEGIN IF to_regclass('pg_temp.mark') IS NOT NULL THEN ALTER TABLE pet"
         " ADD COLUMN x integer; END IF; END $$"},
    };
    static const struct migration failing[] = {
        {1, "0001_ledger", HASH,
         "CREATE TABLE schema_migration (number integer PRIMARY KEY, name text, sha256 text)"},
        {2, "0002_bad", HASH, "ALTER TABLE nowhere ADD COLUMN x integer"},
    };
    const struct rows_given nothing = {.tables = NULL};
    struct migration_list devious_list = {devious, 2}, failing_list = {failing, 2};
    struct fail why = {.code = ERR_OK};
    char all[2048] = "";
    int n = 0;

    T_EQ(rows_sql_check(getenv("IBASHO_TEST_PG"), &nothing, &devious_list, keep, all, &n, &why),
         ERR_OK, why.text);
    T_OK(strstr(all, "stopped after step 0001_ledger comes out different") != NULL, all);
    T_OK(rows_sql_check(getenv("IBASHO_TEST_PG"), &nothing, &failing_list, keep, all, &n,
                        &why) != ERR_OK,
         "a step that fails is an error");
    T_OK(strstr(why.text, "0002_bad") != NULL, "named");
}
