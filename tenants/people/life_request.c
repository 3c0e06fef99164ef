/* Asking for an ID: for somebody new, or for a person of the register. Nobody gets in by it:
 * the commissioner approves, then it is issued. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "tenants/people/account.h"
#include "tenants/people/contract_store.h"
#include "tenants/people/day.h"
#include "tenants/people/life.h"
#include "tenants/people/link_store.h"
#include "tenants/people/org_store.h"
#include "tenants/rights/rights.h"
#include "tenants/tenants.h"

#define NAME_MOST     40
#define GRADE_MOST    15 /* bytes of RIGHTS_GRADE_CAP without the NUL; ASCII */
#define CHILDREN_MOST 20

/* ---- what both say of the account ---- */

struct terms {
    int role; /* index into ROLE_CHOICES */
    bool is_trial;
    struct span ends_on;
    bool has_trial, has_ends;
};

static const char *const contractor_end_field = "/ends_on";

/* When the account ends by itself; 0: not before the contract. */
static enum err read_end(struct req *req, const struct terms *terms, int64_t *ends_out,
                         struct fail *why)
{
    enum role role = (enum role)(terms->role + 1);
    struct contract_row contract;
    int64_t contract_end = 0;
    enum err rc;

    *ends_out = 0;
    if (!terms->has_ends)
        return ERR_OK;
    if (!day_end(terms->ends_on, ends_out) || *ends_out <= req->now_utc_us)
        return fail_field(why, ERR_INVALID, contractor_end_field, "no day to come");
    if ((LIFE_CONTRACTOR_SIDE & ROLE_BIT(role)) == 0)
        return ERR_OK;
    rc = contract_store_newest(NULL, req->db, req->arena, &contract, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK; /* without a contract nothing is issued */
    if (rc == ERR_OK && day_end(contract.ends_on, &contract_end) && *ends_out > contract_end)
        rc = fail_field(why, ERR_INVALID, contractor_end_field, "beyond the contract");
    return rc;
}

struct asking {
    struct req *req;
    struct person_row person;
    struct account_row account;
    bool is_new; /* the person is added, too */
    struct id children[CHILDREN_MOST];
    size_t n_children;
    struct life_refusal refusal;
};

/* Noted, not tied: that is done when a commissioner approves. */
static enum err ask_children(struct tx *tx, const struct asking *a, struct fail *why)
{
    struct link_step step = {.what = LINK_ASKED,
                             .guardian = a->person.id,
                             .at_utc_us = a->req->now_utc_us,
                             .actor = a->req->caller.account,
                             .actor_role = a->req->caller.role};
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < a->n_children; i++) {
        step.child = a->children[i];
        rc = link_step_append(tx, &step, why);
    }
    return rc;
}

static enum err check_day(struct tx *tx, struct asking *a, struct fail *why)
{
    const struct req *req = a->req;
    int64_t most = settings_int(req->services->settings, &setting_requests_day), n = 0;
    enum err rc = ERR_OK;

    if (req->caller.role == ROLE_SCHOOL_STAFF)
        rc = life_store_n_asked(tx, req->caller.account, req->now_utc_us - DAY_US, &n, why);
    if (rc == ERR_OK && n >= most)
        rc = life_say_no(&a->refusal, "requests-full",
                         arena_printf(req->arena,
                                      "一日に申請できるのは%" PRId64
                                      "件までです。明日また申請してください。",
                                      most),
                         why);
    return rc;
}

static enum err asking_run(struct tx *tx, void *arg, struct fail *why)
{
    struct asking *a = arg;
    struct access_entry access = access_of(a->req);
    const struct life_row nobody = {.person = a->person.id};
    const struct account_step step = life_step(a->req, &nobody, ACCOUNT_REQUESTED);
    enum err rc;

    a->refusal = (struct life_refusal){NULL, NULL};
    access.shown = a->children;
    access.n_shown = a->n_children;
    rc = check_day(tx, a, why);
    if (rc == ERR_OK && a->is_new)
        rc = person_store_add(tx, &a->person, why);
    /* One answer for every id that is used, the caller's own and one he may not know alike: it
     * says that 122 random bits he holds stand for somebody, which whoever showed them to him
     * had said already. To guess one takes longer than the day's bound allows. */
    if (rc == ERR_CONFLICT && a->refusal.code == NULL)
        return fail_field(why, ERR_CONFLICT, "/id", "the id is used");
    if (rc == ERR_OK)
        rc = account_store_add(tx, &a->account, why);
    if (rc == ERR_OK)
        rc = account_step_begin(tx, &step, why);
    if (rc == ERR_OK)
        rc = ask_children(tx, a, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

struct asked_output {
    struct id id;
    struct span state;
};

static const struct jx_field asked_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct asked_output, id),
     .title_ja = "人のID"},
    {.name = "state",
     .type = JX_TEXT,
     .offset = offsetof(struct asked_output, state),
     .title_ja = "IDの状態"},
};
static const struct jx_shape asked_shape =
    JX_SHAPE("PeopleRequested", struct asked_output, asked_fields);

static void asking_done(void *arg, enum err rc, const struct fail *why)
{
    struct asking *a = arg;
    const struct asked_output output = {a->person.id,
                                        span_text(account_state_id(ACCOUNT_REQUESTED))};

    if (rc != ERR_OK) {
        life_refuse(a->req, &a->refusal, why);
        return;
    }
    a->req->access_recorded = 1;
    reply_json(a->req, 201, &output);
}

static enum err post(struct asking *a, const struct terms *terms, int64_t ends_utc_us,
                     struct fail *why)
{
    const struct writer_op op = {asking_run, asking_done, a};
    enum role role = (enum role)(terms->role + 1);

    a->account = (struct account_row){
        .id = a->person.id,
        .school = a->person.school,
        .role = role,
        .id_class = id_class_of(role),
        .is_trial = terms->has_trial && terms->is_trial,
        .created_utc_us = a->req->now_utc_us,
        .ends_utc_us = ends_utc_us,
    };
    return writer_post(a->req->services->writer, &op, why);
}

/* ---- POST /api/v1/people ---- */

struct request_input {
    struct id id, school;
    struct terms terms;
    struct span family, given, family_kana, given_kana, grade;
    struct jx_texts children;
    bool has_school, has_grade, has_children;
};

#define NAME_FIELD(name_, title_) \
    { \
        .name = #name_, .type = JX_TEXT, .least = 1, .most = NAME_MOST, \
        .offset = offsetof(struct request_input, name_), .title_ja = (title_) \
    }
#define TERMS_FIELDS(type_) \
    {.name = "role", \
     .type = JX_ENUM, \
     .choices = ROLE_CHOICES, \
     .offset = offsetof(type_, terms.role), \
     .title_ja = "役割"}, \
        {.name = "is_trial", \
         .type = JX_BOOL, \
         .flags = JX_OPTIONAL, \
         .offset = offsetof(type_, terms.is_trial), \
         .has_offset = offsetof(type_, terms.has_trial), \
         .title_ja = "試験利用"}, \
    { \
        .name = "ends_on", .type = JX_TEXT, .flags = JX_OPTIONAL, .least = 10, .most = 10, \
        .offset = offsetof(type_, terms.ends_on), \
        .has_offset = offsetof(type_, terms.has_ends), .title_ja = "使える最後の日" \
    }

static const struct jx_field request_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct request_input, id),
     .title_ja = "人のID"},
    TERMS_FIELDS(struct request_input),
    NAME_FIELD(family, "姓"),
    NAME_FIELD(given, "名"),
    NAME_FIELD(family_kana, "姓のふりがな"),
    NAME_FIELD(given_kana, "名のふりがな"),
    {.name = "school",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct request_input, school),
     .has_offset = offsetof(struct request_input, has_school),
     .title_ja = "学校"},
    {.name = "grade",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = GRADE_MOST,
     .offset = offsetof(struct request_input, grade),
     .has_offset = offsetof(struct request_input, has_grade),
     .title_ja = "学年"},
    {.name = "children",
     .type = JX_TEXTS,
     .flags = JX_OPTIONAL,
     .least = 36,
     .most = 36,
     .offset = offsetof(struct request_input, children),
     .has_offset = offsetof(struct request_input, has_children),
     .title_ja = "子ども"},
};
static const struct jx_shape request_shape =
    JX_SHAPE("PeopleRequest", struct request_input, request_fields);

/* School staff ask for children of their own school; whoever else may ask, for anybody here. */
static enum err check_school(struct req *req, const struct request_input *in,
                             struct id *school_out, struct fail *why)
{
    enum role role = (enum role)(in->terms.role + 1);
    bool is_of_school = req->caller.role == ROLE_SCHOOL_STAFF;
    struct id school = in->has_school ? in->school
                       : is_of_school ? req->caller.school
                                      : ID_NONE;
    struct org_row org;
    enum err rc = ERR_OK;

    *school_out = school;
    if (is_of_school && role != ROLE_STUDENT)
        return fail_field(why, ERR_INVALID, "/role", "school staff ask for students");
    if (id_is_none(school))
        return role == ROLE_STUDENT ? fail_field(why, ERR_INVALID, "/school", "of no school")
                                    : ERR_OK;
    if (is_of_school)
        return rights_school(accounts_rights(req->services->accounts), req->db, &req->caller,
                             school, req->now_utc_us, why);
    rc = org_store_find(NULL, req->db, school, req->arena, &org, why);
    if (rc == ERR_NOT_FOUND || (rc == ERR_OK && org.left_utc_us != 0))
        return fail_field(why, ERR_INVALID, "/school", "no such school");
    return rc;
}

static enum err read_children(struct req *req, const struct request_input *in, struct asking *a,
                              struct fail *why)
{
    if (!in->has_children || in->children.n == 0)
        return ERR_OK;
    if ((enum role)(in->terms.role + 1) != ROLE_GUARDIAN || in->children.n > CHILDREN_MOST)
        return fail_field(why, ERR_INVALID, "/children", "children of a guardian");
    for (size_t i = 0; i < in->children.n; i++) {
        struct life_row child;
        char field[32];
        enum err rc = id_parse(in->children.at[i], &a->children[i], NULL);

        snprintf(field, sizeof field, "/children/%zu", i);
        if (rc == ERR_OK)
            rc = life_store_find(NULL, req->db, a->children[i], &child, why);
        else
            rc = ERR_NOT_FOUND;
        if (rc == ERR_NOT_FOUND || (rc == ERR_OK && child.kind != PERSON_STUDENT))
            return fail_field(why, ERR_INVALID, field, "no child of the register");
        if (rc != ERR_OK)
            return rc;
    }
    a->n_children = in->children.n;
    return ERR_OK;
}

/* Nothing to be seen: blanks of any width, and the marks that have none. */
static bool is_blank(struct span text)
{
    static const char *const blanks[] = {" ",
                                         "\t",
                                         "\xc2\xa0",
                                         "\xe3\x80\x80",
                                         "\xe2\x80\x8b",
                                         "\xe2\x80\x8c",
                                         "\xe2\x80\x8d",
                                         "\xef\xbb\xbf"};
    size_t at = 0;

    while (at < text.len) {
        size_t before = at;

        for (size_t i = 0; i < sizeof blanks / sizeof blanks[0] && at == before; i++) {
            struct span blank = span_text(blanks[i]);

            if (text.len - at >= blank.len && memcmp(text.p + at, blank.p, blank.len) == 0)
                at += blank.len;
        }
        if (at == before)
            return false;
    }
    return true;
}

static enum err check_names(const struct span names[PERSON_SEALED_N], struct fail *why)
{
    static const char *const fields[] = {[PERSON_FAMILY] = "/family",
                                         [PERSON_GIVEN] = "/given",
                                         [PERSON_FAMILY_KANA] = "/family_kana",
                                         [PERSON_GIVEN_KANA] = "/given_kana"};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (is_blank(names[i]))
            return fail_field(why, ERR_INVALID, fields[i], "blanks only");
    return ERR_OK;
}

static enum err begin_request(struct req *req, struct asking *a, struct fail *why)
{
    const struct request_input *in = req->input;
    const struct span names[PERSON_SEALED_N] = {
        [PERSON_FAMILY] = in->family,
        [PERSON_GIVEN] = in->given,
        [PERSON_FAMILY_KANA] = in->family_kana,
        [PERSON_GIVEN_KANA] = in->given_kana,
    };
    int64_t ends = 0;
    enum err rc = check_school(req, in, &a->person.school, why);

    if (rc == ERR_OK)
        rc = check_names(names, why);
    a->person.id = in->id;
    a->person.kind = person_kind_of((enum role)(in->terms.role + 1));
    a->person.grade = in->has_grade ? in->grade : SPAN_NONE;
    a->person.created_utc_us = req->now_utc_us;
    if (rc == ERR_OK && (id_is_none(in->id) || a->person.grade.len > GRADE_MOST))
        rc = fail_field(why, ERR_INVALID, id_is_none(in->id) ? "/id" : "/grade", "not one");
    if (rc == ERR_OK)
        rc = read_end(req, &in->terms, &ends, why);
    if (rc == ERR_OK)
        rc = read_children(req, in, a, why);
    if (rc == ERR_OK)
        rc = person_seal(req->services->keyring, &a->person, names, req->arena, why);
    return rc == ERR_OK ? post(a, &in->terms, ends, why) : rc;
}

static struct asking *new_asking(struct req *req, bool is_new, struct fail *why)
{
    struct asking *a = arena_alloc(req->arena, sizeof *a);

    if (a == NULL) {
        fail_set(why, ERR_NOMEM, "a request");
        return NULL;
    }
    a->req = req;
    a->is_new = is_new;
    return a;
}

static void people_request(struct req *req)
{
    const struct request_input *in = req->input;
    struct fail why = {.code = ERR_OK};
    struct asking *a = new_asking(req, true, &why);

    req->object = req->person = in->id;
    if (a == NULL || begin_request(req, a, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- POST /api/v1/people/{id}/request ---- */

struct request_for_input {
    struct terms terms;
};

static const struct jx_field request_for_fields[] = {TERMS_FIELDS(struct request_for_input)};
static const struct jx_shape request_for_shape =
    JX_SHAPE("PeopleRequestFor", struct request_for_input, request_for_fields);

static enum err begin_request_for(struct req *req, struct asking *a, struct fail *why)
{
    const struct request_for_input *in = req->input;
    enum role role = (enum role)(in->terms.role + 1);
    struct rights_found found;
    int64_t ends = 0;
    enum err rc = rights_of_path(req, SHOWS_NAME | SHOWS_WORK, &found, why);

    if (rc != ERR_OK)
        return rc;
    if (found.place.role != ROLE_ANONYMOUS || found.place.is_merged)
        return fail_set(why, ERR_CONFLICT, "the person has an account, or stands for another");
    if (person_kind_of(role) != found.place.kind)
        return fail_field(why, ERR_INVALID, "/role", "a %s cannot be a %s",
                          person_kind_id(found.place.kind), role_id(role));
    rc = person_store_find(NULL, req->db, found.place.person, req->arena, &a->person, why);
    if (rc == ERR_OK)
        rc = read_end(req, &in->terms, &ends, why);
    return rc == ERR_OK ? post(a, &in->terms, ends, why) : rc;
}

static void people_request_for(struct req *req)
{
    struct fail why = {.code = ERR_OK};
    struct asking *a = new_asking(req, false, &why);

    if (a == NULL || begin_request_for(req, a, &why) != ERR_OK)
        reply_fail(req, &why);
}

const struct route life_request_routes[LIFE_REQUEST_ROUTES_N] = {
    {
        .name = "people.request",
        .method = HTTP_POST,
        .path = "/api/v1/people",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF),
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_CHANGE,
        .input = &request_shape,
        .output = &asked_shape,
        .summary_ja = "新しい人のIDを申請する",
        .handle = people_request,
    },
    {
        .name = "people.request_for",
        .method = HTTP_POST,
        .path = "/api/v1/people/{id}/request",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LIFE_BOARD | ROLE_BIT(ROLE_SCHOOL_STAFF),
        .object = OBJECT_OWN_SCHOOL,
        .audit = AUDIT_CHANGE,
        .input = &request_for_shape,
        .output = &asked_shape,
        .summary_ja = "名簿の人のIDを申請する",
        .handle = people_request_for,
    },
};
