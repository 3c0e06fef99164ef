#include "node/features.h"

#include "node/db/identity.h"
#include "node/db/migrate.h"
#include "node/db/writer.h"

/* One line a feature and kind, in the order of the house's ranks. */
const struct route_table features_routes[] = {
    {NULL, 0},
};

const struct command_table features_commands[] = {
    {NULL, 0},
};

const struct stmt_table features_stmts[] = {
    {migrate_stmts, MIGRATE_STMTS_N},
    {identity_stmts, IDENTITY_STMTS_N},
    {writer_stmts, WRITER_STMTS_N},
    {NULL, 0},
};

const struct data_table_list features_tables[] = {
    {migrate_tables, MIGRATE_TABLES_N},
    {identity_tables, IDENTITY_TABLES_N},
    {NULL, 0},
};

const struct setting_table features_settings[] = {
    {NULL, 0},
};

const struct job_table features_jobs[] = {
    {NULL, 0},
};
