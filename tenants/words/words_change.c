#include "tenants/words/words_change.h"

#include <stddef.h>

#include "node/db/audit.h"
#include "tenants/words/words_now.h"
#include "tenants/words/words_reason.h"

static enum err compile(struct words_change *c, struct fail *why)
{
    const struct words_lists lists = {c->held.terms[WORDS_LIST_OWN],
                                      c->held.terms[WORDS_LIST_ALLOWED],
                                      c->held.n[WORDS_LIST_OWN], c->held.n[WORDS_LIST_ALLOWED]};

    words_unref(&c->words); /* of a transaction that ran before */
    return words_create(&lists, &c->words, why);
}

/* What the act says the other way round. */
static enum err turn(struct tx *tx, struct words_change *c, struct fail *why)
{
    struct words_act undone;
    enum err rc = words_store_find(tx, c->act.undoes, &undone, why);

    if (rc != ERR_OK)
        return rc;
    c->act.list = undone.list;
    c->act.added = undone.removed;
    c->act.removed = undone.added;
    return ERR_OK;
}

static bool is_same(const struct words_held *a, const struct words_held *b,
                    enum words_list_id list)
{
    if (a->n[list] != b->n[list])
        return false;
    for (size_t i = 0; i < a->n[list]; i++)
        if (!words_held_has(b, list, a->terms[list][i]))
            return false;
    return true;
}

static enum err decide(struct tx *tx, struct words_change *c, const struct words_held *before,
                       struct fail *why)
{
    enum err rc = ERR_OK;

    if (c->has_expected && c->expected_version != before->version)
        return fail_field(why, ERR_CONFLICT, "/expected_version", "decided meanwhile");
    if (!id_is_none(c->act.undoes))
        rc = turn(tx, c, why);
    c->act.version = before->version + 1;
    if (rc == ERR_OK)
        rc = words_held_after(before, &c->act, tx_arena(tx), &c->held, why);
    if (rc != ERR_OK)
        return rc;
    c->is_nothing = is_same(before, &c->held, c->act.list);
    c->is_over = c->held.n[c->act.list] > WORDS_TERMS_MOST;
    if (c->is_nothing || c->is_over)
        return fail_field(why, ERR_INVALID, "/add", "nothing, or too much");
    rc = words_store_add(tx, &c->act, why);
    return rc == ERR_OK ? compile(c, why) : rc;
}

static enum err own_held(struct words_change *c, struct fail *why)
{
    for (int list = 0; list < WORDS_LISTS_N; list++) {
        struct span *terms = arena_alloc(c->req->arena, (c->held.n[list] + 1) * sizeof *terms);

        if (terms == NULL)
            return fail_set(why, ERR_NOMEM, "a list");
        for (size_t i = 0; i < c->held.n[list]; i++) {
            terms[i] = arena_copy(c->req->arena, c->held.terms[list][i]);
            if (terms[i].p == NULL)
                return fail_set(why, ERR_NOMEM, "a list");
        }
        c->held.terms[list] = terms;
    }
    return ERR_OK;
}

static enum err change_run(struct tx *tx, void *arg, struct fail *why)
{
    struct words_change *c = arg;
    const struct access_entry access = access_of(c->req);
    struct words_held before;
    struct words_act done;
    enum err rc = words_store_held(tx, NULL, tx_arena(tx), &before, why);

    c->is_over = c->is_nothing = false;
    if (rc != ERR_OK)
        return rc;
    rc = words_store_find(tx, c->act.id, &done, why);
    if (rc == ERR_OK)
        c->held = before;
    else if (rc == ERR_NOT_FOUND)
        rc = decide(tx, c, &before, why);
    if (rc == ERR_OK)
        rc = own_held(c, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void say(struct req *req, const char *pointer, const char *rule, const char *text_ja)
{
    struct jx_defects defects = {0};
    struct fail why;

    if (jx_defect_add(&defects, req->arena, pointer, rule, "%s", text_ja) == ERR_OK) {
        reply_defects(req, &defects);
        return;
    }
    fail_set(&why, ERR_NOMEM, "a sentence");
    reply_fail(req, &why);
}

static void change_done(void *arg, enum err rc, const struct fail *why)
{
    struct words_change *c = arg;
    struct req *req = c->req;
    struct words_view view;
    struct fail fail = *why;

    if (rc == ERR_OK) {
        req->access_recorded = 1;
        if (c->words != NULL && req->services->words != NULL)
            words_set(req->services->words, &c->words, c->held.version);
        rc = words_view_fill(&c->held, req->arena, &view, &fail);
    }
    words_unref(&c->words);
    if (rc == ERR_OK)
        reply_json(req, 200, &view);
    else if (rc == ERR_INVALID && c->is_over)
        say(req, "/add", "most", "一つの一覧に登録できるのは2,000語までです。");
    else if (rc == ERR_INVALID && c->is_nothing)
        say(req, "/add", "same",
            "一覧はもうそのとおりになっています。変わるものがありません。");
    else
        reply_fail(req, &fail);
}

void words_change_post(struct words_change *change)
{
    const struct writer_op op = {change_run, change_done, change};
    struct req *req = change->req;
    struct fail why = {.code = ERR_OK};
    enum err rc = words_reason_seal(req->services->keyring, change->act.id, change->reason,
                                    req->arena, &change->act.reason_sealed, &why);

    req->object = change->act.id;
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}
