/* data/files: the plain bytes of every uploaded file, under their SHA-256; its row says which.
 * A file whose key was destroyed, or whose bytes are lost, has its row and `null`. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "tenants/handback/as_of.h"
#include "tenants/handback/bag.h"
#include "tenants/handback/record.h"
#include "tenants/handback/sheet.h"

#define HEAD_JA "中身のファイル名（data/files） [sha256]"

struct uploads {
    struct bag *bag;
    const struct plan *plan;
    struct record record;
    struct out *json;
    struct sheet sheet;
    struct row_set rows;
    struct as_of_pick pick;
    int lost; /* the column that says that the bytes were not found */
};

struct sink {
    struct out *out;
    const struct bag *bag;
};

static enum err put_bytes(void *arg, struct span bytes, struct fail *why)
{
    const struct sink *s = arg;
    enum err rc = bag_go_on(s->bag, why);

    out_bytes(s->out, bytes);
    return rc == ERR_OK ? out_state(s->out, why) : rc;
}

/* Under the name that its bytes make. Two equal files are one. */
static enum err write_bytes(struct bag *bag, struct id file, struct journal_upload *upload,
                            struct fail *why)
{
    struct sink sink = {.bag = bag};
    char path[OUT_PATH_CAP], hex[2 * HASH256_BYTES + 1];
    struct out_sum sum;
    enum err rc = out_create(bag->dir, "data/files/file", true, &sink.out, why);

    if (rc == ERR_OK)
        rc = files_get(bag->files, bag->side, file, put_bytes, &sink, why);
    upload->is_there = rc == ERR_OK;
    if (rc == ERR_NOT_FOUND) { /* its key is gone: closed for ever */
        out_destroy(&sink.out);
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = out_sum(sink.out, &sum, why);
    if (rc == ERR_OK) {
        memcpy(upload->sha256.b, sum.sha256, sizeof upload->sha256.b);
        *hex_write(sum.sha256, sizeof sum.sha256, hex) = '\0';
        snprintf(path, sizeof path, "data/files/%s", hex);
        rc = out_finish(sink.out, path, &sum, why);
    }
    if (rc == ERR_OK)
        rc = journal_put_file(&bag->journal, path, &sum, NULL, why);
    out_destroy(&sink.out);
    return rc;
}

static bool stands(const struct bag *bag, const struct journal_upload *upload)
{
    char path[OUT_PATH_CAP], hex[2 * HASH256_BYTES + 1];

    *hex_write(upload->sha256.b, sizeof upload->sha256.b, hex) = '\0';
    snprintf(path, sizeof path, "%s/data/files/%s", bag->dir, hex);
    return !upload->is_there || access(path, F_OK) == 0;
}

static enum err need_bytes(struct uploads *u, const struct db_rows *rows, int row,
                           struct journal_upload *upload, struct fail *why)
{
    struct id file = db_id(rows, row, u->plan->id);
    const struct journal_upload *before = journal_find_upload(&u->bag->journal, file);
    enum err rc;

    *upload = (struct journal_upload){.file = file};
    if (u->lost >= 0 && !db_is_null(rows, row, u->lost))
        return ERR_OK;
    if (before != NULL && stands(u->bag, before)) {
        *upload = *before;
        return ERR_OK;
    }
    rc = write_bytes(u->bag, file, upload, why);
    return rc == ERR_OK ? journal_put_upload(&u->bag->journal, upload, why) : rc;
}

static enum err put_row(const struct db_rows *rows, int row, void *arg, struct fail *why)
{
    struct uploads *u = arg;
    struct journal_upload upload;
    struct out *sheet = NULL;
    char hex[2 * HASH256_BYTES + 1] = "", more[sizeof hex + 32] = ",\"sha256\":null";
    enum err rc;

    if (!as_of_takes(&u->pick))
        return ERR_OK;
    rc = need_bytes(u, rows, row, &upload, why);
    if (rc == ERR_OK && upload.is_there) {
        *hex_write(upload.sha256.b, sizeof upload.sha256.b, hex) = '\0';
        snprintf(more, sizeof more, ",\"sha256\":\"%s\"", hex);
    }
    if (rc == ERR_OK)
        rc = sheet_next(&u->sheet, &u->record, HEAD_JA, &sheet, why);
    if (rc == ERR_OK)
        rc = record_put(&u->record, rows, row, span_text(more), span_text(hex), u->json, sheet,
                        why);
    row_set_add(&u->rows, upload.file);
    if (rc == ERR_OK && u->rows.n % 100 == 0)
        bag_tell(u->bag, "data/files", u->rows.n, 0);
    return rc;
}

static enum err write_all(struct uploads *u, struct fail *why)
{
    static const char path[] = "data/records/file.ndjson";
    struct out_sum sum;
    struct db_args args;
    enum err rc;

    db_args_init(&args);
    rc = as_of_pick(u->bag, u->plan, &u->pick, why);
    if (rc == ERR_OK)
        rc = out_create(u->bag->dir, path, false, &u->json, why);
    if (rc == ERR_OK)
        rc = sheet_begin(&u->sheet, u->bag, "file", &u->record, HEAD_JA, why);
    if (rc == ERR_OK)
        rc = plan_stream(u->bag->db, u->plan, &args, put_row, u, why);
    if (rc == ERR_OK)
        rc = sheet_end(&u->sheet, why);
    if (rc == ERR_OK)
        rc = out_finish(u->json, path, &sum, why);
    return rc == ERR_OK ? journal_put_file(&u->bag->journal, path, &sum, &u->rows, why) : rc;
}

enum err bag_uploads(struct bag *bag, struct fail *why)
{
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < bag->n_plans; i++) {
        struct uploads u = {.bag = bag, .plan = &bag->plans[i], .lost = -1};

        if (u.plan->table->hand_back != HAND_BACK_FILES)
            continue;
        for (int c = 0; c < u.plan->n_columns; c++)
            if (strcmp(u.plan->columns[c].column->name, "lost_at") == 0)
                u.lost = u.plan->columns[c].at;
        bag_tell(bag, "data/files", 0, 0);
        rc = record_open(u.plan, bag->conf->keyring, &u.record, why);
        if (rc == ERR_OK)
            rc = write_all(&u, why);
        bag->n_sealed += u.record.n_sealed;
        bag->n_closed += u.record.n_closed;
        as_of_pick_free(&u.pick);
        sheet_destroy(&u.sheet);
        out_destroy(&u.json);
        record_close(&u.record);
    }
    return rc;
}
