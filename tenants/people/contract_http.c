/* The contract over HTTP: how many IDs of each class there may be, how many are used, until
 * when (AI-4.3-オ-1, 2, 3). A change is a commissioner's and a new version. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "tenants/hours/hours_now.h"
#include "tenants/leaving/change_settle.h"
#include "tenants/people/contract_store.h"
#include "tenants/people/day.h"
#include "tenants/people/life.h"
#include "tenants/tenants.h"

#define TITLE_MOST 80
#define QUOTA_MOST 20000
#define LATE_DAYS  14 /* so late may the same contractor's renewal be entered */

struct numbers {
    int64_t student, staff, guardian;
};

#define NUMBER_FIELD(name_, title_) \
    { \
        .name = #name_, .type = JX_INT, .offset = offsetof(struct numbers, name_), \
        .title_ja = (title_) \
    }
static const struct jx_field numbers_fields[] = {
    NUMBER_FIELD(student, "児童生徒"),
    NUMBER_FIELD(staff, "教職員等"),
    NUMBER_FIELD(guardian, "保護者"),
};
static const struct jx_shape numbers_shape =
    JX_SHAPE("ContractNumbers", struct numbers, numbers_fields);

struct next_output {
    struct contract_row row;
    struct numbers quota;
    bool has_trial_begin, has_trial_end;
};
#define NEXT_FIELD(name_, type_, member_, title_) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct next_output, member_), \
        .title_ja = (title_) \
    }
static const struct jx_field next_fields[] = {
    NEXT_FIELD("contract", JX_ID, row.contract, "契約のID"),
    NEXT_FIELD("version", JX_INT, row.version, "何番目の決定か"),
    NEXT_FIELD("title", JX_TEXT, row.title, "契約の名前"),
    NEXT_FIELD("begins_on", JX_TEXT, row.begins_on, "始まりの日"),
    NEXT_FIELD("ends_on", JX_TEXT, row.ends_on, "終わりの日"),
    {.name = "trial_begins_on",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct next_output, row.trial_begins_on),
     .has_offset = offsetof(struct next_output, has_trial_begin),
     .title_ja = "試験利用の始まりの日"},
    {.name = "trial_ends_on",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct next_output, row.trial_ends_on),
     .has_offset = offsetof(struct next_output, has_trial_end),
     .title_ja = "試験利用の終わりの日"},
    {.name = "quota",
     .type = JX_OBJECT,
     .shape = &numbers_shape,
     .offset = offsetof(struct next_output, quota),
     .title_ja = "IDの上限"},
    NEXT_FIELD("decided_at", JX_TIME, row.decided_utc_us, "決めた時刻"),
};
static const struct jx_shape next_shape =
    JX_SHAPE("ContractNext", struct next_output, next_fields);

struct contract_output {
    struct contract_row row;
    struct numbers quota, used, free;
    struct next_output next;
    bool has_trial_begin, has_trial_end, has_next;
};

#define ROW_FIELD(name_, type_, member_, title_) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct contract_output, member_), \
        .title_ja = (title_) \
    }
static const struct jx_field contract_fields[] = {
    ROW_FIELD("contract", JX_ID, row.contract, "契約のID"),
    ROW_FIELD("version", JX_INT, row.version, "何番目の決定か"),
    ROW_FIELD("title", JX_TEXT, row.title, "契約の名前"),
    ROW_FIELD("contractor", JX_TEXT, row.contractor, "受託者"),
    ROW_FIELD("begins_on", JX_TEXT, row.begins_on, "始まりの日"),
    ROW_FIELD("ends_on", JX_TEXT, row.ends_on, "終わりの日"),
    {.name = "trial_begins_on",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct contract_output, row.trial_begins_on),
     .has_offset = offsetof(struct contract_output, has_trial_begin),
     .title_ja = "試験利用の始まりの日"},
    {.name = "trial_ends_on",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct contract_output, row.trial_ends_on),
     .has_offset = offsetof(struct contract_output, has_trial_end),
     .title_ja = "試験利用の終わりの日"},
    {.name = "quota",
     .type = JX_OBJECT,
     .shape = &numbers_shape,
     .offset = offsetof(struct contract_output, quota),
     .title_ja = "IDの上限"},
    {.name = "used",
     .type = JX_OBJECT,
     .shape = &numbers_shape,
     .offset = offsetof(struct contract_output, used),
     .title_ja = "使っているIDの数"},
    {.name = "free",
     .type = JX_OBJECT,
     .shape = &numbers_shape,
     .offset = offsetof(struct contract_output, free),
     .title_ja = "残りのIDの数"},
    ROW_FIELD("decided_at", JX_TIME, row.decided_utc_us, "決めた時刻"),
    {.name = "next",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &next_shape,
     .offset = offsetof(struct contract_output, next),
     .has_offset = offsetof(struct contract_output, has_next),
     .title_ja = "次の契約（始まりの日からこの契約にかわる）"},
};
static const struct jx_shape contract_shape =
    JX_SHAPE("Contract", struct contract_output, contract_fields);

static struct numbers numbers_of(const int64_t at[ID_CLASS_N])
{
    return (struct numbers){at[ID_CLASS_STUDENT], at[ID_CLASS_STAFF], at[ID_CLASS_GUARDIAN]};
}

/* What holds, and what is to follow it. */
struct standing {
    struct contract_row now, last; /* the same where nothing was decided ahead */
};

static enum err read_standing(struct tx *tx, struct db *db, int64_t now_utc_us,
                              struct arena *arena, struct standing *out, struct fail *why)
{
    enum err rc = contract_store_current(tx, db, now_utc_us, arena, &out->now, why);

    return rc == ERR_OK ? contract_store_newest(tx, db, arena, &out->last, why) : rc;
}

static bool has_next(const struct standing *s)
{
    return !id_eq(s->now.contract, s->last.contract);
}

static void answer(struct req *req, const struct standing *standing,
                   const int64_t used[ID_CLASS_N])
{
    const struct contract_row *row = &standing->now;
    struct contract_output output = {
        .row = *row,
        .has_trial_begin = row->trial_begins_on.len > 0,
        .has_trial_end = row->trial_ends_on.len > 0,
        .quota = numbers_of(row->quota),
        .used = numbers_of(used),
        .has_next = has_next(standing),
        .next = {.row = standing->last,
                 .quota = numbers_of(standing->last.quota),
                 .has_trial_begin = standing->last.trial_begins_on.len > 0,
                 .has_trial_end = standing->last.trial_ends_on.len > 0},
    };
    int64_t left[ID_CLASS_N];

    for (int c = 0; c < ID_CLASS_N; c++)
        left[c] = row->quota[c] > used[c] ? row->quota[c] - used[c] : 0;
    output.free = numbers_of(left);
    reply_json(req, 200, &output);
}

static void contract_show(struct req *req)
{
    struct standing standing;
    int64_t used[ID_CLASS_N];
    struct fail why = {.code = ERR_OK};
    enum err rc = read_standing(NULL, req->db, req->now_utc_us, req->arena, &standing, &why);

    if (rc == ERR_OK)
        rc = contract_store_used(NULL, req->db, used, &why);
    if (rc == ERR_OK)
        answer(req, &standing, used);
    else
        reply_fail(req, &why);
}

/* ---- PUT /api/v1/contract ---- */

struct change_input {
    struct id id;
    struct span title, contractor, begins_on, ends_on, trial_begins_on, trial_ends_on;
    int64_t n_student, n_staff, n_guardian, expected_version;
    bool is_new;
    bool has_trial_begin, has_trial_end, has_expected, has_new;
};

#define CHANGE_TEXT(name_, least_, most_, title_) \
    { \
        .name = #name_, .type = JX_TEXT, .least = (least_), .most = (most_), \
        .offset = offsetof(struct change_input, name_), .title_ja = (title_) \
    }
#define CHANGE_NUMBER(name_, title_) \
    { \
        .name = #name_, .type = JX_INT, .least = 0, .most = QUOTA_MOST, \
        .offset = offsetof(struct change_input, name_), .title_ja = (title_) \
    }
static const struct jx_field change_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct change_input, id),
     .title_ja = "決定のID"},
    CHANGE_TEXT(title, 1, TITLE_MOST, "契約の名前"),
    CHANGE_TEXT(contractor, 1, TITLE_MOST, "受託者"),
    CHANGE_TEXT(begins_on, 10, 10, "始まりの日"),
    CHANGE_TEXT(ends_on, 10, 10, "終わりの日"),
    {.name = "trial_begins_on",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct change_input, trial_begins_on),
     .has_offset = offsetof(struct change_input, has_trial_begin),
     .title_ja = "試験利用の始まりの日"},
    {.name = "trial_ends_on",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 10,
     .most = 10,
     .offset = offsetof(struct change_input, trial_ends_on),
     .has_offset = offsetof(struct change_input, has_trial_end),
     .title_ja = "試験利用の終わりの日"},
    CHANGE_NUMBER(n_student, "児童生徒のIDの上限"),
    CHANGE_NUMBER(n_staff, "教職員等のIDの上限"),
    CHANGE_NUMBER(n_guardian, "保護者のIDの上限"),
    {.name = "expected_version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct change_input, expected_version),
     .has_offset = offsetof(struct change_input, has_expected),
     .title_ja = "見ていた決定の番号"},
    {.name = "is_new",
     .type = JX_BOOL,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct change_input, is_new),
     .has_offset = offsetof(struct change_input, has_new),
     .title_ja = "新しい契約か"},
};
static const struct jx_shape change_shape =
    JX_SHAPE("ContractChange", struct change_input, change_fields);

struct change {
    struct req *req;
    struct contract_row row;
    struct id fresh; /* of a contract that begins with this decision */
    struct standing after;
    int64_t used[ID_CLASS_N];
    struct life_refusal refusal;
};

/* Who came with the contractor goes with the contract, who tries it out with the trial, also
 * when their ends move. Of a contract that has long run out nobody comes back by it, nor who
 * had no end of his own but that contract's. */
static enum err move_ends(struct tx *tx, const struct standing *before,
                          const struct standing *after, int64_t now_utc_us, struct fail *why)
{
    int64_t old_end = 0, new_end = 0;
    enum err rc = ERR_OK;

    if (day_end(before->last.ends_on, &old_end) && day_end(after->last.ends_on, &new_end) &&
        old_end != new_end)
        rc = now_utc_us < old_end + LATE_DAYS * DAY_US
                 ? life_store_ends_move(tx, LIFE_CONTRACTOR_SIDE, old_end, new_end, why)
                 : life_store_ends_keep(tx, LIFE_CONTRACTOR_SIDE, old_end, why);
    if (rc == ERR_OK && day_end(before->now.trial_ends_on, &old_end) &&
        day_end(after->now.trial_ends_on, &new_end) && old_end != new_end)
        rc = life_store_trials_move(tx, old_end, new_end, why);
    return rc;
}

static enum err check_used(struct change *c, struct fail *why)
{
    static const char *const names_ja[ID_CLASS_N] = {
        [ID_CLASS_STUDENT] = "児童生徒",
        [ID_CLASS_STAFF] = "教職員等",
        [ID_CLASS_GUARDIAN] = "保護者",
    };

    for (int i = 0; i < ID_CLASS_N; i++)
        if (c->row.quota[i] < c->used[i])
            return life_say_no(&c->refusal, "quota-below-used",
                               arena_printf(c->req->arena,
                                            "%sのIDは今%" PRId64
                                            "件使われています。上限を%" PRId64
                                            "件にする前に、使わないIDを終わらせてください。",
                                            names_ja[i], c->used[i], c->row.quota[i]),
                               why);
    return ERR_OK;
}

/* The contract goes on, and this decision is about days after today: it is decided ahead. */
static bool is_ahead(const struct change *c, const struct contract_row *now)
{
    int64_t at = c->req->now_utc_us, begin = 0, end = 0, next = 0;

    return day_begin(now->begins_on, &begin) && begin <= at && day_end(now->ends_on, &end) &&
           at < end && day_begin(c->row.begins_on, &next) && next > at;
}

/* From one to the next the place stays open: it begins on the day after the last at the latest.
 */
static enum err check_gap(struct change *c, struct span ends_on, struct span begins_on,
                          struct fail *why)
{
    int64_t end = 0, begin = 0;

    if (day_end(ends_on, &end) && day_begin(begins_on, &begin) && begin <= end)
        return ERR_OK;
    return life_say_no(
        &c->refusal, "contract-gap",
        "いまの契約が終わる日と次の契約が始まる日の間があくと、居場所が閉まり、受託"
        "者側の人は入れなくなります。次の契約の始まりの日は、いまの契約の終わりの日"
        "の次の日までにしてください。",
        why);
}

/* Which contract this decision is about: the one that holds, the next one, or a new one. */
static enum err aim(struct change *c, const struct standing *before, struct fail *why)
{
    const struct change_input *in = c->req->input;
    bool is_new = in->has_new && in->is_new;
    const struct contract_row *of = &before->now;
    enum err rc = ERR_OK;

    if (is_ahead(c, &before->now)) {
        of = &before->last;
        if (!is_new && !has_next(before))
            return life_say_no(
                &c->refusal, "begins-later",
                "いまの契約の始まりの日を、あとの日にはできません。居場所がすぐに閉まってしまい"
                "ます。続きの契約を前もって決めるときは、「次の新しい契約」を選んでください。",
                why);
        rc = check_gap(c, before->now.ends_on, c->row.begins_on, why);
    } else if (!is_new && has_next(before)) {
        rc = check_gap(c, c->row.ends_on, before->last.begins_on, why);
    }
    c->row.contract = is_new ? c->fresh : of->contract;
    c->row.version = is_new ? 1 : of->version + 1;
    if (rc == ERR_OK && in->has_expected &&
        in->expected_version != (is_new ? before->now.version : of->version))
        rc = fail_field(why, ERR_CONFLICT, "/expected_version", "decided meanwhile");
    return rc;
}

/* Another contractor takes over by a change of its own, at a minute, by two persons, and while
 * one is planned the contract stands as both saw it (CARD-13). */
static enum err check_change(struct tx *tx, struct change *c, const struct contract_row *before,
                             struct fail *why)
{
    struct contract_change change;
    struct change_facts facts;
    enum err rc;

    if (!span_eq(before->contractor, c->row.contractor))
        return life_say_no(
            &c->refusal, "contractor-differs",
            "受託者の名前は、ここでは変えられません。受託者が替わるときや名前が変わるときは"
            "「受託者の交代」で、二人の担当者が時刻を決めてください。前の受託者のIDと鍵は、その"
            "時刻に終わります。",
            why);
    rc = change_store_last(tx, NULL, tx_arena(tx), &change, why);
    if (rc != ERR_OK)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    facts = change_facts_of(&change, c->req->now_utc_us);
    if (change_judge(CHANGE_ACT_PLAN, &facts) != CHANGE_UNDER_WAY)
        return ERR_OK;
    return life_say_no(&c->refusal, change_code_id(CHANGE_UNDER_WAY),
                       change_code_ja(CHANGE_UNDER_WAY), why);
}

static enum err change_run(struct tx *tx, void *arg, struct fail *why)
{
    struct change *c = arg;
    const struct change_input *in = c->req->input;
    const struct access_entry access = access_of(c->req);
    int64_t now = c->req->now_utc_us;
    struct standing before;
    enum err rc = read_standing(tx, NULL, now, tx_arena(tx), &before, why);
    bool is_first = rc == ERR_NOT_FOUND;

    c->refusal = (struct life_refusal){NULL, NULL};
    if (rc != ERR_OK && !is_first)
        return rc;
    c->row.contract = c->fresh;
    c->row.version = 1;
    if (!is_first)
        rc = aim(c, &before, why);
    else if (in->has_expected && in->expected_version != 0)
        return fail_field(why, ERR_CONFLICT, "/expected_version", "decided meanwhile");
    else
        rc = ERR_OK;
    if (rc == ERR_OK && !is_first)
        rc = check_change(tx, c, &before.now, why);
    if (rc == ERR_OK)
        rc = contract_store_used(tx, NULL, c->used, why);
    if (rc == ERR_OK)
        rc = check_used(c, why);
    if (rc == ERR_OK)
        rc = contract_store_add(tx, &c->row, why);
    if (rc == ERR_OK)
        rc = read_standing(tx, NULL, now, c->req->arena, &c->after, why);
    if (rc == ERR_OK && !is_first)
        rc = move_ends(tx, &before, &c->after, now, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void change_done(void *arg, enum err rc, const struct fail *why)
{
    struct change *c = arg;

    if (rc != ERR_OK) {
        life_refuse(c->req, &c->refusal, why);
        return;
    }
    c->req->access_recorded = 1;
    if (c->req->services->hours != NULL) /* the periods are these dates */
        hours_refresh(c->req->services->hours);
    answer(c->req, &c->after, c->used);
}

static enum err check_days(const struct change_input *in, struct fail *why)
{
    int64_t begin, end, trial_begin, trial_end;

    if (!day_begin(in->begins_on, &begin))
        return fail_field(why, ERR_INVALID, "/begins_on", "no day");
    if (!day_end(in->ends_on, &end) || end <= begin)
        return fail_field(why, ERR_INVALID, "/ends_on", "no day, or before the first");
    if (in->has_trial_begin != in->has_trial_end)
        return fail_field(why, ERR_INVALID,
                          in->has_trial_begin ? "/trial_ends_on" : "/trial_begins_on",
                          "both or none");
    if (!in->has_trial_begin)
        return ERR_OK;
    if (!day_begin(in->trial_begins_on, &trial_begin))
        return fail_field(why, ERR_INVALID, "/trial_begins_on", "no day");
    if (!day_end(in->trial_ends_on, &trial_end) || trial_end <= trial_begin || trial_end > end)
        return fail_field(why, ERR_INVALID, "/trial_ends_on", "no day of the contract");
    return ERR_OK;
}

static void contract_change(struct req *req)
{
    const struct change_input *in = req->input;
    struct change *c = req_alloc(req, sizeof *c);
    const struct writer_op op = {change_run, change_done, c};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (c == NULL)
        return;
    req->object = in->id;
    rc = check_days(in, &why);
    if (rc == ERR_OK) {
        *c = (struct change){
            .req = req,
            .fresh = id_new(),
            .row = {.id = in->id,
                    .title = in->title,
                    .contractor = in->contractor,
                    .begins_on = in->begins_on,
                    .ends_on = in->ends_on,
                    .trial_begins_on = in->has_trial_begin ? in->trial_begins_on : SPAN_NONE,
                    .trial_ends_on = in->has_trial_end ? in->trial_ends_on : SPAN_NONE,
                    .quota = {[ID_CLASS_STUDENT] = in->n_student,
                              [ID_CLASS_STAFF] = in->n_staff,
                              [ID_CLASS_GUARDIAN] = in->n_guardian},
                    .decided_utc_us = req->now_utc_us,
                    .decided_by = req->caller.account,
                    .role = span_text(role_id(req->caller.role))},
        };
        rc = writer_post(req->services->writer, &op, &why);
    }
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route contract_routes[CONTRACT_ROUTES_N] = {
    {
        .name = "contract.show",
        .method = HTTP_GET,
        .path = "/api/v1/contract",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LIFE_BOARD | ROLE_BIT(ROLE_AUDITOR),
        .object = OBJECT_NONE,
        .audit = AUDIT_NONE,
        .output = &contract_shape,
        .summary_ja = "契約とIDの数を見る",
        .handle = contract_show,
    },
    {
        .name = "contract.change",
        .method = HTTP_PUT,
        .path = "/api/v1/contract",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &change_shape,
        .output = &contract_shape,
        .summary_ja = "契約の期間とIDの上限を決める",
        .handle = contract_change,
    },
};
