#include "node/server/dispatch.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/audit.h"
#include "node/db/space.h"
#include "node/server/cookie.h"
#include "node/server/metrics.h"
#include "node/server/own.h"
#include "tenants/leaving/change.h"
#include "tenants/leaving/leaving.h"
#include "tenants/signin/session.h"

#define STACK_BYTES        ((size_t)256 * 1024)
#define WORKERS_MAX        16
#define RECONNECT_US       500000
#define HOLDS_OF_A_HANDLER 2 /* itself and its answer */

struct worker {
    struct dispatch *dispatch;
    struct mbox *calls;
    struct db *db; /* the worker's own; NULL until it could be opened */
    int64_t next_try_us;
    pthread_t thread;
    bool has_thread;
    atomic_int n_inside; /* posted and not yet handled */
    atomic_bool is_connected;
    bool is_desk; /* the server's own rows: no database, nothing to wait for */
};

struct dispatch {
    struct dispatch_conf conf;
    atomic_int state; /* enum node_state */
    int n_workers;
    struct worker workers[WORKERS_MAX];
    struct worker desk;
};

const char *node_state_id(enum node_state state)
{
    switch (state) {
    case NODE_STARTING:
        return "starting";
    case NODE_LOCKED:
        return "locked";
    case NODE_READY:
        return "ok";
    }
    return "?";
}

/* ---- the access record ---- */

struct record {
    struct call *call;
    struct access_entry entry;
};

/* What was answered, by its code. A handler that wrote a failure by hand and named none is
 * recorded as one that went wrong here. */
static const char *outcome_of(const struct reply *reply)
{
    if (reply->status < 400)
        return err_code(ERR_OK);
    return reply->code != NULL ? reply->code : err_code(ERR_INTERNAL);
}

/* Somebody asked for what is there, but not for him. */
static bool is_hidden(const struct reply *reply)
{
    return reply->code != NULL && strcmp(reply->code, REPLY_HIDDEN) == 0;
}

static enum err record_run(struct tx *tx, void *arg, struct fail *why)
{
    struct record *record = arg;

    return access_append(tx, &record->entry, why);
}

static void record_done(void *arg, enum err rc, const struct fail *why)
{
    struct record *record = arg;

    if (rc != ERR_OK) {
        log_error("access.unwritten", L_TEXT("route", record->entry.route), L_FAIL(why));
        record->call->req.reply.n_headers = 0;
        call_refuse(record->call, rc == ERR_UNCERTAIN ? REFUSE_UNCERTAIN : REFUSE_UNAVAILABLE);
    } else if (record->call->req.recorded != NULL && record->call->req.reply.status < 400) {
        record->call->req.recorded(&record->call->req);
    }
    http_answer(record->call);
}

static enum err record_post(struct call *call, struct fail *why)
{
    const struct req *req = &call->req;
    struct record *record = arena_alloc(req->arena, sizeof *record);
    struct writer_op op = {.run = record_run, .done = record_done, .arg = record};

    if (record == NULL)
        return fail_set(why, ERR_NOMEM, "access record");
    record->call = call;
    invariant(req->n_shown <= ACCESS_SHOWN_CAP, "%s shows %zu persons", req->route->name,
              req->n_shown);
    record->entry = access_of(req);
    record->entry.shown = req->shown;
    record->entry.n_shown = req->reply.status < 400 ? req->n_shown : 0;
    record->entry.action = is_hidden(&req->reply) ? "refused" : call->action;
    record->entry.outcome = outcome_of(&req->reply);
    return writer_post(req->services->writer, &op, why);
}

static const char *action_of(enum audit_class audit)
{
    switch (audit) {
    case AUDIT_NONE:
        return NULL;
    case AUDIT_READ:
        return "read";
    case AUDIT_CHANGE:
        return "change";
    case AUDIT_EXPORT:
        return "export";
    }
    return NULL;
}

/* A stranger at the public door who is told to wait leaves no leaf, or the log would grow at
 * any stranger's will; such answers are counted (metrics) and the tries before them are on
 * record. Behind the office's client certificate nobody is a stranger. */
static bool is_stranger_told_to_wait(const struct call *call)
{
    const struct req *req = &call->req;

    return call->listener == LISTENER_PUBLIC && req->caller.role == ROLE_ANONYMOUS &&
           req->caller.operator_name == NULL && req->reply.status == 429;
}

/* Handler and answer are both done: record what must be recorded, then let it go. */
static void finish(struct call *call)
{
    struct req *req = &call->req;
    struct fail fail = {.code = ERR_INTERNAL};

    if (call->action == NULL || req->access_recorded || is_stranger_told_to_wait(call)) {
        http_answer(call);
        return;
    }
    if (record_post(call, &fail) == ERR_OK)
        return; /* record_done goes on */
    log_error("access.unwritten", L_TEXT("route", req->route->name), L_FAIL(&fail));
    req->reply.n_headers = 0;
    call_refuse(call, fail.code == ERR_BUSY ? REFUSE_BUSY : REFUSE_UNAVAILABLE);
    http_answer(call);
}

static void release(struct call *call)
{
    int before = atomic_fetch_sub(&call->n_holds, 1);

    invariant(before > 0, "%s answered twice", call->req.route->name);
    if (before == 1)
        finish(call);
}

/* req->done: any thread. */
static void on_answer(struct req *req)
{
    release(req->server);
}

/* An answer of dispatch itself: no handler holds the call. */
static void answer(struct call *call, enum refusal refusal)
{
    call_refuse(call, refusal);
    finish(call);
}

/* ---- who asks ---- */

static enum err read_cookies(struct call *call, struct fail *why)
{
    struct req *req = &call->req;
    struct span header = call->head.cookie;
    const char *session = session_cookie_name(req->is_https);
    const char *device = session_device_cookie_name(req->is_https);
    enum err rc = cookie_find(header, span_text(session), &req->cookie_session, why);

    return rc == ERR_OK ? cookie_find(header, span_text(device), &req->cookie_device, why) : rc;
}

static bool admits_stage(const struct route *route, enum session_stage stage)
{
    unsigned stages = route->stages == 0 ? STAGE_BIT(STAGE_FULL) : route->stages;

    return (stages & STAGE_BIT(stage)) != 0;
}

static enum err read_session(struct worker *worker, struct call *call, struct fail *why)
{
    struct req *req = &call->req;
    enum err rc = read_cookies(call, why);
    struct session_ask ask;

    if (rc != ERR_OK || req->cookie_session.len == 0)
        return rc;
    ask = (struct session_ask){
        .cookie = req->cookie_session,
        .device = req->cookie_device,
        .user_agent = req->user_agent,
        .listener = call->listener,
        .now_utc_us = req->now_utc_us,
    };
    rc = session_find(req->services->accounts, worker->db, &ask, &req->caller, why);
    if (rc == ERR_OK && !admits_stage(req->route, req->caller.stage))
        req->caller = (struct caller){.role = ROLE_ANONYMOUS};
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* False: answered. */
static bool check_caller(struct worker *worker, struct call *call)
{
    struct req *req = &call->req;
    const struct route *route = req->route;
    struct fail fail = {.code = ERR_INTERNAL};

    if (call->listener == LISTENER_ADMIN) {
        req->caller.operator_name =
            arena_printf(req->arena, "uid:%" PRIu32, (uint32_t)call->peer_uid);
        return true;
    }
    if (read_session(worker, call, &fail) != ERR_OK) {
        log_info("session.unread", L_FAIL(&fail));
        answer(call, fail.code == ERR_PROTO ? REFUSE_MALFORMED : REFUSE_UNAVAILABLE);
        return false;
    }
    if (route->roles & ROLE_BIT(ROLE_ANONYMOUS))
        return true;
    if (req->caller.role == ROLE_ANONYMOUS) {
        answer(call, REFUSE_NOT_SIGNED_IN);
        return false;
    }
    if (route->roles & ROLE_BIT(req->caller.role))
        return true;
    metrics_count_refused_role(worker->dispatch->conf.metrics);
    call->action = "refused";
    answer(call, REFUSE_NOT_FOUND);
    return false;
}

/* ---- what is asked ---- */

static bool read_input(struct call *call)
{
    struct req *req = &call->req;
    const struct jx_shape *shape = req->route->input;
    struct jx_defects defects = {0};
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc;

    if (shape == NULL)
        return true;
    req->input = arena_alloc(req->arena, shape->bytes);
    if (req->input == NULL)
        rc = fail_set(&fail, ERR_NOMEM, "%s", shape->name);
    else
        rc = jx_read(req->body, shape, req->arena, req->input, &defects, &fail);
    if (rc == ERR_OK)
        return true;
    if (rc == ERR_INVALID)
        reply_defects(req, &defects);
    else
        reply_fail(req, &fail);
    return false;
}

/* Ordinary changes leave the last room to what must be written. False: answered. */
static bool check_space(struct req *req)
{
    const struct route *route = req->route;
    bool is_change = route->audit == AUDIT_CHANGE || route->audit == AUDIT_EXPORT;
    struct fail fail = {.code = ERR_INTERNAL};

    if (!is_change || route->must_go_on ||
        space_check(req->services->space, SPACE_USE_WRITE, &fail) == ERR_OK)
        return true;
    reply_fail(req, &fail);
    return false;
}

static void worker_reconnect(struct worker *worker)
{
    struct dispatch *d = worker->dispatch;
    int64_t now_us = clock_mono_us();
    struct fail fail = {.code = ERR_INTERNAL};

    if (worker->db != NULL || now_us < worker->next_try_us)
        return;
    worker->next_try_us = now_us + RECONNECT_US;
    if (db_open(&d->conf.db, d->conf.stmts, &worker->db, &fail) != ERR_OK)
        log_warn("http.database-away", L_FAIL(&fail));
    atomic_store(&worker->is_connected, worker->db != NULL);
}

/* False: answered. One look at the state: it decides which services this request may read. */
static bool check_state(struct worker *worker, struct call *call)
{
    const struct dispatch_conf *conf = &worker->dispatch->conf;
    bool is_starting = dispatch_state(worker->dispatch) == NODE_STARTING;

    call->req.services = is_starting ? conf->services_early : conf->services;
    if (!is_starting && !worker->is_desk)
        worker_reconnect(worker);
    call->req.db = worker->db;
    if (own_is(call->req.route) || (!is_starting && worker->db != NULL))
        return true;
    answer(call, is_starting ? REFUSE_STARTING : REFUSE_UNAVAILABLE);
    return false;
}

/* While the node is being left only a few come, and nothing changes but the leaving. False:
 * answered. */
static bool check_leaving(struct call *call)
{
    const struct leaving *leaving = call->req.services->leaving;

    if (leaving_admits_role(leaving, call->req.caller.role) &&
        leaving_admits_route(leaving, call->req.route))
        return true;
    answer(call, REFUSE_DRAINING);
    return false;
}

static void handle(struct worker *worker, struct call *call)
{
    struct req *req = &call->req;

    req->now_utc_us = clock_utc_us();
    req->done = on_answer;
    req->caller = (struct caller){.role = ROLE_ANONYMOUS}; /* a file's caller is asked twice */
    if (!check_state(worker, call))
        return;
    if (!own_is(req->route)) /* whoever comes after the minute of a change comes after it */
        change_keep(leaving_change(req->services->leaving), req->now_utc_us);
    if (!own_is(req->route) && !check_caller(worker, call))
        return;
    if (!check_leaving(call))
        return;
    if (call->file == FILE_ASKED) {
        call->file = FILE_ADMITTED;
        http_answer(call);
        return;
    }
    atomic_store(&call->n_holds, HOLDS_OF_A_HANDLER);
    if (read_input(call)) {
        call->action = action_of(req->route->audit);
        if (check_space(req))
            req->route->handle(req);
    }
    req->db = NULL; /* the next call's from here on */
    release(call);
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    struct call *call;

    pthread_setname_np(pthread_self(), "worker");
    while (!mbox_is_done(worker->calls)) {
        if (mbox_take(worker->calls, &call, 1, -1) == 0)
            continue;
        handle(worker, call);
        atomic_fetch_sub(&worker->n_inside, 1);
    }
    return NULL;
}

/* ---- threads ---- */

static enum err worker_start(struct dispatch *dispatch, struct worker *worker, struct fail *why)
{
    pthread_attr_t attr;
    enum err rc;

    worker->dispatch = dispatch;
    rc = mbox_create(sizeof(struct call *), dispatch->conf.n_waiting_cap, &worker->calls, why);
    if (rc != ERR_OK)
        return rc;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    if (pthread_create(&worker->thread, &attr, worker_main, worker) != 0)
        rc = fail_set(why, ERR_NOMEM, "worker thread");
    else
        worker->has_thread = true;
    pthread_attr_destroy(&attr);
    return rc;
}

enum err dispatch_start(const struct dispatch_conf *conf, struct dispatch **dispatch_out,
                        struct fail *why)
{
    struct dispatch *d = calloc(1, sizeof *d);
    enum err rc = ERR_OK;

    *dispatch_out = NULL;
    if (d == NULL)
        return fail_set(why, ERR_NOMEM, "dispatch");
    invariant(conf->n_workers > 0 && conf->n_workers <= WORKERS_MAX, "%d workers",
              conf->n_workers);
    d->conf = *conf;
    d->desk.is_desk = true;
    rc = worker_start(d, &d->desk, why);
    for (int i = 0; i < conf->n_workers && rc == ERR_OK; i++) {
        rc = worker_start(d, &d->workers[i], why);
        d->n_workers++;
    }
    if (rc != ERR_OK)
        dispatch_stop(&d);
    *dispatch_out = d;
    return rc;
}

static void worker_stop(struct worker *worker)
{
    if (worker->has_thread)
        pthread_join(worker->thread, NULL);
    mbox_destroy(&worker->calls);
    db_close(&worker->db);
}

void dispatch_stop(struct dispatch **dispatch)
{
    struct dispatch *d = *dispatch;

    if (d == NULL)
        return;
    if (d->desk.calls != NULL)
        mbox_close(d->desk.calls);
    for (int i = 0; i < d->n_workers; i++)
        if (d->workers[i].calls != NULL)
            mbox_close(d->workers[i].calls);
    worker_stop(&d->desk);
    for (int i = 0; i < d->n_workers; i++)
        worker_stop(&d->workers[i]);
    free(d);
    *dispatch = NULL;
}

static struct worker *worker_for(struct dispatch *d, const struct call *call)
{
    struct worker *idlest = &d->workers[0];

    if (own_needs_no_db(call->req.route))
        return &d->desk;
    for (int i = 1; i < d->n_workers; i++)
        if (atomic_load(&d->workers[i].n_inside) < atomic_load(&idlest->n_inside))
            idlest = &d->workers[i];
    return idlest;
}

enum err dispatch_post(struct dispatch *d, struct call *call, struct fail *why)
{
    struct worker *idlest = worker_for(d, call);
    enum err rc;

    atomic_fetch_add(&idlest->n_inside, 1);
    rc = mbox_post(idlest->calls, &call, why);
    if (rc != ERR_OK)
        atomic_fetch_sub(&idlest->n_inside, 1);
    return rc;
}

void dispatch_state_set(struct dispatch *dispatch, enum node_state state)
{
    atomic_store_explicit(&dispatch->state, (int)state, memory_order_release);
}

enum node_state dispatch_state(const struct dispatch *dispatch)
{
    return (enum node_state)atomic_load_explicit(&dispatch->state, memory_order_acquire);
}

const struct db_conf *dispatch_db_conf(const struct dispatch *dispatch)
{
    return &dispatch->conf.db;
}

const struct services *dispatch_services(const struct dispatch *dispatch)
{
    return dispatch_state(dispatch) == NODE_STARTING ? NULL : dispatch->conf.services;
}

void dispatch_stats_read(const struct dispatch *dispatch, struct dispatch_stats *stats_out)
{
    *stats_out = (struct dispatch_stats){.n_workers = dispatch->n_workers};
    for (int i = 0; i < dispatch->n_workers; i++) {
        stats_out->n_connected += atomic_load(&dispatch->workers[i].is_connected);
        stats_out->n_waiting += mbox_n_waiting(dispatch->workers[i].calls);
    }
}
