#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/problem.h"
#include "node/db/audit.h"
#include "node/server/live_priv.h"

/* An answer that waits for its access record; owns frame. */
struct record {
    struct live *live;
    struct command_later to;
    struct ws_shared *frame; /* NULL: nothing is answered */
    const char *action, *outcome;
    enum err rc; /* of the commit */
    struct id id;
    int64_t at_utc_us;
    char address[46];
};

const char *live_record_action(enum audit_class audit)
{
    switch (audit) {
    case AUDIT_NONE:
    case AUDIT_READ:
        return "read";
    case AUDIT_CHANGE:
        return "change";
    case AUDIT_EXPORT:
        return "export";
    }
    return "read";
}

static void record_free(struct record *record)
{
    ws_shared_unref(&record->frame);
    free(record);
}

static enum err record_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct record *record = arg;
    const struct access_entry entry = {
        .id = record->id,
        .at_utc_us = record->at_utc_us,
        .route = record->to.row->name,
        .role = role_id(record->to.role),
        .account = record->to.account,
        .address = span_text(record->address),
        .object = record->to.object,
        .person = record->to.person,
        .action = record->action,
        .outcome = record->outcome,
    };

    return access_append(tx, &entry, why);
}

/* What was done is done; but what nobody could put on record nobody is told. */
static void refuse(struct record *record)
{
    struct command row = *record->to.row;
    struct command_later to = record->to;
    const struct fail fail = {.code = record->rc == ERR_UNCERTAIN ? ERR_UNCERTAIN
                                                                  : ERR_UNAVAILABLE};

    row.audit = AUDIT_NONE;
    to.row = &row;
    command_later_fail(record->live, &to, &fail);
}

/* On the live thread. */
static void deliver(void *arg)
{
    struct record *record = arg;
    struct live_conn *conn = live_find(record->live, record->to.conn);

    if (record->frame != NULL && record->rc != ERR_OK)
        refuse(record);
    else if (record->frame != NULL && conn != NULL)
        live_conn_send(conn, record->frame, WS_KEEP);
    record_free(record);
}

/* On the writer's thread. */
static void record_done(void *arg, enum err rc, const struct fail *why)
{
    struct record *record = arg;
    struct fail fail = {.code = ERR_INTERNAL};

    record->rc = rc;
    if (rc != ERR_OK)
        log_error("access.unwritten", L_TEXT("command", record->to.row->name), L_FAIL(why));
    if (live_post(record->live, deliver, record, &fail) != ERR_OK) {
        log_warn("live.answer", L_TEXT("command", record->to.row->name), L_FAIL(&fail));
        record_free(record);
    }
}

void live_record_post(struct live *live, const struct command_later *to, const char *action,
                      const char *outcome, struct ws_shared *frame)
{
    const struct live_conn *conn = live_find(live, to->conn);
    const struct services *services = live->conf.services;
    struct record *record = calloc(1, sizeof *record);
    struct writer_op op = {.run = record_run, .done = record_done, .arg = record};
    struct fail fail = {.code = ERR_NOMEM, .text = "access record"};

    if (record == NULL) {
        log_error("access.unwritten", L_TEXT("command", to->row->name), L_FAIL(&fail));
        ws_shared_unref(&frame);
        return;
    }
    *record = (struct record){live, *to, frame, action, outcome, .id = id_new()};
    record->at_utc_us = clock_utc_us();
    if (conn != NULL)
        snprintf(record->address, sizeof record->address, "%s", conn->address);
    if (services->writer == NULL)
        fail_set(&fail, ERR_UNAVAILABLE, "no writer");
    else if (writer_post(services->writer, &op, &fail) == ERR_OK)
        return;
    log_error("access.unwritten", L_TEXT("command", to->row->name), L_FAIL(&fail));
    record->rc = fail.code;
    deliver(record);
}
