/* POST /api/v1/people/slips: ID slips, or the first passwords' sheets, of people whose IDs were
 * issued (AI-4.3-オ). Read on the worker, drawn on the hashing threads, which wait for nobody;
 * the answer leaves after the access record, which names everyone on the pages. */
#include <stddef.h>

#include "node/db/seal.h"
#include "tenants/people/account_priv.h"
#include "tenants/people/life.h"
#include "tenants/people/people_index.h"
#include "tenants/people/slip.h"
#include "tenants/people/slip_store.h"
#include "tenants/tenants.h"
#include "tenants/watch/watch.h"

/* A password is for those alone who may also make a new one. */
#define SHOWS_IDS       (SHOWS_NAME | SHOWS_LOGIN)
#define SHOWS_PASSWORDS (SHOWS_IDS | SHOWS_WORK)

struct slips_input {
    struct jx_texts ids;
    int kind; /* enum slip_kind */
};

static const struct jx_field slips_fields[] = {
    {.name = "ids",
     .type = JX_TEXTS,
     .least = 36,
     .most = 36,
     .offset = offsetof(struct slips_input, ids),
     .title_ja = "人のID"},
    {.name = "kind",
     .type = JX_ENUM,
     .choices = "ids|passwords",
     .offset = offsetof(struct slips_input, kind),
     .title_ja = "何を印刷するか"},
};
static const struct jx_shape slips_shape =
    JX_SHAPE("PeopleSlips", struct slips_input, slips_fields);

struct printing {
    struct req *req;
    struct id *ids;
    struct slip *slips;
    struct slip_sheet sheet;
    struct life_refusal refusal;
    size_t n_without; /* first passwords that are not there any more */
};

/* ---- the hashing thread ---- */

static void draw_run(void *arg)
{
    struct printing *p = arg;
    struct req *req = p->req;
    struct span pdf;
    struct fail why = {.code = ERR_OK};
    size_t bad = 0;
    enum err rc = slip_write(&p->sheet, req->arena, &pdf, &bad, &why);

    if (rc == ERR_INVALID || rc == ERR_TOO_LARGE) {
        reply_problem(req, 409, "unprintable-name",
                      arena_printf(req->arena,
                                   "%zu人目の名前かIDを印刷できません。この機械にない文字か、"
                                   "カードに入らない長さです。表示を直すか、その人を外して"
                                   "ください。",
                                   bad + 1));
    } else if (rc != ERR_OK) {
        reply_fail(req, &why);
    } else {
        reply_header(req, "Cache-Control", "no-store");
        reply_header(req, "Content-Disposition",
                     p->sheet.kind == SLIP_IDS
                         ? "attachment; filename=\"login-cards.pdf\""
                         : "attachment; filename=\"first-passwords.pdf\"");
        reply_bytes(req, 200, "application/pdf", pdf);
    }
}

/* ---- the worker ---- */

static enum err take(struct arena *arena, struct span from, struct span *to, struct fail *why)
{
    *to = arena_copy(arena, from);
    return to->p == NULL && from.len > 0 ? fail_set(why, ERR_NOMEM, "slip") : ERR_OK;
}

static enum err take_password(struct printing *p, size_t i, struct fail *why)
{
    const struct seal_place place = {"account", "first_password_sealed", p->ids[i]};
    struct req *req = p->req;
    struct slip *slip = &p->slips[i];
    struct span sealed;
    enum err rc =
        slip_store_first(req->db, p->ids[i], req->arena, &sealed, &slip->until_utc_us, why);

    if (rc != ERR_OK)
        return rc;
    if (sealed.len == 0 || (slip->until_utc_us != 0 && slip->until_utc_us <= req->now_utc_us)) {
        p->n_without++;
        return ERR_OK;
    }
    return unseal(req->services->keyring, &place, sealed, req->arena, &slip->password, why);
}

/* Hidden is missing: one nobody may know of refuses the whole. */
static enum err take_one(struct printing *p, const struct rights_view *view,
                         const struct people *people, size_t i, struct fail *why)
{
    const struct people_entry *e = people_find(people, p->ids[i]);
    struct slip *slip = &p->slips[i];
    unsigned need = p->sheet.kind == SLIP_IDS ? SHOWS_IDS : SHOWS_PASSWORDS;
    enum err rc;

    if (e == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such person");
    if ((rights_shows(view, &e->place, NULL) & need) != need)
        return fail_set(why, ERR_DENIED, "not to be printed by this caller");
    if (p->sheet.kind == SLIP_PASSWORDS && !life_may_hand_out(view->caller.role, e->place.role))
        return fail_set(why, ERR_DENIED, "a password that is not for this caller");
    if (e->login.len == 0 || !e->has_account || e->state == ACCOUNT_CLOSED)
        return life_say_no(&p->refusal, "not-issued",
                           "IDがまだ発行されていない人が入っています。発行してから印刷して"
                           "ください。",
                           why);
    rc = take(p->req->arena, e->name.len > 0 ? e->name : e->display, &slip->name, why);
    if (rc == ERR_OK)
        rc = take(p->req->arena, e->kana, &slip->kana, why);
    if (rc == ERR_OK)
        rc = take(p->req->arena, e->login, &slip->login, why);
    return rc == ERR_OK && p->sheet.kind == SLIP_PASSWORDS ? take_password(p, i, why) : rc;
}

static enum err take_all(struct printing *p, struct fail *why)
{
    struct req *req = p->req;
    struct accounts *accounts = req->services->accounts;
    struct people *people = NULL;
    struct rights_view view;
    enum err rc = rights_view_make(accounts_rights(accounts), req->db, &req->caller,
                                   req->now_utc_us, req->arena, &view, why);

    if (rc == ERR_OK)
        rc = people_ref(accounts_people(accounts), req->db, &people, why);
    for (size_t i = 0; rc == ERR_OK && i < p->sheet.n; i++)
        rc = take_one(p, &view, people, i, why);
    people_unref(&people);
    if (rc == ERR_OK && p->n_without > 0)
        rc = life_say_no(&p->refusal, "no-first-password",
                         arena_printf(req->arena,
                                      "%zu人の、はじめのパスワードはもう使われたか、期限が"
                                      "切れています。出し直してから印刷してください。",
                                      p->n_without),
                         why);
    return rc;
}

static enum err prepare(struct printing *p, struct fail *why)
{
    struct req *req = p->req;
    const struct slips_input *in = req->input;
    enum err rc = life_ids_read(&in->ids, req->arena, &p->ids, why);

    if (rc != ERR_OK)
        return rc;
    p->slips = arena_alloc(req->arena, in->ids.n * sizeof *p->slips);
    if (p->slips == NULL)
        return fail_set(why, ERR_NOMEM, "slips");
    p->sheet = (struct slip_sheet){
        .kind = (enum slip_kind)in->kind,
        .town_ja = conf_text(req->services->conf, "node.title_ja"),
        .url = conf_text(req->services->conf, "front.public_url"),
        .slips = p->slips,
        .n = in->ids.n,
        .now_utc_us = req->now_utc_us,
    };
    return take_all(p, why);
}

static void print_slips(struct req *req)
{
    struct printing *p;
    struct fail why = {.code = ERR_OK};
    enum err rc;

    arena_mark_secret(req->arena); /* names and passwords will lie in it */
    p = req_alloc(req, sizeof *p);
    if (p == NULL)
        return;
    *p = (struct printing){.req = req};
    if (!rights_may_export(req))
        return;
    rc = prepare(p, &why);
    if (rc == ERR_OK && !watch_spend(req, WATCH_NAMES, p->ids, p->sheet.n))
        return;
    if (rc == ERR_OK)
        rc = hasher_post(req->services->accounts->hasher, draw_run, p, &why);
    if (rc != ERR_OK)
        life_refuse(req, &p->refusal, &why);
}

const struct route slip_routes[SLIP_ROUTES_N] = {
    {
        .name = "people.slips",
        .method = HTTP_POST,
        .path = "/api/v1/people/slips",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = LIFE_BOARD,
        .object = OBJECT_NONE,
        .audit = AUDIT_EXPORT,
        .input = &slips_shape,
        .summary_ja = "ログインカード、またははじめのパスワードの紙を印刷する（PDF）",
        .handle = print_slips,
    },
};
