/* The file of an export, made while it goes out (AI-2.7-イ): to whom asked for it, once it is
 * approved, as often as it is fetched before it is over; each time on record. */
#include "reporting/log_ask.h"
#include "tenants/watch/watch.h"

static bool check_state(struct req *req, const struct log_export_row *row)
{
    switch (log_state_of(req, row)) {
    case LOG_WAITING:
        reply_problem(req, 409, "log-export-waiting",
                      "この書き出しは、もう一人の教育委員会の人が承認するのを待っています。");
        return false;
    case LOG_OVER:
        reply_problem(req, 409, "log-export-over",
                      "この書き出しは期限が過ぎました。もう一度頼んでください。");
        return false;
    case LOG_APPROVED:
        return true;
    }
    return false;
}

/* Another's is as one that is not there. */
static enum err find_own(struct req *req, struct log_export_row *row, struct fail *why)
{
    struct id id;
    enum err rc = id_parse(req_param(req, "id"), &id, NULL);

    if (rc != ERR_OK)
        return fail_set(why, ERR_NOT_FOUND, "no such export");
    req->object = id;
    rc = log_export_store_find(NULL, req->db, id, req->arena, row, why);
    if (rc == ERR_OK && !id_eq(row->by, req->caller.account))
        rc = fail_set(why, ERR_DENIED, "another's export");
    if (rc == ERR_OK && row->act != LOG_ACT_EXPORT)
        rc = fail_set(why, ERR_NOT_FOUND, "a search has no file");
    return rc;
}

/* After the notice of a bulk export: on the writer's thread. */
static void go_on(void *arg)
{
    struct log_begin *begin = arg;
    struct fail why = {.code = ERR_OK};

    if (log_job_create(begin->req->services->logs, &begin->row, SPAN_NONE, begin->row.by,
                       begin->row.by_role, &begin->job, &why) == ERR_OK)
        log_begin_post(begin);
    else
        reply_fail(begin->req, &why);
}

static void begin(struct req *req, const struct log_export_row *row)
{
    struct log_begin *begin = req_alloc(req, sizeof *begin);
    char at[CLOCK_TEXT_CAP];
    const char *name;
    struct fail why = {.code = ERR_OK};

    if (begin == NULL)
        return;
    clock_tokyo_text(req->now_utc_us, at);
    name = arena_printf(req->arena, "attachment; filename=\"ibasho-logs-%.10s.zip\"", at);
    if (name == NULL) {
        fail_set(&why, ERR_NOMEM, "a file's name");
        reply_fail(req, &why);
        return;
    }
    *begin = (struct log_begin){
        .req = req, .row = *row, .type = "application/zip", .disposition = name};
    if (row->is_bulk)
        watch_export(req, 0, go_on, begin);
    else
        go_on(begin);
}

static void give_file(struct req *req)
{
    struct log_export_row row;
    struct fail why = {.code = ERR_OK};
    enum err rc = find_own(req, &row, &why);

    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    req->person = row.account;
    if (check_state(req, &row) && log_may(req, LOG_ACT_EXPORT, row.kinds))
        begin(req, &row);
}

const struct route log_file_routes[LOG_FILE_ROUTES_N] = {
    {.name = "log_exports.file",
     .method = HTTP_GET,
     .path = "/api/v1/log-exports/{id}/file",
     .listeners = LOG_LISTENERS,
     .roles = LOG_ROLES,
     .object = OBJECT_OWN,
     .audit = AUDIT_EXPORT,
     .summary_ja = "書き出した記録を受け取る",
     .handle = give_file},
};
