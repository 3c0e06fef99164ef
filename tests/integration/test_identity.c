/* A cluster knows whose it is: the first start writes it, every later one is
 * compared, and nobody can change it afterwards. */
#include <stdlib.h>

#include "node/db/identity.h"
#include "node/db/migrate.h"
#include "node/features.h"
#include "tests/t.h"

static struct db_conf conf_of(const char *user)
{
    struct db_conf conf = {
        .socket_dir = getenv("IBASHO_TEST_PG"), .user = user, .name = "ibasho"};

    if (conf.socket_dir == NULL)
        abort(); /* run by tests/lib/with-cluster */
    return conf;
}

static struct db *app_open(void)
{
    struct db_conf owner = conf_of("ibasho"), app = conf_of("ibasho_app");
    struct db *db = NULL;

    T_EQ(migrate_run(&owner, &migrations, NULL, NULL, NULL, NULL), ERR_OK, "migrate");
    T_EQ(db_open(&app, features_stmts, &db, NULL), ERR_OK, "open");
    return db;
}

T_CASE(identity_of_a_cluster_is_written_once_and_compared)
{
    struct id ours = id_new(), theirs = id_new();
    struct fail why = {0};
    struct db *db = app_open();
    char text[ID_TEXT_CAP];

    if (db == NULL)
        return;
    T_EQ(identity_check_cluster(db, ours, "municipality", &why), ERR_OK, "the first start");
    T_EQ(identity_check_cluster(db, ours, "municipality", &why), ERR_OK, "the next start");
    T_EQ(identity_check_cluster(db, theirs, "municipality", &why), ERR_DENIED, "another node");
    id_text(theirs, text);
    T_OK(strstr(why.text, text) != NULL, "names the configured id");
    id_text(ours, text);
    T_OK(strstr(why.text, text) != NULL, "names the cluster's id");
    T_EQ(identity_check_cluster(db, ours, "coordinator", &why), ERR_DENIED, "another role");
    T_EQ(identity_check_cluster(db, ours, "municipality", &why), ERR_OK,
         "what was refused changed nothing");
    db_close(&db);
}

T_CASE(identity_of_a_cluster_cannot_be_changed_by_the_application)
{
    static const char *const tries[] = {
        "UPDATE node_identity SET node = '00000000-0000-7000-8000-000000000000'",
        "DELETE FROM node_identity",
        "TRUNCATE node_identity",
        "INSERT INTO node_identity (only_row, node, role) VALUES"
        " (false, '00000000-0000-7000-8000-000000000000', 'municipality')",
    };
    struct db *db = app_open();

    for (size_t i = 0; db != NULL && i < T_COUNT(tries); i++)
        T_OK(db_exec(db, tries[i], NULL) != ERR_OK, tries[i]);
    db_close(&db);
}
