#include "node/db/identity.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_CAP 512

static const struct stmt identity_add = {
    "identity_add", "INSERT INTO node_identity (node, role) VALUES ($1::uuid, $2::text)"
                    " ON CONFLICT DO NOTHING"};
static const struct stmt identity_find = {"identity_find",
                                          "SELECT node, role FROM node_identity"};

const struct stmt *const identity_stmts[IDENTITY_STMTS_N] = {&identity_add, &identity_find};

static const struct data_column columns[] = {
    {"only_row", "行が一つだけであることの印", false},
    {"node", "この拠点のID", false},
    {"role", "この拠点の種類（自治体か都道府県か）", false},
    {"made_at", "はじめて動いた日時", false},
    {NULL, NULL, false},
};

const struct data_table identity_tables[IDENTITY_TABLES_N] = {{
    .name = "node_identity",
    .meaning_ja = "このデータがどの拠点のものかの印",
    .purpose_ja = "ほかの自治体のデータで動きはじめることを防ぐため",
    .ground_ja = "委託契約（安全管理措置）",
    .purpose_en = "which node the cluster belongs to; a node that takes data over has its own",
    .retention_days = 0,
    .key_of = KEY_OF_NONE,
    .hand_back = HAND_BACK_NOTHING,
    .erase_person = ERASE_NOT_OF_A_PERSON,
    .columns = columns,
}};

static enum err directory_check(const char *path, bool may_be_missing, struct fail *why)
{
    struct stat st;

    if (lstat(path, &st) != 0) {
        if (errno == ENOENT && may_be_missing)
            return ERR_OK;
        return fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    }
    if (!S_ISDIR(st.st_mode))
        return fail_set(why, ERR_DENIED, "%s is no directory of its own", path);
    if (st.st_uid != geteuid())
        return fail_set(why, ERR_DENIED,
                        "%s belongs to user %u, this is user %u: not this node's", path,
                        (unsigned)st.st_uid, (unsigned)geteuid());
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return fail_set(why, ERR_DENIED, "%s may be written by others (mode %o)", path,
                        (unsigned)(st.st_mode & 07777));
    return ERR_OK;
}

enum err identity_check_files(const char *data_dir, struct fail *why)
{
    static const char *const parts[] = {"cluster", "keys", "keyd", "files", "backups"};
    char path[PATH_CAP];
    enum err rc = directory_check(data_dir, false, why);

    for (size_t i = 0; rc == ERR_OK && i < sizeof parts / sizeof parts[0]; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", data_dir, parts[i]);

        if (n < 0 || (size_t)n >= sizeof path)
            return fail_set(why, ERR_INVALID, "node.data_dir is too long");
        rc = directory_check(path, true, why);
    }
    return rc;
}

static enum err row_compare(const struct db_rows *rows, struct id node, const char *role,
                            struct fail *why)
{
    char theirs[ID_TEXT_CAP], ours[ID_TEXT_CAP];

    if (db_rows_n(rows) != 1)
        return fail_set(why, ERR_INTERNAL, "node_identity holds %d rows", db_rows_n(rows));
    id_text(db_id(rows, 0, 0), theirs);
    id_text(node, ours);
    if (!id_eq(db_id(rows, 0, 0), node))
        return fail_set(why, ERR_DENIED, "this cluster is node %s's, node.conf says %s", theirs,
                        ours);
    if (!span_eq(db_bytes(rows, 0, 1), span_text(role)))
        return fail_set(why, ERR_DENIED, "this cluster is a %.*s's, node.conf says %s",
                        SPAN_ARG(db_bytes(rows, 0, 1)), role);
    return ERR_OK;
}

enum err identity_check_cluster(struct db *db, struct id node, const char *role,
                                struct fail *why)
{
    struct db_args args;
    struct db_rows *rows = NULL;
    enum err rc = ERR_OK;

    db_args_init(&args);
    db_arg_id(&args, node);
    db_arg_text(&args, span_text(role));
    rc = db_run(db, &identity_add, &args, NULL, why);
    if (rc != ERR_OK)
        return rc;
    db_args_init(&args);
    rc = db_run(db, &identity_find, &args, &rows, why);
    if (rc == ERR_OK)
        rc = row_compare(rows, node, role, why);
    db_rows_free(&rows);
    return rc;
}
