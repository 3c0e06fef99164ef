#include "federation/link_fed.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "federation/call.h"
#include "federation/federation_priv.h"
#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/log.h"
#include "tenants/leaving/leaving.h"

#define ARENA_BYTES 16384
/* Shorter than what else is asked of peers: after a cut the next try is the better one. */
#define CONNECT_MS 2000L
#define ANSWER_MS  3000L

/* ---- fed.link ---- */

static const struct jx_field ask_fields[] = {
    {.name = "lane",
     .type = JX_ENUM,
     .choices = FED_LINK_LANES,
     .offset = offsetof(struct fed_link_ask, lane)},
};
const struct jx_shape fed_link_ask_shape =
    JX_SHAPE("FedLinkAsk", struct fed_link_ask, ask_fields);
static const struct jx_field ticket_fields[] = {
    {.name = "ticket", .type = JX_TEXT, .offset = offsetof(struct fed_link_ticket, ticket)},
};
const struct jx_shape fed_link_ticket_shape =
    JX_SHAPE("FedLinkTicket", struct fed_link_ticket, ticket_fields);

static void link_give(struct fed_req *req)
{
    const struct fed_link_ask *ask = req->input;
    struct fed_link_ticket ticket;
    struct fail why = {.code = ERR_OK};
    char text[44];
    enum err rc;

    rc = links_ticket(req->federation->links, req->peer->node, ask->lane == 1, text, &why);

    if (rc == ERR_OK) {
        ticket.ticket = span_text(text);
        fed_reply_json(req, 200, &ticket);
        return;
    }
    log_info("link.no-ticket", L_ID("peer", req->peer->node), L_FAIL(&why));
    fed_reply_code(req, rc == ERR_DENIED ? FED_ROLE_DENIED : fed_code_of_err(rc));
}

const struct fed_kind link_kinds[LINK_KINDS_N] = {
    {.name = "fed.link",
     .method = "POST",
     .path = "/fed/v1/link",
     .media = PROFILE_JSON,
     .body_most = 256,
     .input = &fed_link_ask_shape,
     .output = &fed_link_ticket_shape,
     .handle = link_give},
};

/* ---- what the registry says ---- */

static bool has_good_key(const struct registry *registry, const struct fed_member *member,
                         int64_t now_utc_us)
{
    for (int i = 0; i < member->n_keys; i++) {
        const struct fed_member *found;
        const struct fed_key *key;

        if (member->keys[i].use == FED_KEY_REQUEST &&
            registry_key_find(registry, span_text(member->keys[i].kid), now_utc_us, &found,
                              &key) == FED_OK)
            return true;
    }
    return false;
}

enum link_why link_fed_judge(struct trust *trust, struct id own, struct id peer, bool is_new,
                             int64_t now_utc_us)
{
    struct registry *registry = trust_now(trust);
    const struct fed_member *us, *them;
    struct trust_status status;
    enum link_why why = LINK_WHY_N;

    if (registry == NULL)
        return LINK_CONTRACT;
    us = registry_member(registry, own);
    them = registry_member(registry, peer);
    trust_status_read(trust, now_utc_us, &status);
    if (us == NULL || them == NULL || !fed_member_is_in_contract(us, now_utc_us) ||
        !fed_member_is_in_contract(them, now_utc_us))
        why = LINK_CONTRACT;
    else if (status.is_split)
        why = LINK_SPLIT;
    else if (!has_good_key(registry, them, now_utc_us) ||
             !has_good_key(registry, us, now_utc_us))
        why = LINK_REVOKED;
    else if (is_new && !trust_is_fresh(trust, now_utc_us))
        why = LINK_UNWANTED; /* what stands goes on; nothing begins */
    registry_unref(&registry);
    return why;
}

static enum link_why judge(void *arg, struct id peer, bool is_new)
{
    struct federation *f = arg;

    if (leaving_is_on(f->conf.services->leaving))
        return LINK_DRAINING;
    return link_fed_judge(f->trust, f->conf.node, peer, is_new, clock_utc_us());
}

/* ---- the way to a peer ---- */

static enum err read_member(struct federation *f, struct id peer, struct link_way *out,
                            struct fail *why)
{
    struct registry *registry = trust_now(f->trust);
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, peer);
    enum err rc = ERR_OK;

    if (member == NULL) {
        rc = fail_set(why, ERR_NOT_FOUND, "no such member");
    } else {
        snprintf(out->endpoint, sizeof out->endpoint, "%s", member->endpoint);
        memcpy(out->pins, member->spki, sizeof out->pins);
        out->n_pins = member->n_spki;
    }
    registry_unref(&registry);
    return rc;
}

static enum err ask_ticket(struct federation *f, struct id peer, bool is_rt,
                           const atomic_bool *stop, struct arena *arena, struct link_way *out,
                           struct fail *why)
{
    const struct fed_link_ask body = {is_rt ? 1 : 0};
    struct fed_ask ask = {
        .peer = peer, .kind = &link_kinds[0], .net = f->links_net, .stop = stop};
    struct fed_link_ticket ticket;
    struct fed_said said = {.code = FED_OK};
    enum err rc = jx_write(&fed_link_ask_shape, &body, arena, &ask.body, why);

    if (rc == ERR_OK)
        rc = fed_call(f, &ask, arena, &said, why);
    if (rc == ERR_OK && said.code == FED_ROLE_DENIED)
        return fail_set(why, ERR_DENIED, "it does not allow a link now");
    if (rc == ERR_OK && said.code != FED_OK)
        return fail_set(why, ERR_UNAVAILABLE, "no ticket: %s", fed_code_text(said.code));
    if (rc == ERR_OK)
        rc = fed_said_read(&said, &fed_link_ticket_shape, arena, &ticket, why);
    if (rc == ERR_OK && ticket.ticket.len + 1 != sizeof out->ticket)
        rc = fail_set(why, ERR_PROTO, "a ticket of %zu characters", ticket.ticket.len);
    if (rc == ERR_OK) {
        memcpy(out->ticket, ticket.ticket.p, ticket.ticket.len);
        out->ticket[ticket.ticket.len] = '\0';
    }
    return rc;
}

static enum err way(void *arg, struct id peer, bool is_rt, const atomic_bool *stop,
                    struct link_way *out, struct fail *why)
{
    struct federation *f = arg;
    struct arena *arena = NULL;
    enum err rc = arena_create(ARENA_BYTES, &arena, why);

    if (rc == ERR_OK) {
        arena_mark_secret(arena);
        rc = ask_ticket(f, peer, is_rt, stop, arena, out, why);
    }
    if (rc == ERR_OK)
        rc = read_member(f, peer, out, why);
    arena_destroy(&arena);
    return rc;
}

/* ---- the door ---- */

static enum err door(void *arg, struct links_door *out, struct fail *why)
{
    const struct federation *f = arg;
    const struct conf *conf = f->conf.services->conf;
    const struct passwd *front = getpwnam(conf_text(conf, "front.user"));

    if (front == NULL)
        return fail_field(why, ERR_INVALID, "front.user", "no such user");
    *out = (struct links_door){.uids = {front->pw_uid, geteuid()}, .n_uids = 2};
    if (snprintf(out->path, sizeof out->path, "%s/front/links.sock",
                 conf_text(conf, "node.run_dir")) >= (int)sizeof out->path)
        return fail_field(why, ERR_INVALID, "node.run_dir", "its path is too long");
    return ERR_OK;
}

/* As for requests: once the program before us has ended. */
static bool is_open(void *arg)
{
    const struct federation *f = arg;

    return atomic_load(&f->open_utc_us) != INT64_MAX;
}

enum err links_of_federation(struct federation *f, struct links **out, struct fail *why)
{
    const struct links_conf conf = {
        .node = f->conf.node,
        .arg = f,
        .allow_private = conf_bool(f->conf.services->conf, "federation.allow_private"),
        .connect_ms = CONNECT_MS,
        .answer_ms = ANSWER_MS,
        .door = door,
        .is_open = is_open,
        .judge = judge,
        .way = way,
    };
    const struct net_peer_conf net = {conf.allow_private, CONNECT_MS, ANSWER_MS};
    enum err rc = net_peer_open(&net, &f->links_net, why);

    *out = NULL;
    return rc == ERR_OK ? links_open(&conf, out, why) : rc;
}

struct links *federation_links(struct federation *f)
{
    return f == NULL ? NULL : f->links;
}
