/* The realtime server while memory fails: whoever comes is let in or turned away, what was
 * asked is answered or the connection ends; nobody is half there, and the next one is served.
 */
#include "node/server/live.h"
#include "node/server/ws_ticket.h"

#include "tests/lib/live_client.h"
#include "tests/torture/torture.h"

static int n_here, n_passes;
static struct live_client client;
static uint8_t room[1 << 17];

struct words {
    struct span text;
};
static const struct jx_field words_fields[] = {
    {.name = "text", .type = JX_TEXT, .most = 100, .offset = offsetof(struct words, text)}};
static const struct jx_shape words_shape = JX_SHAPE("Words", struct words, words_fields);
static const struct live_event event = {"words.said", &words_shape, "だれかが話した"};

static void *opened(void *arg, struct live_conn *conn, const struct caller *caller, void *pass,
                    int64_t now_mono_us)
{
    struct span said = SPAN("hello");
    struct arena *arena = NULL;

    (void)arg;
    (void)caller;
    (void)now_mono_us;
    must(pass == &n_passes);
    (*(int *)pass)--;
    if (arena_create(64, &arena, NULL) != ERR_OK)
        return NULL;
    live_event_send(conn, &event, 1, &said, arena);
    arena_destroy(&arena);
    n_here++;
    return &n_here;
}

static void closed(void *arg, void *visitor, enum live_end end, int64_t now_mono_us)
{
    (void)arg;
    (void)end;
    (void)now_mono_us;
    must(visitor == &n_here);
    (*(int *)visitor)--;
}

static void refresh(void *arg, void *visitor, int64_t now_mono_us)
{
    (void)arg;
    (void)visitor;
    (void)now_mono_us;
}

static void tick(void *arg, int64_t now_mono_us, int64_t now_utc_us)
{
    (void)arg;
    (void)now_mono_us;
    (void)now_utc_us;
}

static void ending(void *arg, int64_t now_mono_us)
{
    (void)arg;
    (void)now_mono_us;
}

static void pass_free(void *pass)
{
    must(pass == &n_passes);
    (*(int *)pass)--;
}

static void echo(struct command_call *call)
{
    command_ok(call, call->input);
}

static void breaks(struct command_call *call)
{
    command_breach(call, "rule", "だめ");
}

static const struct command rows[] = {
    {.name = "test.echo",
     .roles = ROLES_SIGNED_IN,
     .input = &words_shape,
     .output = &words_shape,
     .handle = echo},
    {.name = "test.breaks", .roles = ROLES_SIGNED_IN, .handle = breaks},
};
static const struct command_table tables[] = {{rows, 2}, {NULL, 0}};

/* True: all of it was answered. */
static bool talk(const char *path, const char *ticket)
{
    static const char *const said[] = {"test.echo 1 {\"text\":\"a\"}", "test.breaks 2 {}"};
    int n_answers = 0;

    if (live_client_open(&client, path, ticket) != 101)
        return false;
    for (int i = 0; i < 2; i++)
        if (!live_client_text(&client, said[i]))
            return false;
    live_client_send(&client, 0x89, SPAN("ping"));
    live_client_send(&client, 0x88, SPAN("\x03\xe8"));
    for (;;) {
        struct live_frame frame = live_client_next(&client, room, false, LIVE_CLIENT_WAIT_MS);

        if (frame.opcode != 1 && frame.opcode != 10)
            return frame.opcode == 8 && n_answers == 4;
        n_answers++;
    }
}

static enum err visit(struct live *live, const char *path)
{
    struct caller caller = {.role = ROLE_STUDENT, .account = id_new(), .session = id_new()};
    char ticket[LIVE_TICKET_CAP];
    enum err rc;

    n_passes++;
    rc = live_admit(live, &caller, &n_passes, pass_free, ticket, NULL);
    if (rc == ERR_UNAVAILABLE) /* the feature's coming found no room */
        return ERR_NOMEM;
    if (rc == ERR_OK && !talk(path, ticket))
        rc = ERR_NOMEM;
    live_client_close(&client);
    return rc;
}

/* Before any allocation fails: OpenSSL that could not begin for want of memory never does, so
 * programs use it once at their start. */
__attribute__((constructor)) static void digests_begin(void)
{
    struct ws_handshake handshake = {.n_seen = 0};
    struct caller caller = {.role = ROLE_STUDENT};
    char head[1024], ticket_text[WS_TICKET_CHARS + 1];
    struct ws_ticket ticket;

    ws_ticket_make(&caller, &ticket, ticket_text);
    live_client_head(head, sizeof head, ticket_text, LIVE_CLIENT_ORIGIN);
    must(ws_handshake_read(&handshake, span_text(head), SPAN(LIVE_CLIENT_ORIGIN)) ==
         WS_HEAD_READY);
}

TORTURE(live_visit)
{
    static const struct live_feature feature = {NULL, opened, closed, refresh, tick, ending};
    static const struct services services;
    char path[64];
    const struct live_server_conf conf = {
        .path = path,
        .uids = {geteuid()},
        .n_uids = 1,
        .origin = LIVE_CLIENT_ORIGIN,
        .n_connections_cap = 8,
        .ping_s = 2,
        .dead_s = 5,
        .commands = tables,
        .services = &services,
    };
    struct live *live = NULL;
    enum err rc;

    n_here = n_passes = 0;
    snprintf(path, sizeof path, "/tmp/ibasho-torture-%d.sock", (int)getpid());
    rc = live_server_open(&conf, &live, NULL);
    must((rc == ERR_OK) == (live != NULL));
    if (rc == ERR_OK)
        rc = live_server_publish(live, NULL);
    if (rc == ERR_OK) {
        live_serve(live, &feature);
        rc = visit(live, path);
    }
    live_server_close(&live);
    unlink(path);
    must(n_here == 0 && n_passes == 0);
    return rc;
}
