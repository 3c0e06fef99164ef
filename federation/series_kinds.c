/* What nodes tell each other of series (CARD-2, CARD-4, CARD-8, CARD-9). Nothing is believed
 * because a member says it: an offer is judged like a text and a floor from outside, a change
 * counts only from the node that offered, a count only from one that accepted, and what does
 * not keep the rules is refused as a whole. */
#include "federation/series_priv.h"
#include "federation/series_staff.h"
#include "federation/tell_board.h"

#include "node/base/clock.h"
#include "node/base/log.h"

#define BODY_MOST    32768
#define CHANGES_MOST 2000 /* of a series: each writes our plan anew */

static enum err say(struct fed_req *req, const struct series_row *row, struct fail *why)
{
    const struct series_heard heard = {row->series, (int)row->state};

    return fed_say_json(req, 200, &heard, why);
}

static enum err refuse(struct fed_req *req, enum fed_code code, const char *what,
                       struct fail *why)
{
    log_warn("series.refused", L_TEXT("kind", req->kind->name), L_ID("by", req->peer->node),
             L_TEXT("code", fed_code_text(code)), L_TEXT("why", what));
    return fed_refuse(req, code, why);
}

/* An act that another node's word sets off. */
static struct series_act act_of(struct tx *tx, struct fed_req *req, enum series_step_kind kind)
{
    const struct place_decider who = series_home_peer(req->now_utc_us);

    return (struct series_act){.home = series_home_of(tx, req->services, &who),
                               .federation = req->federation,
                               .step = {.id = id_new(),
                                        .at_utc_us = req->now_utc_us,
                                        .kind = (int)kind,
                                        .node = req->peer->node,
                                        .by = ID_NONE,
                                        .role = SPAN("")}};
}

/* A series that the sender offered us. Another's is as good as none. */
static enum err read_offered(struct series_act *act, struct fed_req *req, struct id series,
                             struct fail *why)
{
    enum err rc = series_act_read(act, series, false, why);

    if (rc == ERR_OK && !id_eq(act->row.host, req->peer->node))
        rc = fail_set(why, ERR_NOT_FOUND, "not that node's series");
    return rc == ERR_NOT_FOUND ? refuse(req, FED_NOT_FOUND, "no such series", why) : rc;
}

/* A series of ours that was offered to the sender. */
static enum err read_own(struct series_act *act, struct fed_req *req, struct id series,
                         struct series_node *node, struct fail *why)
{
    enum err rc = series_act_read(act, series, true, why);

    if (rc == ERR_OK)
        rc = series_store_node(act->home.tx, series, req->peer->node, act->home.arena, node,
                               why);
    return rc == ERR_NOT_FOUND ? refuse(req, FED_NOT_FOUND, "no such series", why) : rc;
}

/* ---- POST /fed/v1/series/offer: at a guest ---- */

static int own_capacity(const struct fed_req *req)
{
    const struct fed_member *self = registry_member(req->registry, req->federation->conf.node);

    return self == NULL ? 0 : self->capacity;
}

static enum err judge_offer(struct fed_req *req, struct fail *why)
{
    bool is_good = false;
    enum err rc = series_offer_check(req->services->words, req->input, own_capacity(req),
                                     req->now_utc_us, req->arena, &is_good, why);

    return rc == ERR_OK && !is_good ? refuse(req, FED_BAD_JSON, why->text, why) : rc;
}

/* What there is under that id: ERR_OK with version 0 when nothing is. */
static enum err find_old(struct series_act *act, struct fed_req *req, struct fail *why)
{
    const struct series_offer *in = req->input;
    int64_t n_offers = 0;
    enum err rc =
        series_store_find(act->home.tx, NULL, in->series, act->home.arena, &act->row, why);

    if (rc == ERR_NOT_FOUND) {
        act->row = (struct series_row){.version = 0};
        rc = series_store_offers(act->home.tx, req->peer->node, req->now_utc_us - DAY_US,
                                 &n_offers, why);
        return rc == ERR_OK && n_offers >= SERIES_OFFERS_MOST
                   ? refuse(req, FED_TOO_LARGE, "too many offers wait", why)
                   : rc;
    }
    if (rc != ERR_OK)
        return rc;
    if (!id_eq(act->row.host, req->peer->node) ||
        (act->row.state != SERIES_DECLINED && act->row.state != SERIES_LEFT))
        return refuse(req, FED_OP_CONFLICT, "the id stands for another series", why);
    return series_store_lessons(act->home.tx, NULL, in->series, act->home.arena, &act->dates,
                                &act->n_dates, why);
}

static enum err put_dates(struct series_act *act, const struct series_offer *in,
                          struct fail *why)
{
    const struct series_date *dates = in->dates.at;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < in->dates.n && rc == ERR_OK; i++) {
        const struct series_lesson *old =
            series_date_find(act->dates, act->n_dates, dates[i].n);
        struct series_lesson next = {.series = in->series,
                                     .n = dates[i].n,
                                     .host = act->row.host,
                                     .class = dates[i].class,
                                     .lesson = old == NULL ? ID_NONE : old->lesson,
                                     .from_utc_us = dates[i].from_utc_us,
                                     .to_utc_us = dates[i].to_utc_us,
                                     .is_cancelled = dates[i].is_cancelled};

        if (old == NULL || old->to_utc_us > act->home.now_utc_us)
            rc = series_store_lesson_put(act->home.tx, &next, why);
    }
    return rc;
}

static enum err put_offer(struct series_act *act, struct fed_req *req, struct fail *why)
{
    const struct series_offer *in = req->input;
    struct keyring *keyring = req->services->keyring;
    bool is_new = act->row.version == 0;
    char floor[SERIES_FLOOR_CAP];
    struct series_row *row = &act->row;
    enum err rc;

    series_floor_name(in->series, floor);
    if (is_new)
        *row = (struct series_row){.series = in->series,
                                   .host = req->peer->node,
                                   .version = 1,
                                   .made_utc_us = req->now_utc_us,
                                   .floor = arena_copy(act->home.arena, span_text(floor))};
    row->state = SERIES_OFFERED;
    row->places = in->places;
    row->until_utc_us = in->has_until ? in->until_utc_us : 0;
    row->decided_utc_us = row->ended_utc_us = 0;
    row->decided_by = ID_NONE;
    rc =
        series_key_seal(keyring, in->series, in->key.p, act->home.arena, &row->key_sealed, why);
    if (rc == ERR_OK)
        rc = series_text_seal(keyring, in->series, &in->text, act->home.arena,
                              &row->text_sealed, why);
    if (rc == ERR_OK)
        rc = series_more_seal(keyring, in->series, &in->more, act->home.arena,
                              &row->more_sealed, why);
    if (rc == ERR_OK && is_new)
        rc = series_store_add(act->home.tx, row, why);
    if (rc == ERR_OK)
        rc = put_dates(act, in, why);
    if (rc == ERR_OK && !is_new)
        rc = series_store_term(act->home.tx, row->series, 0, why);
    return rc == ERR_OK ? series_act_write(act, why) : rc;
}

static enum err offer_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    struct series_act act = act_of(tx, req, SERIES_GOT_OFFER);
    enum err rc = judge_offer(req, why);

    if (rc == ERR_OK)
        rc = find_old(&act, req, why);
    if (rc != ERR_OK)
        return rc;
    rc = put_offer(&act, req, why);
    if (rc == ERR_CONFLICT) /* its floor's name or a class number is another series' */
        return refuse(req, FED_OP_CONFLICT, "a name that is taken", why);
    if (rc == ERR_OK)
        rc = tell_board(tx, req->op, "shared", req->now_utc_us, why);
    return rc == ERR_OK ? say(req, &act.row, why) : rc;
}

/* At the host: that node did not take it in. What its people answer comes by series.answer. */
static enum err offer_settled(struct tx *tx, struct federation *f,
                              const struct fed_settled *settled, struct fail *why)
{
    struct series_step offered, step = {.id = id_new(),
                                        .at_utc_us = clock_utc_us(),
                                        .kind = SERIES_REFUSED,
                                        .node = settled->peer,
                                        .role = SPAN("")};
    struct series_node node = {.places = 0};
    enum err rc;

    (void)f;
    if (settled->code == FED_OK && !settled->is_given_up)
        return ERR_OK;
    rc = series_step_find(tx, settled->op, tx_arena(tx), &offered, why);
    if (rc == ERR_OK)
        rc = series_store_node(tx, offered.series, settled->peer, tx_arena(tx), &node, why);
    if (rc != ERR_OK || node.state != SERIES_NODE_OFFERED)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    node.state = SERIES_NODE_REFUSED;
    node.code =
        settled->is_given_up ? SPAN("too-old") : span_text(fed_code_text(settled->code));
    node.answered_utc_us = step.at_utc_us;
    step.series = offered.series;
    step.version = offered.version;
    rc = series_store_node_put(tx, &node, why);
    return rc == ERR_OK ? series_step_add(tx, &step, why) : rc;
}

/* ---- POST /fed/v1/series/change: at a guest ---- */

static bool is_living(const struct series_row *row)
{
    return row->state == SERIES_OFFERED || row->state == SERIES_ACCEPTED;
}

/* A date's row, and its lesson; one that is cancelled before it ever was here has none. */
static enum err put_date(struct series_act *act, struct series_lesson *date, struct fail *why)
{
    bool is_here =
        act->row.state == SERIES_ACCEPTED && (!date->is_cancelled || !id_is_none(date->lesson));
    enum err rc = is_here ? series_home_lesson(&act->home, &act->row, date, 0, why) : ERR_OK;

    return rc == ERR_OK ? series_store_lesson_put(act->home.tx, date, why) : rc;
}

/* More or fewer places: on the floor, and in every lesson that is still to come; what staff
 * here cancelled is not planned again by it. */
static enum err put_places(struct series_act *act, const struct series_lesson *changed,
                           size_t n_changed, struct fail *why)
{
    enum err rc = act->row.state == SERIES_ACCEPTED
                      ? series_home_places(&act->home, &act->row, false, why)
                      : ERR_OK;

    act->home.keeps_cancelled = true;
    for (size_t i = 0; i < act->n_dates && rc == ERR_OK; i++) {
        struct series_lesson date = act->dates[i];
        bool is_put = date.is_cancelled || date.to_utc_us <= act->home.now_utc_us;

        for (size_t k = 0; k < n_changed; k++)
            is_put = is_put || changed[k].n == date.n;
        if (!is_put)
            rc = put_date(act, &date, why);
    }
    return rc;
}

/* Who teaches, as that town says now. A name that may not stand here changes nothing: times and
 * places hold all the same. */
static enum err take_staff(struct series_act *act, struct fed_req *req, bool *is_new_out,
                           struct fail *why)
{
    const struct series_change_body *in = req->input;
    struct series_person *names = in->staff.at;
    struct jx_defects defects = {0};
    enum err rc = ERR_OK;

    *is_new_out = false;
    for (size_t i = 0; in->has_staff && i < in->staff.n && rc == ERR_OK; i++)
        rc = series_check_text(req->services->words, names[i].name, "/staff", "職員の表示名",
                               act->home.arena, &defects, why);
    if (defects.n > 0)
        log_warn("series.unnamed", L_ID("series", in->series), L_ID("by", req->peer->node));
    return rc == ERR_OK && in->has_staff && defects.n == 0
               ? series_staff_put(act, names, in->staff.n, is_new_out, why)
               : rc;
}

static enum err apply_change(struct series_act *act, struct fed_req *req,
                             const struct series_lesson *changed, size_t n_changed,
                             struct fail *why)
{
    const struct series_change_body *in = req->input;
    bool has_places = act->row.places != in->places, has_names;
    enum err rc = take_staff(act, req, &has_names, why);

    if (rc != ERR_OK || (n_changed == 0 && !has_places && !has_names))
        return rc;
    act->row.places = in->places;
    for (size_t i = 0; i < n_changed && rc == ERR_OK; i++) {
        const struct series_lesson *before =
            series_date_find(act->dates, act->n_dates, changed[i].n);
        struct series_lesson date = changed[i];

        /* Moved by the host: what staff here cancelled stays so. */
        act->home.keeps_cancelled = before != NULL && !before->is_cancelled;
        rc = put_date(act, &date, why);
    }
    if (rc == ERR_OK && has_places)
        rc = put_places(act, changed, n_changed, why);
    return rc == ERR_OK ? series_act_write(act, why) : rc;
}

static enum err change_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct series_change_body *in = req->input;
    struct series_act act = act_of(tx, req, SERIES_GOT_CHANGE);
    struct series_lesson changed[SERIES_LESSONS_MOST];
    size_t n_changed = 0;
    enum err rc = read_offered(&act, req, in->series, why);

    if (rc != ERR_OK)
        return rc;
    if (in->places > own_capacity(req) ||
        !series_dates_are_right(in->dates.at, in->dates.n, req->now_utc_us, false) ||
        !series_dates_differ(act.dates, act.n_dates, in->dates.at, in->dates.n, req->now_utc_us,
                             changed, &n_changed))
        return refuse(req, FED_BAD_JSON, "dates or places that cannot be", why);
    if (act.row.version >= CHANGES_MOST)
        return refuse(req, FED_TOO_LARGE, "changed too often", why);
    if (is_living(&act.row))
        rc = apply_change(&act, req, changed, n_changed, why);
    return rc == ERR_OK ? say(req, &act.row, why) : rc;
}

/* ---- POST /fed/v1/series/end: at a guest ---- */

static enum err end_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct series_end_body *in = req->input;
    struct series_act act = act_of(tx, req, SERIES_GOT_END);
    enum err rc = read_offered(&act, req, in->series, why);

    if (rc != ERR_OK)
        return rc;
    if (act.row.state == SERIES_ENDED)
        return say(req, &act.row, why);
    rc = series_act_stop(&act, SERIES_ENDED, why);
    if (rc == ERR_OK)
        rc = tell_board(tx, req->op, "shared", req->now_utc_us, why);
    return rc == ERR_OK ? say(req, &act.row, why) : rc;
}

/* ---- POST /fed/v1/series/answer: at the host ---- */

static bool may_say(enum series_node_state from, enum series_answer answer)
{
    switch (answer) {
    case SERIES_SAYS_ACCEPTED:
        return from == SERIES_NODE_OFFERED || from == SERIES_NODE_ACCEPTED;
    case SERIES_SAYS_DECLINED:
        return from == SERIES_NODE_OFFERED || from == SERIES_NODE_DECLINED;
    case SERIES_SAYS_LEFT:
        return from == SERIES_NODE_ACCEPTED || from == SERIES_NODE_LEFT;
    }
    return false;
}

static enum err answer_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    static const enum series_node_state next[] = {
        [SERIES_SAYS_ACCEPTED] = SERIES_NODE_ACCEPTED,
        [SERIES_SAYS_DECLINED] = SERIES_NODE_DECLINED,
        [SERIES_SAYS_LEFT] = SERIES_NODE_LEFT,
    };
    const struct series_answer_body *in = req->input;
    struct series_act act = act_of(tx, req, SERIES_GOT_ANSWER);
    struct series_node node = {.places = 0};
    enum err rc = read_own(&act, req, in->series, &node, why);

    if (rc != ERR_OK)
        return rc;
    if (act.row.state == SERIES_ENDED) /* the end is on its way there */
        return say(req, &act.row, why);
    if (!may_say(node.state, (enum series_answer)in->answer))
        return refuse(req, FED_ROLE_DENIED, "not offered to it now", why);
    if (node.state == next[in->answer])
        return say(req, &act.row, why);
    node.state = next[in->answer];
    node.answered_utc_us = req->now_utc_us;
    act.step.n = in->answer;
    rc = series_store_node_put(tx, &node, why);
    if (rc == ERR_OK)
        rc = series_act_write(&act, why);
    return rc == ERR_OK ? say(req, &act.row, why) : rc;
}

/* ---- POST /fed/v1/series/count: at the host ---- */

static enum err count_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct series_count_body *in = req->input;
    struct series_act act = act_of(tx, req, SERIES_GOT_ANSWER);
    const struct series_count count = {.series = in->series,
                                       .n = in->n,
                                       .node = req->peer->node,
                                       .n_chosen = in->n_chosen,
                                       .n_joined = in->n_joined,
                                       .n_attended = in->n_attended,
                                       .at_utc_us = req->now_utc_us};
    const struct series_lesson *date;
    struct series_node node = {.places = 0};
    enum err rc = read_own(&act, req, in->series, &node, why);

    if (rc != ERR_OK)
        return rc;
    if (node.state == SERIES_NODE_OFFERED || node.state == SERIES_NODE_REFUSED ||
        node.state == SERIES_NODE_DECLINED)
        return refuse(req, FED_ROLE_DENIED, "it takes no part", why);
    date = series_date_find(act.dates, act.n_dates, in->n);
    if (date == NULL || date->class != in->class || date->to_utc_us > req->now_utc_us ||
        in->n_attended > in->n_joined)
        return refuse(req, FED_BAD_JSON, "counts that cannot be", why);
    rc = series_store_count_put(tx, &count, why);
    return rc == ERR_OK ? say(req, &act.row, why) : rc;
}

#define TELLS(role_) \
    .method = "POST", .roles = FED_ROLE_BIT(role_), .keep = FED_KEEP_MONTH, \
    .media = PROFILE_JSON, .output = &series_heard_shape, .is_recorded = true

const struct fed_kind series_kinds[SERIES_KINDS_N] = {
    {.name = "series.offer",
     .path = "/fed/v1/series/offer",
     TELLS(FED_ROLE_HOST),
     .body_most = JX_MAX_BYTES,
     .input = &series_offer_shape,
     .run = offer_run,
     .settled = offer_settled},
    {.name = "series.answer",
     .path = "/fed/v1/series/answer",
     TELLS(FED_ROLE_GUEST),
     .body_most = BODY_MOST,
     .input = &series_answer_shape,
     .run = answer_run},
    {.name = "series.change",
     .path = "/fed/v1/series/change",
     TELLS(FED_ROLE_HOST),
     .body_most = BODY_MOST,
     .input = &series_change_shape,
     .run = change_run},
    {.name = "series.end",
     .path = "/fed/v1/series/end",
     TELLS(FED_ROLE_HOST),
     .body_most = BODY_MOST,
     .input = &series_end_shape,
     .run = end_run},
    {.name = "series.count",
     .path = "/fed/v1/series/count",
     TELLS(FED_ROLE_GUEST),
     .body_most = BODY_MOST,
     .input = &series_count_shape,
     .run = count_run},
};
const struct fed_kind *const series_kind_offer = &series_kinds[0];
const struct fed_kind *const series_kind_answer = &series_kinds[1];
const struct fed_kind *const series_kind_change = &series_kinds[2];
const struct fed_kind *const series_kind_end = &series_kinds[3];
const struct fed_kind *const series_kind_count = &series_kinds[4];
