#include "tenants/signin/me.h"

#include "node/db/seal.h"
#include "node/io/live.h"

void me_fail(struct req *req, const struct fail *why)
{
    if (why->code == ERR_RATE)
        reply_header(req, "Retry-After", "60");
    reply_fail(req, why);
}

void me_others_drop(const struct req *req)
{
    live_drop_account(req->services->live, req->caller.account, req->caller.session);
}

enum err me_seal(struct me *me, const char *column, struct span plain, struct span *sealed_out,
                 struct fail *why)
{
    const struct seal_place place = {"account", column, me->row.id};
    struct id key;
    enum err rc =
        keyring_find_key(me->accounts->keyring, KEY_PERSON, me->row.id, NULL, &key, why);

    return rc == ERR_OK ? seal(me->accounts->keyring, key, &place, plain, me->req->arena,
                               sealed_out, why)
                        : rc;
}

/* -- the writer's thread -- */

static enum err record(struct tx *tx, const struct me *me, struct fail *why)
{
    const struct req *req = me->req;
    struct access_entry entry = access_of(req);

    entry.person = req->caller.account;
    entry.object = id_is_none(me->object) || me->is_wrong ? entry.person : me->object;
    if (me->is_wrong) {
        entry.action = "refused";
        entry.outcome = "wrong-password";
    }
    return access_append(tx, &entry, why);
}

static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct me *me = arg;
    enum err rc;

    if (me->is_wrong) {
        rc = signin_count_failure(tx, me->accounts, &me->row, me->place, me->req->now_utc_us,
                                  why);
    } else {
        rc = signin_store_still(tx, &me->row, why);
        if (rc == ERR_OK)
            rc = me->write(tx, me, why);
    }
    return rc == ERR_OK ? record(tx, me, why) : rc;
}

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    struct me *me = arg;
    struct fail wrong;

    if (rc != ERR_OK && !me->is_wrong && me->refuse != NULL) {
        me->refuse(me, rc, why);
        return;
    }
    if (rc == ERR_DENIED) {
        fail_set(&wrong, ERR_CONFLICT, "%s", why->text);
        reply_fail(me->req, &wrong);
        return;
    }
    if (rc != ERR_OK) {
        reply_fail(me->req, why);
        return;
    }
    me->req->access_recorded = 1;
    if (!me->is_wrong) {
        me->tell(me);
        return;
    }
    fail_field(&wrong, ERR_INVALID, me->password_field, "not the password");
    reply_fail(me->req, &wrong);
}

static enum err post(struct me *me, struct fail *why)
{
    const struct writer_op op = {write_run, write_done, me};

    return writer_post(me->accounts->writer, &op, why);
}

/* -- the hashing thread -- */

static enum err prove(struct me *me, struct fail *why)
{
    enum err rc;

    if (!me->has_password)
        return ERR_OK;
    rc = session_refusal(me->accounts, &me->row, me->req->now_utc_us) != NULL
             ? ERR_DENIED
             : signin_check_hash(me->accounts, &me->row, "password_hash_sealed",
                                 me->row.password_hash_sealed, me->password, me->req->arena,
                                 why);
    me->is_wrong = rc == ERR_DENIED;
    return me->is_wrong ? ERR_OK : rc;
}

static void hash_run(void *arg)
{
    struct me *me = arg;
    struct fail why = {.code = ERR_OK};
    enum err rc = prove(me, &why);

    if (rc == ERR_OK && !me->is_wrong && me->hash != NULL)
        rc = me->hash(me, &why);
    if (rc == ERR_OK)
        rc = post(me, &why);
    if (rc != ERR_OK)
        reply_fail(me->req, &why);
}

/* -- the caller's thread -- */

enum err me_read(struct me *me, struct fail *why)
{
    struct req *req = me->req;
    enum err rc;

    me->accounts = req->services->accounts;
    rc = signin_place(me->accounts, req->address, me->place, why);
    if (rc == ERR_OK)
        rc = signin_store_by_id(NULL, req->db, req->caller.account, me->place, req->now_utc_us,
                                req->arena, &me->row, why);
    me->opening = (struct session_opening){
        .accounts = me->accounts,
        .from = signin_from_req(req),
        .old_session = req->caller.session,
    };
    return rc == ERR_OK ? signin_open_column(me->accounts, &me->row, "display_name_sealed",
                                             me->row.display_name_sealed, req->arena,
                                             &me->opening.display_name, why)
                        : rc;
}

enum err me_start(struct me *me, struct fail *why)
{
    enum err rc = ERR_OK;

    if (me->has_password)
        rc = signin_count_try(me->accounts, me->row.id, me->req->address, why);
    if (rc != ERR_OK)
        return rc;
    return me->has_password || me->hash != NULL
               ? hasher_post(me->accounts->hasher, hash_run, me, why)
               : post(me, why);
}
