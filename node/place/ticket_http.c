/* The ticket with which a browser opens its line to the place: for whoever may be in it at all,
 * also when no floor is open to him now: the lobby tells that in plain words, and never an
 * error. What the place needs to know of somebody is looked up here, where it may be waited
 * for. */
#include "node/io/live.h"
#include "node/place/place_http.h"

#define LIVE_PATH "/ws"

struct ticket_output {
    struct span ticket, path;
};
static const struct jx_field ticket_fields[] = {
    PLACE_FIELD(JX_TEXT, ticket_output, ticket, "一度だけ使えるチケット（30秒）"),
    PLACE_FIELD(JX_TEXT, ticket_output, path, "つなぐ先"),
};
static const struct jx_shape ticket_shape =
    JX_SHAPE("Ticket", struct ticket_output, ticket_fields);

static void draw_ticket(struct req *req)
{
    struct ticket_output out = {.path = SPAN(LIVE_PATH)};
    struct place_pass *pass = NULL;
    struct fail why = {.code = ERR_OK};
    char ticket[LIVE_TICKET_CAP];
    enum err rc = req->services->live == NULL || req->services->place == NULL
                      ? fail_set(&why, ERR_UNAVAILABLE, "the place is not open yet")
                      : place_pass_make(req->services, req->db, &req->caller, req->now_utc_us,
                                        &pass, &why);

    if (rc == ERR_OK) /* which has taken the pass, whatever it says */
        rc = live_admit(req->services->live, &req->caller, pass, place_pass_free, ticket, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    arena_mark_secret(req->arena);
    out.ticket = span_text(ticket);
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

const struct route ticket_routes[TICKET_ROUTES_N] = {
    {.name = "place.ticket",
     .method = HTTP_POST,
     .path = "/api/v1/ticket",
     .listeners = LISTENER_PUBLIC,
     .roles = FACTS_ROLES_TICKET,
     .object = OBJECT_OWN,
     .audit = AUDIT_NONE,
     .output = &ticket_shape,
     .summary_ja = "居場所につなぐためのチケットを受けとる",
     .handle = draw_ticket},
};
