/* Reading people: the list with its search, one person with steps and rights. What an item
 * holds is what rights_shows says; the rest is absent, as if it were not known. */
#include "node/base/clock.h"
#include "tenants/people/account.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/link_store.h"
#include "tenants/people/people_json.h"
#include "tenants/people/people_look_store.h"
#include "tenants/rights/rights_look_store.h"
#include "tenants/rights/rights_rows.h"
#include "tenants/tenants.h"
#include "tenants/watch/watch.h"

#define CHILDREN_CAP 20
#define RIGHTS_CAP   50

static const struct jx_field person_fields[] = {PERSON_FIELDS};
static const struct jx_shape person_shape =
    JX_SHAPE("Person", struct person_output, person_fields);

/* ---- GET /api/v1/people ---- */

struct people_output {
    struct jx_list items; /* of struct person_output */
    struct id next;
    bool has_next;
    int64_t total;
};
static const struct jx_field people_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &person_shape,
     .most = PEOPLE_PAGE_MOST,
     .offset = offsetof(struct people_output, items),
     .title_ja = "人"},
    {.name = "next",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct people_output, next),
     .has_offset = offsetof(struct people_output, has_next),
     .title_ja = "続きを見るときの after の値"},
    {.name = "total",
     .type = JX_INT,
     .offset = offsetof(struct people_output, total),
     .title_ja = "あてはまる人数"},
};
static const struct jx_shape people_shape =
    JX_SHAPE("People", struct people_output, people_fields);

static enum err read_id(const struct req *req, const char *name, struct id *id_out,
                        struct fail *why)
{
    struct span text = req_query(req, name);

    *id_out = ID_NONE;
    if (text.len == 0)
        return ERR_OK;
    return id_parse(text, id_out, NULL) == ERR_OK
               ? ERR_OK
               : fail_field(why, ERR_INVALID, name, "not an id");
}

static enum err read_query(const struct req *req, struct people_query *q, struct fail *why)
{
    struct span state = req_query(req, "state"), role = req_query(req, "role");
    enum err rc = read_id(req, "school", &q->school, why);

    q->q = req_query(req, "q");
    q->n_cap = PEOPLE_PAGE_MOST;
    if (rc == ERR_OK)
        rc = read_id(req, "after", &q->after, why);
    q->is_without_id = span_eq(state, SPAN("none"));
    if (rc == ERR_OK && state.len > 0 && !q->is_without_id) {
        q->has_state = true;
        if (account_state_parse(state, &q->state, NULL) != ERR_OK)
            rc = fail_field(why, ERR_INVALID, "state", "no such state");
    }
    if (rc == ERR_OK && role.len > 0) {
        q->has_role = true;
        rc = role_parse(role, &q->role, why);
    }
    return rc;
}

/* Whoever asks, with what he may: the parts that both routes need. */
struct look {
    struct req *req;
    struct rights *rights;
    struct rights_view view;
    struct people *people;
};

static enum err look_open(struct req *req, struct look *look, struct fail *why)
{
    struct accounts *accounts = req->services->accounts;
    enum err rc;

    arena_mark_secret(req->arena); /* names will lie in it */
    *look = (struct look){.req = req, .rights = accounts_rights(accounts)};
    rc = rights_view_make(look->rights, req->db, &req->caller, req->now_utc_us, req->arena,
                          &look->view, why);
    return rc == ERR_OK ? people_ref(accounts_people(accounts), req->db, &look->people, why)
                        : rc;
}

static enum err write_page(struct look *look, const struct people_page *page,
                           struct people_output *out, struct fail *why)
{
    struct arena *arena = look->req->arena;
    struct person_output *items = arena_alloc(arena, (page->n + 1) * sizeof *items);

    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "people");
    for (size_t i = 0; i < page->n; i++)
        items[i] = person_output_of(&page->at[i], arena);
    for (size_t i = 0; i < page->n_used; i++)
        rights_note_use(look->rights, page->used[i], look->req->now_utc_us);
    *out = (struct people_output){
        .items = {items, page->n}, .has_next = page->has_next, .total = (int64_t)page->n_total};
    if (page->has_next)
        out->next = page->at[page->n - 1].entry->place.person;
    return ERR_OK;
}

static enum err search(struct look *look, struct people_page *page, struct fail *why)
{
    struct req *req = look->req;
    struct people_query query = {.n_cap = 0};
    struct id *children = NULL;
    enum err rc = read_query(req, &query, why);

    if (rc == ERR_OK && req->caller.role == ROLE_GUARDIAN) {
        rc = people_look_children(req->db, req->caller.account, CHILDREN_CAP, req->arena,
                                  &children, &query.n_children, why);
        query.children = children;
    }
    return rc == ERR_OK
               ? people_search(look->people, &look->view, &query, req->arena, page, why)
               : rc;
}

/* False: answered, because it would be too many for one account. */
static bool spend(struct look *look, const struct people_page *page)
{
    struct id persons[PEOPLE_PAGE_MOST];

    for (size_t i = 0; i < page->n; i++)
        persons[i] = page->at[i].entry->place.person;
    return watch_spend(look->req, WATCH_NAMES, persons, page->n);
}

static void list_people(struct req *req)
{
    struct people_output out;
    struct people_page page;
    struct look look = {.people = NULL};
    struct fail why;
    enum err rc = look_open(req, &look, &why);

    if (rc == ERR_OK)
        rc = search(&look, &page, &why);
    if (rc == ERR_OK && !spend(&look, &page))
        goto out;
    if (rc == ERR_OK)
        rc = write_page(&look, &page, &out, &why);
    if (rc == ERR_OK) {
        reply_header(req, "Cache-Control", "no-store");
        reply_json(req, 200, &out);
    } else {
        reply_fail(req, &why);
    }
out:
    people_unref(&look.people);
}

/* ---- GET /api/v1/people/{id} ---- */

struct step_output {
    int state;
    struct span actor_name, actor_role;
    int64_t at;
    bool has_actor_name;
};
static const struct jx_field step_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = STATE_CHOICES,
     .offset = offsetof(struct step_output, state),
     .title_ja = "どの状態になったか"},
    {.name = "at",
     .type = JX_TIME,
     .offset = offsetof(struct step_output, at),
     .title_ja = "いつ"},
    {.name = "actor_name",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct step_output, actor_name),
     .has_offset = offsetof(struct step_output, has_actor_name),
     .title_ja = "だれが"},
    {.name = "actor_role",
     .type = JX_TEXT,
     .offset = offsetof(struct step_output, actor_role),
     .title_ja = "だれが（役割）"},
};
static const struct jx_shape step_shape =
    JX_SHAPE("AccountStep", struct step_output, step_fields);

/* A child of a guardian, as far as the viewer may know of it. */
struct child_output {
    struct id id;
    struct span name, school_name;
};
static const struct jx_field child_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct child_output, id),
     .title_ja = "子の番号（仮名）"},
    {.name = "name",
     .type = JX_TEXT,
     .offset = offsetof(struct child_output, name),
     .title_ja = "子の氏名"},
    {.name = "school_name",
     .type = JX_TEXT,
     .offset = offsetof(struct child_output, school_name),
     .title_ja = "子の学校"},
};
static const struct jx_shape child_shape =
    JX_SHAPE("GuardedChild", struct child_output, child_fields);

struct show_output {
    struct person_output person; /* first: PERSON_FIELDS */
    struct jx_list steps, rights, children;
    struct people_signs signs;
    bool has_account, has_lock, waits_for_slip; /* the last: absent rather than false */
    bool may_work, may_see_facts, is_self;      /* absent rather than false */
};
#define MAY(name_, title) \
    { \
        .name = #name_, .type = JX_BOOL, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct show_output, name_), \
        .has_offset = offsetof(struct show_output, name_), .title_ja = (title) \
    }
static const struct jx_field show_fields[] = {
    PERSON_FIELDS,
    {.name = "steps",
     .type = JX_LIST,
     .shape = &step_shape,
     .offset = offsetof(struct show_output, steps),
     .title_ja = "IDのこれまで（古い順）"},
    {.name = "rights",
     .type = JX_LIST,
     .shape = &right_output_shape,
     .offset = offsetof(struct show_output, rights),
     .title_ja = "いまの担当・目的"},
    {.name = "children",
     .type = JX_LIST,
     .shape = &child_shape,
     .offset = offsetof(struct show_output, children),
     .title_ja = "保護者の子（承認までは、申しこまれた子）"},
    {.name = "n_sessions",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct show_output, signs.n_sessions),
     .has_offset = offsetof(struct show_output, has_account),
     .title_ja = "ログイン中の端末の数"},
    {.name = "locked_until",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct show_output, signs.locked_until_utc_us),
     .has_offset = offsetof(struct show_output, has_lock),
     .title_ja = "まちがいが続いたためいつまで止まっているか"},
    MAY(waits_for_slip, "引き継いだIDで、パスワードがまだ渡されていないか"),
    MAY(may_work, "この人のIDの仕事（止める、出し直すなど）ができるか"),
    MAY(may_see_facts, "この人の利用登録の記録を見られるか"),
    MAY(is_self, "自分のことか"),
};
static const struct jx_shape show_shape =
    JX_SHAPE("PersonDetail", struct show_output, show_fields);

/* The name of whoever took a step, where the viewer may know it: real name, else display name.
 */
static struct span actor_name(const struct look *look, struct id actor)
{
    const struct people_entry *e = id_is_none(actor) ? NULL : people_find(look->people, actor);

    if (e == NULL || !(rights_shows(&look->view, &e->place, NULL) & SHOWS_NAME))
        return SPAN("");
    return e->name.len > 0 ? e->name : e->display;
}

static enum err put_steps(const struct look *look, struct id account, struct show_output *out,
                          struct fail *why)
{
    struct req *req = look->req;
    struct account_step_past *past = NULL;
    struct step_output *steps;
    enum account_state state;
    size_t n = 0;
    enum err rc = account_step_list(req->db, account, req->arena, &past, &n, why);

    if (rc != ERR_OK)
        return rc;
    steps = arena_alloc(req->arena, (n + 1) * sizeof *steps);
    if (steps == NULL)
        return fail_set(why, ERR_NOMEM, "steps");
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        struct span name = actor_name(look, past[i].actor);

        rc = account_state_parse(past[i].state, &state, why);
        if (rc == ERR_OK)
            steps[i] = (struct step_output){.state = (int)state,
                                            .at = past[i].at_utc_us,
                                            .actor_name = name,
                                            .has_actor_name = name.len > 0,
                                            .actor_role = past[i].actor_role};
    }
    out->steps = (struct jx_list){steps, n};
    return rc;
}

static enum err put_rights(const struct look *look, struct id account, struct show_output *out,
                           struct fail *why)
{
    struct req *req = look->req;
    struct rights_grant *grants = NULL;
    struct right_output *rights;
    size_t n = 0;
    enum err rc = rights_look_list(req->db, account, 0, req->now_utc_us, RIGHTS_CAP, req->arena,
                                   &grants, &n, why);

    if (rc != ERR_OK)
        return rc;
    rights = arena_alloc(req->arena, (n + 1) * sizeof *rights);
    if (rights == NULL)
        return fail_set(why, ERR_NOMEM, "rights");
    for (size_t i = 0; i < n; i++)
        rights[i] = right_output_of(&grants[i]);
    out->rights = (struct jx_list){rights, n};
    return ERR_OK;
}

/* After so long without use a session has ended. */
static int64_t idle_us(const struct req *req, enum role role)
{
    const struct setting *row =
        role == ROLE_STUDENT ? &setting_idle_minutes_student : &setting_idle_minutes_adult;

    return settings_int(req->services->settings, row) * MINUTE_US;
}

/* Whose guardian this is, or was asked to become: so that nobody approves a tie unseen. */
static enum err put_children(const struct look *look, const struct people_entry *e,
                             struct show_output *out, struct fail *why)
{
    struct req *req = look->req;
    bool is_asked = e->has_account && e->state == ACCOUNT_REQUESTED;
    struct child_output *children;
    struct id *ids = NULL;
    size_t n = 0, n_seen = 0;
    enum err rc;

    if (e->place.kind != PERSON_GUARDIAN)
        return ERR_OK;
    rc = is_asked ? link_step_asked(NULL, req->db, e->place.person, req->arena, &ids, &n, why)
                  : people_look_children(req->db, e->place.person, CHILDREN_CAP, req->arena,
                                         &ids, &n, why);
    if (rc != ERR_OK)
        return rc;
    children = arena_alloc(req->arena, (n + 1) * sizeof *children);
    if (children == NULL)
        return fail_set(why, ERR_NOMEM, "children");
    for (size_t i = 0; i < n; i++) {
        const struct people_entry *child = people_find(look->people, ids[i]);

        if (child == NULL || !(rights_shows(&look->view, &child->place, NULL) & SHOWS_NAME))
            continue;
        children[n_seen++] = (struct child_output){ids[i], child->name, child->school_name};
    }
    out->children = (struct jx_list){children, n_seen};
    return ERR_OK;
}

static enum err put_account(const struct look *look, const struct people_entry *e,
                            struct show_output *out, struct fail *why)
{
    struct req *req = look->req;
    struct id account = e->place.person;
    enum err rc = put_steps(look, account, out, why);

    if (rc == ERR_OK)
        rc = put_rights(look, account, out, why);
    if (rc == ERR_OK)
        rc = put_children(look, e, out, why);
    if (rc == ERR_OK)
        rc = people_look_signs(req->db, account, req->now_utc_us,
                               req->now_utc_us - idle_us(req, e->place.role), &out->signs, why);
    out->has_account = rc == ERR_OK && e->has_account;
    out->has_lock = rc == ERR_OK && out->signs.locked_until_utc_us > req->now_utc_us;
    out->waits_for_slip = rc == ERR_OK && out->signs.waits_for_slip;
    return rc;
}

static enum err show(struct look *look, const struct rights_found *found,
                     struct show_output *out, struct fail *why)
{
    struct people_hit hit = {people_find(look->people, found->place.person), found->shows};

    if (hit.entry == NULL) /* erased this very moment */
        return fail_set(why, ERR_NOT_FOUND, "no such person");
    *out = (struct show_output){
        .person = person_output_of(&hit, look->req->arena),
        .may_work = (hit.shows & SHOWS_WORK) != 0,
        .may_see_facts = (hit.shows & SHOWS_FACTS) != 0 && found->place.kind == PERSON_STUDENT,
        .is_self = id_eq(found->place.person, look->req->caller.account),
    };
    return hit.shows & SHOWS_ACCOUNT ? put_account(look, hit.entry, out, why) : ERR_OK;
}

/* The person and whoever is named beside. False: answered. */
static bool spend_on_person(struct req *req, const struct show_output *out)
{
    const struct child_output *children = out->children.at;
    size_t n = out->children.n;
    struct id *seen = req_alloc(req, (n + 1) * sizeof *seen);

    if (seen == NULL)
        return false;
    seen[0] = out->person.id;
    for (size_t i = 0; i < n; i++)
        seen[i + 1] = children[i].id;
    if (!watch_spend(req, WATCH_RECORDS, seen, n + 1))
        return false;
    req->person = out->person.id;
    return true;
}

static void show_person(struct req *req)
{
    struct look look = {.people = NULL};
    struct rights_found found;
    struct show_output out;
    struct fail why;
    enum err rc = rights_of_path(req, SHOWS_DISPLAY, &found, &why);

    if (rc == ERR_OK)
        rc = look_open(req, &look, &why);
    if (rc == ERR_OK)
        rc = show(&look, &found, &out, &why);
    if (rc == ERR_OK && !spend_on_person(req, &out))
        goto out;
    if (rc == ERR_OK) {
        reply_header(req, "Cache-Control", "no-store");
        reply_json(req, 200, &out);
    } else {
        reply_fail(req, &why);
    }
out:
    people_unref(&look.people);
}

/* Not students: who has no ID of anybody in hand needs no page of one (AI-2.7-エ). */
#define LOOKERS \
    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_SCHOOL_STAFF) | \
     ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_GUARDIAN))

const struct route people_routes[PEOPLE_ROUTES_N] = {
    {
        .name = "people.list",
        .method = HTTP_GET,
        .path = "/api/v1/people",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LOOKERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_READ,
        .output = &people_shape,
        .summary_ja = "人をさがす（見てよい人だけ）",
        .handle = list_people,
    },
    {
        .name = "people.show",
        .method = HTTP_GET,
        .path = "/api/v1/people/{id}",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LOOKERS,
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_READ,
        .output = &show_shape,
        .summary_ja = "一人の情報を見る（見てよいところだけ）",
        .handle = show_person,
    },
};
