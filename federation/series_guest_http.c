/* What the commissioner of a guest decides: an offered series is accepted - floor, course and
 * lessons come to be here, in one transaction - or declined; or, later, left. */
#include "federation/series_http.h"

static enum err tell_host(struct series_act *act, enum series_answer answer, struct fail *why)
{
    const struct series_answer_body body = {act->row.series, (int)answer};
    struct span bytes;
    enum err rc = jx_write(&series_answer_shape, &body, act->home.arena, &bytes, why);

    return rc == ERR_OK
               ? outbox_put(act->home.tx, act->federation, act->row.host, series_kind_answer,
                            act->step.id, bytes, act->home.now_utc_us, why)
               : rc;
}

static void put_decider(struct series_act *act)
{
    act->row.decided_utc_us = act->home.now_utc_us;
    act->row.decided_by = act->home.who.by;
}

/* ---- POST /api/v1/shared/offers/{series}/accept ---- */

struct accept_input {
    struct id id;
    int64_t version;
};
static const struct jx_field accept_fields[] = {
    PLACE_FIELD(JX_ID, accept_input, id, "操作のID"),
    {.name = "version",
     .type = JX_INT,
     .least = 1,
     .most = INT32_MAX,
     .offset = offsetof(struct accept_input, version),
     .title_ja = "見た形"},
};
static const struct jx_shape accept_shape =
    JX_SHAPE("SharedAccept", struct accept_input, accept_fields);

static enum err check_open(const struct series_act *act, int64_t version, struct fail *why)
{
    const struct series_row *row = &act->row;

    if (row->state != SERIES_OFFERED)
        return fail_field(why, ERR_CONFLICT, row->state == SERIES_ENDED ? "/until" : "/answer",
                          "not an open offer");
    if ((row->until_utc_us != 0 && row->until_utc_us <= act->home.now_utc_us) ||
        !series_act_has_coming(act))
        return fail_field(why, ERR_CONFLICT, "/until", "too late");
    return row->version == version
               ? ERR_OK
               : fail_field(why, ERR_CONFLICT, "/version", "changed meanwhile");
}

static enum err make_lessons(struct series_act *act, struct fail *why)
{
    enum err rc = ERR_OK;

    for (size_t i = 0; i < act->n_dates && rc == ERR_OK; i++) {
        struct series_lesson *date = &act->dates[i];

        if (date->is_cancelled || date->to_utc_us <= act->home.now_utc_us)
            continue;
        rc = series_home_lesson(&act->home, &act->row, date, 0, why);
        if (rc == ERR_OK)
            rc = series_store_lesson_put(act->home.tx, date, why);
    }
    return rc;
}

static enum err accept_run(struct series_acting *a, struct series_act *act, struct fail *why)
{
    const struct accept_input *in = a->input;
    struct keyring *keyring = act->home.services->keyring;
    struct series_text text;
    struct series_more more;
    enum err rc = check_open(act, in->version, why);

    if (rc == ERR_OK)
        rc = series_text_open(keyring, &act->row, act->home.arena, &text, why);
    if (rc == ERR_OK)
        rc = series_more_open(keyring, &act->row, act->home.arena, &more, why);
    if (rc == ERR_OK)
        rc = series_home_course(&act->home, &text, &more.pages, &act->row.course, why);
    if (rc == ERR_OK)
        rc = series_home_floor(&act->home, &act->row, &more, why);
    if (rc == ERR_OK)
        rc = make_lessons(act, why);
    if (rc != ERR_OK)
        return rc;
    act->row.state = SERIES_ACCEPTED;
    put_decider(act);
    rc = series_act_write(act, why);
    return rc == ERR_OK ? tell_host(act, SERIES_SAYS_ACCEPTED, why) : rc;
}

/* What was judged when it came in is judged again: this program may be stricter than that. */
static enum err check_floor(struct req *req, struct fail *why)
{
    const struct floor *floor = NULL;
    struct series_more more;
    struct series_row row;
    enum err rc = series_store_find(NULL, req->db, req->object, req->arena, &row, why);

    if (rc == ERR_OK && row.is_host)
        rc = fail_set(why, ERR_NOT_FOUND, "our own");
    if (rc == ERR_OK)
        rc = series_more_open(req->services->keyring, &row, req->arena, &more, why);
    return rc == ERR_OK
               ? series_floor_read(more.floor, more.hash, row.series, req->arena, &floor, why)
               : rc;
}

static void accept_offer(struct req *req)
{
    const struct accept_input *in = req->input;
    struct series_acting *a = series_acting_of(req, in->id);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (a == NULL)
        return;
    rc = check_floor(req, &why);
    if (rc == ERR_INVALID) {
        reply_problem(req, 409, "floor-closed",
                      "このフロアは、この自治体の決まりに合いません。受けられません。");
        return;
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    a->kind = SERIES_ACCEPT;
    a->run = accept_run;
    series_acting_post(a);
}

/* ---- POST /api/v1/shared/offers/{series}/decline ---- */

struct decline_input {
    struct id id;
};
static const struct jx_field decline_fields[] = {
    PLACE_FIELD(JX_ID, decline_input, id, "操作のID")};
static const struct jx_shape decline_shape =
    JX_SHAPE("SharedDecline", struct decline_input, decline_fields);

static enum err decline_run(struct series_acting *a, struct series_act *act, struct fail *why)
{
    bool is_leaving = act->row.state == SERIES_ACCEPTED;
    enum err rc;

    (void)a;
    if (!is_leaving && act->row.state != SERIES_OFFERED)
        return fail_field(why, ERR_CONFLICT,
                          act->row.state == SERIES_ENDED ? "/until" : "/answer", "answered");
    act->step.kind = is_leaving ? SERIES_LEAVE : SERIES_DECLINE;
    put_decider(act);
    rc = is_leaving ? series_act_stop(act, SERIES_LEFT, why)
                    : series_act_close(act, SERIES_DECLINED, why);
    return rc == ERR_OK
               ? tell_host(act, is_leaving ? SERIES_SAYS_LEFT : SERIES_SAYS_DECLINED, why)
               : rc;
}

static void decline_offer(struct req *req)
{
    const struct decline_input *in = req->input;
    struct series_acting *a = series_acting_of(req, in->id);

    if (a == NULL)
        return;
    a->kind = SERIES_DECLINE;
    a->run = decline_run;
    series_acting_post(a);
}

#define DECIDE \
    .listeners = PLACE_LISTENERS, .roles = SERIES_DECIDERS, .object = OBJECT_ANY_HERE, \
    .audit = AUDIT_CHANGE, .output = &shared_made_shape

const struct route series_guest_routes[SERIES_GUEST_ROUTES_N] = {
    {.name = "shared.accept",
     .path = "/api/v1/shared/offers/{series}/accept",
     .method = HTTP_POST,
     DECIDE,
     .input = &accept_shape,
     .summary_ja = "招かれた連続講座を受ける",
     .handle = accept_offer},
    {.name = "shared.decline",
     .path = "/api/v1/shared/offers/{series}/decline",
     .method = HTTP_POST,
     DECIDE,
     .input = &decline_shape,
     .summary_ja = "招かれた連続講座を断る、途中でやめる",
     .handle = decline_offer},
};
