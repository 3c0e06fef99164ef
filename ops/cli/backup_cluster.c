/* What a backup asks of the running cluster, and where things of this node lie. */
#include "node/db/backup_state.h"
#include "node/db/db.h"
#include "ops/backup/archive.h"
#include "ops/cli/backup.h"

static const struct stmt sql_facts = {
    "backup_facts", "SELECT system_identifier::text, bytes_per_wal_segment::bigint "
                    "FROM pg_control_system(), pg_control_init()"};
static const struct stmt sql_drop = {
    "backup_slot_drop", "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                        "WHERE slot_name = $1::text AND wal_status = 'lost'"};
static const struct stmt sql_slot = {
    "backup_slot",
    "SELECT (pg_create_physical_replication_slot($1::text, true)).slot_name::text "
    "WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = "
    "$1::text)"};
static const struct stmt *const stmts[] = {&sql_facts, &sql_drop, &sql_slot};
static const struct stmt_table tables[] = {{stmts, 3}, {NULL, 0}};

const char *backup_socket_dir(struct cli *cli)
{
    const char *dir = conf_text(cli->conf, "db.socket_dir");

    return dir[0] != '\0'
               ? dir
               : arena_printf(cli->arena, "%s/pg", conf_text(cli->conf, "node.run_dir"));
}

const char *backup_files_dir(struct cli *cli)
{
    const char *dir = conf_text(cli->conf, "files.dir");

    return dir[0] != '\0'
               ? dir
               : arena_printf(cli->arena, "%s/files", conf_text(cli->conf, "node.data_dir"));
}

static enum err facts(struct cli *cli, struct db *db, struct backup_entry *entry,
                      struct fail *why)
{
    struct db_rows *rows = NULL;
    struct db_args none;
    enum err rc;

    db_args_init(&none);
    rc = db_run(db, &sql_facts, &none, &rows, why);
    if (rc != ERR_OK)
        return rc;
    entry->system = arena_copy(cli->arena, db_bytes(rows, 0, 0));
    entry->segment = db_i64(rows, 0, 1);
    entry->has_system = entry->has_segment = true;
    db_rows_free(&rows);
    return ERR_OK;
}

static enum err slot(struct db *db, const struct stmt *stmt, struct fail *why)
{
    struct db_args args;

    db_args_init(&args);
    db_arg_text(&args, SPAN(ARCHIVE_SLOT));
    return db_run(db, stmt, &args, NULL, why);
}

enum err backup_cluster_ready(struct cli *cli, struct backup_entry *entry, struct fail *why)
{
    struct db_conf conf = {.socket_dir = backup_socket_dir(cli),
                           .user = "ibasho",
                           .name = conf_text(cli->conf, "db.name")};
    struct db *db = NULL;
    enum err rc = conf.socket_dir == NULL ? fail_set(why, ERR_NOMEM, "db.socket_dir")
                                          : db_open(&conf, tables, &db, why);

    if (rc == ERR_OK)
        rc = facts(cli, db, entry, why);
    if (rc == ERR_OK)
        rc = slot(db, &sql_drop, why);
    if (rc == ERR_OK)
        rc = slot(db, &sql_slot, why);
    db_close(&db);
    return rc;
}
