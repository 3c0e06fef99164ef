/* data/log/past/SHA256: the logs of earlier contractors, and the records that were kept with
 * them, verbatim as they came (handback_piece), under the SHA-256 of their leaves. Logs that
 * were past already when they came keep their own names. */
#include <stdio.h>

#include "node/base/hex.h"
#include "node/db/seal.h"
#include "tenants/handback/bag.h"
#include "tenants/handback/intake_store.h"

#define ARENA_BYTES 65536
#define LEAVES      "log/leaves.ndjson"
#define PAST        "log/past/"

struct pieces {
    struct bag *bag;
    struct arena *arena; /* of one piece */
    enum err (*each)(void *arg, struct span bytes, struct fail *why);
    void *arg;
};

static enum err open_piece(const struct db_rows *row, void *arg, struct fail *why)
{
    struct pieces *p = arg;
    const struct seal_place place = {"handback_piece", "bytes_sealed", db_id(row, 0, 0)};
    struct span plain = SPAN_NONE;
    enum err rc = bag_go_on(p->bag, why);

    if (rc == ERR_OK)
        rc = unseal(p->bag->conf->keyring, &place, db_bytes(row, 0, 1), p->arena, &plain, why);
    if (rc != ERR_OK)
        return rc == ERR_NOT_FOUND ? fail_set(why, ERR_PROTO, "a past log is closed") : rc;
    rc = p->each(p->arg, plain, why);
    arena_reset(p->arena);
    return rc;
}

enum err bag_pieces(struct bag *bag, struct id import, struct span path,
                    enum err (*each)(void *arg, struct span bytes, struct fail *why), void *arg,
                    struct fail *why)
{
    struct pieces p = {.bag = bag, .each = each, .arg = arg};
    struct db_args args;
    enum err rc = arena_create(ARENA_BYTES, &p.arena, why);

    db_args_init(&args);
    db_arg_id(&args, import);
    db_arg_text(&args, path);
    if (rc == ERR_OK) {
        arena_mark_secret(p.arena);
        rc = db_stream(bag->db, &intake_pieces, &args, open_piece, &p, why);
    }
    arena_destroy(&p.arena);
    return rc;
}

static enum err put_piece(void *arg, struct span bytes, struct fail *why)
{
    struct out *out = arg;

    out_bytes(out, bytes);
    return out_state(out, why);
}

/* Where the file of an import goes; sha: of its own leaves. */
static void name_of(struct span path, const char *sha, char name_out[OUT_PATH_CAP])
{
    if (span_has_prefix(path, SPAN(PAST)))
        snprintf(name_out, OUT_PATH_CAP, "data/%.*s", SPAN_ARG(path));
    else if (span_has_prefix(path, SPAN("log/")))
        snprintf(name_out, OUT_PATH_CAP, "data/" PAST "%s/%.*s", sha,
                 SPAN_ARG(span_from(path, sizeof "log/" - 1)));
    else
        snprintf(name_out, OUT_PATH_CAP, "data/" PAST "%s/%.*s", sha, SPAN_ARG(path));
}

/* The leaves come first, and give the name: sha_io is then written. */
static enum err write_file(struct bag *bag, struct id import, struct span path,
                           char sha_io[2 * OUT_SHA256_BYTES + 1], struct fail *why)
{
    bool is_leaves = span_eq(path, SPAN(LEAVES));
    char name[OUT_PATH_CAP];
    struct out *out = NULL;
    struct out_sum sum;
    enum err rc = out_create(bag->dir, "data/log/past.making", is_leaves, &out, why);

    if (rc == ERR_OK)
        rc = bag_pieces(bag, import, path, put_piece, out, why);
    if (rc == ERR_OK)
        rc = out_sum(out, &sum, why);
    if (rc == ERR_OK) {
        if (is_leaves)
            *hex_write(sum.sha256, sizeof sum.sha256, sha_io) = '\0';
        name_of(path, sha_io, name);
        rc = journal_find(&bag->journal, name) != NULL ? ERR_CONFLICT
                                                       : out_finish(out, name, &sum, why);
    }
    if (rc == ERR_OK)
        rc = journal_put_file(&bag->journal, name, &sum, NULL, why);
    out_destroy(&out);
    return rc == ERR_CONFLICT ? ERR_OK : rc; /* it stands already: of before a cut */
}

enum err bag_past(struct bag *bag, struct fail *why)
{
    char sha[2 * OUT_SHA256_BYTES + 1] = "";
    struct db_rows *rows = NULL;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    db_arg_i64(&args, (int64_t)bag->journal.cut.n_leaves);
    rc = db_run(bag->db, &intake_paths, &args, &rows, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        rc = write_file(bag, db_id(rows, i, 0), db_bytes(rows, i, 1), sha, why);
    db_rows_free(&rows);
    return rc;
}
