#include "reporting/weekly_make.h"

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/classes/lesson_rows.h"
#include "node/db/digest.h"
#include "node/db/files.h"
#include "node/db/seal.h"
#include "node/db/settings.h"
#include "node/io/net_mail.h"
#include "node/io/zip.h"
#include "reporting/weekly_delivery_store.h"
#include "reporting/weekly_paper.h"
#include "reporting/weekly_rows.h"
#include "tenants/notify/notify.h"
#include "tenants/people/account.h"

#define PASSWORD_GROUPS 5
#define GROUP_LETTERS   4
#define PASSWORD_CAP    (PASSWORD_GROUPS * (GROUP_LETTERS + 1))

struct making {
    const struct job_call *call;
    const struct weekly_order *order;
    struct weekly_report report;
    struct span text;
};

/* ---- the report ---- */

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct making *m = arg;

    return weekly_store_add(tx, &m->report, m->text, why);
}

static enum err make_report(struct making *m, struct fail *why)
{
    const struct job_call *call = m->call;
    struct weekly_facts facts = {NULL, 0, 0};
    struct weekly_given given;
    enum err rc;

    m->report = (struct weekly_report){.id = id_new(),
                                       .made_by = m->order->by,
                                       .week_utc_us = m->order->week_utc_us,
                                       .made_utc_us = clock_utc_us()};
    rc = weekly_store_gather(call->db, m->report.week_utc_us, m->report.made_utc_us,
                             call->arena, &given, why);
    given.attended_minutes =
        settings_int(call->services->settings, &setting_class_attended_min);
    if (rc == ERR_OK)
        rc = weekly_facts_make(&given, call->arena, &facts, why);
    if (rc == ERR_OK)
        rc =
            weekly_facts_text(facts.lines, facts.n, call->arena, &m->text, &m->report.sum, why);
    m->report.n_lines = (int64_t)facts.n;
    m->report.n_pupils = (int64_t)facts.n_pupils;
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, add_run, m, why);
    if (rc == ERR_OK)
        log_info("weekly.made", L_ID("report", m->report.id), L_INT("pupils", facts.n_pupils),
                 L_INT("lines", facts.n));
    return rc;
}

/* ---- one receiver ---- */

struct giving {
    const struct making *m;
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
    const struct job_call *call = g->m->call;
    const struct caller reader = {.role = g->receiver->role,
                                  .stage = STAGE_FULL,
                                  .account = g->receiver->account,
                                  .school = g->receiver->school};
    const char *name = weekly_paper_name(&g->m->report, call->arena);
    struct weekly_paper paper;
    struct zip_entry entries[2] = {{.name = ""}, {.name = ""}};
    enum err rc = weekly_paper_make(call->services, call->db, &reader, &g->m->report,
                                    clock_utc_us(), call->arena, &paper, why);

    if (rc == ERR_OK)
        rc = weekly_paper_pdf(&paper, call->arena, &entries[0].bytes, why);
    if (rc == ERR_OK)
        rc = weekly_paper_csv(&paper, call->arena, &entries[1].bytes, why);
    if (rc != ERR_OK)
        return rc;
    entries[0].name = arena_printf(call->arena, "%s.pdf", name);
    entries[1].name = arena_printf(call->arena, "%s.csv", name);
    if (entries[0].name == NULL || entries[1].name == NULL)
        return fail_set(why, ERR_NOMEM, "names");
    return zip_write_locked(entries, 2, password, call->arena, zip_out, why);
}

static enum err put_file(struct giving *g, struct span zip, struct fail *why)
{
    const struct services *s = g->m->call->services;
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
    const struct job_call *call = g->m->call;
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
        log_warn("weekly.too-large", L_ID("report", g->m->report.id), L_INT("bytes", zip.len));
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

static enum err give(const struct making *m, const struct weekly_receiver *receiver,
                     struct fail *why)
{
    const struct services *s = m->call->services;
    char link[ID_TEXT_CAP + 8] = "weekly/";
    struct giving g = {
        .m = m,
        .receiver = receiver,
        .delivery = {.id = id_new(),
                     .report = m->report.id,
                     .account = receiver->account,
                     .way = receiver->way,
                     .made_utc_us = clock_utc_us()},
    };
    enum err rc = receiver->way == WEEKLY_MAIL ? prepare_mail(&g, why) : ERR_OK;

    id_text(m->report.id, link + strlen(link));
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
static enum err give_all(const struct making *m, struct fail *why)
{
    const struct job_call *call = m->call;
    struct weekly_receiver *due = NULL;
    int64_t until = m->order->is_all ? clock_utc_us() : m->report.made_utc_us;
    enum err result = ERR_OK;
    size_t n = 0;
    enum err rc =
        weekly_receiver_due(call->db, m->report.id, until, call->arena, &due, &n, why);

    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < n; i++) {
        struct fail own = {.code = ERR_OK};

        rc = give(m, &due[i], &own);
        if (rc == ERR_OK || rc == ERR_CONFLICT)
            continue;
        log_warn("weekly.not-given", L_ID("report", m->report.id),
                 L_ID("account", due[i].account), L_FAIL(&own));
        if (result == ERR_OK && rc != ERR_NOT_FOUND && rc != ERR_INVALID) {
            result = rc;
            *why = own;
        }
    }
    return result;
}

enum err weekly_make(const struct job_call *call, const struct weekly_order *order,
                     struct fail *why)
{
    struct making m = {.call = call, .order = order};
    enum err rc = weekly_store_of_week(call->db, order->week_utc_us, &m.report, why);

    if (rc == ERR_NOT_FOUND)
        rc = make_report(&m, why);
    if (rc == ERR_CONFLICT) /* made at the same time */
        rc = weekly_store_of_week(call->db, order->week_utc_us, &m.report, why);
    return rc == ERR_OK ? give_all(&m, why) : rc;
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

enum err weekly_clear(const struct job_call *call, struct fail *why)
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
