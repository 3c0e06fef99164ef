#include "reporting/report_give.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/digest.h"
#include "node/db/files.h"
#include "node/db/seal.h"
#include "node/io/net_mail.h"
#include "tenants/notify/notify.h"

#define PASSWORD_GROUPS 5
#define GROUP_LETTERS   4
#define PASSWORD_CAP    (PASSWORD_GROUPS * (GROUP_LETTERS + 1))

/* ---- one receiver ---- */

struct giving {
    const struct report_give *give;
    const struct weekly_receiver *receiver;
    struct weekly_delivery delivery;
    struct notify_post post;
    struct file_put *put; /* NULL: no file */
};

/* 20 letters of 32, 100 bits: WinZip's key derivation (1,000 rounds) is slow enough for that.
 * No I, O, 0 and 1, which people mistake. */
static void make_password(char out[PASSWORD_CAP])
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    uint8_t random[PASSWORD_GROUPS * GROUP_LETTERS];
    size_t n = 0;

    digest_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        if (i > 0 && i % GROUP_LETTERS == 0)
            out[n++] = '-';
        out[n++] = letters[random[i] % 32];
    }
    out[n] = '\0';
    digest_wipe(random, sizeof random);
}

static enum err draw(struct giving *g, const char *password, struct span *zip_out,
                     struct fail *why)
{
    const struct caller reader = {.role = g->receiver->role,
                                  .stage = STAGE_FULL,
                                  .account = g->receiver->account,
                                  .school = g->receiver->school};
    struct zip_entry entries[REPORT_FILES_N] = {{.name = ""}, {.name = ""}};
    enum err rc = g->give->files(g->give, &reader, entries, why);

    return rc == ERR_OK ? zip_write_locked(entries, REPORT_FILES_N, password,
                                           g->give->call->arena, zip_out, why)
                        : rc;
}

static enum err put_file(struct giving *g, struct span zip, struct fail *why)
{
    const struct services *s = g->give->call->services;
    const struct file_new file = {.id = id_new(),
                                  .key_kind = KEY_PERSON,
                                  .owner = g->receiver->account,
                                  .name = SPAN("report.zip"),
                                  .media_type = "application/zip"};
    enum err rc = file_put_begin(s->files, &file, &g->put, why);

    if (rc == ERR_OK)
        rc = file_put_bytes(g->put, zip, why);
    if (rc == ERR_OK)
        rc = file_put_finish(g->put, why);
    if (rc == ERR_OK)
        g->delivery.file = file.id;
    return rc;
}

/* The file and its password, for the mail. */
static enum err prepare_mail(struct giving *g, struct fail *why)
{
    const struct job_call *call = g->give->call;
    struct keyring *keyring = call->services->keyring;
    const struct seal_place at = {WEEKLY_DELIVERY_TABLE, WEEKLY_DELIVERY_COLUMN,
                                  g->delivery.id};
    char password[PASSWORD_CAP];
    struct span zip = SPAN_NONE;
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, g->receiver->account, NULL, &key, why);

    make_password(password);
    if (rc == ERR_OK)
        rc = draw(g, password, &zip, why);
    if (rc == ERR_OK && zip.len > NET_MAIL_FILE_MOST) {
        log_warn("report.too-large", L_ID("report", g->give->report), L_INT("bytes", zip.len));
    } else if (rc == ERR_OK) {
        rc = seal(keyring, key, &at, span_text(password), call->arena,
                  &g->delivery.password_sealed, why);
        if (rc == ERR_OK)
            rc = put_file(g, zip, why);
    }
    digest_wipe(password, sizeof password);
    return rc;
}

/* Without an address to send to there is neither file nor password. */
static enum err give_run(struct tx *tx, void *arg, struct fail *why)
{
    struct giving *g = arg;
    struct weekly_delivery delivery = g->delivery;
    enum err rc;

    rc = notify_put(tx, &g->post, why);
    delivery.n_addresses = g->post.n_made;
    if (g->post.n_made == 0) {
        delivery.file = ID_NONE;
        delivery.password_sealed = SPAN_NONE;
    }
    if (rc == ERR_OK)
        rc = weekly_delivery_add(tx, &delivery, why);
    return rc == ERR_OK && !id_is_none(delivery.file) ? files_tx_add(tx, g->put, why) : rc;
}

static enum err give_one(const struct report_give *give, const struct weekly_receiver *receiver,
                         struct fail *why)
{
    const struct services *s = give->call->services;
    char link[NOTIFY_LINK_MOST], id[ID_TEXT_CAP];
    struct giving g = {
        .give = give,
        .receiver = receiver,
        .delivery = {.id = id_new(),
                     .report = give->report,
                     .kind = give->kind,
                     .account = receiver->account,
                     .way = receiver->way,
                     .made_utc_us = clock_utc_us()},
    };
    enum err rc = receiver->way == WEEKLY_MAIL ? prepare_mail(&g, why) : ERR_OK;

    id_text(give->report, id);
    snprintf(link, sizeof link, "%s/%s", give->page, id);
    g.post = (struct notify_post){.kind = NOTIFY_REPORT,
                                  .cause = g.delivery.id,
                                  .accounts = &receiver->account,
                                  .n_accounts = 1,
                                  .link = link,
                                  .now_utc_us = g.delivery.made_utc_us,
                                  .attachment = g.delivery.file};
    if (rc == ERR_OK)
        rc = writer_wait(s->writer, give_run, &g, why);
    if (g.put != NULL)
        file_put_end(&g.put, rc == ERR_OK && g.post.n_made == 0 ? ERR_NOT_FOUND : rc);
    if (rc == ERR_OK)
        notify_wake(s->notify);
    return rc;
}

/* One who cannot be given it keeps it from nobody else. What may pass (no key yet, no room)
 * brings the job back; what is this one's own (its key is gone) does not. */
enum err report_give_all(const struct report_give *give, struct fail *why)
{
    const struct job_call *call = give->call;
    struct weekly_receiver *due = NULL;
    enum err result = ERR_OK;
    size_t n = 0;
    enum err rc = weekly_receiver_due(call->db, give->kind, give->report, give->until_utc_us,
                                      call->arena, &due, &n, why);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < n; i++) {
        struct fail own = {.code = ERR_OK};

        rc = give_one(give, &due[i], &own);
        if (rc == ERR_OK || rc == ERR_CONFLICT)
            continue;
        log_warn("report.not-given", L_ID("report", give->report),
                 L_ID("account", due[i].account), L_FAIL(&own));
        if (result == ERR_OK && rc != ERR_NOT_FOUND && rc != ERR_INVALID) {
            result = rc;
            *why = own;
        }
    }
    return result;
}

/* ---- clearing ---- */

static enum err drop_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct weekly_delivery *d = arg;
    enum err rc = files_tx_delete(tx, d->file, why);

    if (rc == ERR_OK || rc == ERR_NOT_FOUND)
        rc = weekly_delivery_drop_file(tx, d->id, why);
    return rc;
}

enum err report_give_clear(const struct job_call *call, struct fail *why)
{
    const struct services *s = call->services;
    struct weekly_delivery *spent = NULL;
    size_t n = 0;
    enum err rc = weekly_delivery_spent(call->db, call->arena, &spent, &n, why);

    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        rc = writer_wait(s->writer, drop_run, &spent[i], why);
        if (rc == ERR_OK)
            rc = files_drop(s->files, spent[i].file, why);
    }
    return rc;
}
