#include "tests/lib/live_fixture.h"

struct live_fixture live_fixture;

/* ---- the feature ---- */

static void *opened(void *arg, struct live_conn *conn, const struct caller *caller, void *pass,
                    int64_t now_mono_us)
{
    struct live_fixture *f = arg;
    struct live_visitor *visitor = calloc(1, sizeof *visitor);

    (void)now_mono_us;
    if (visitor == NULL || (f->refuses != NULL && strcmp(f->refuses, pass) == 0)) {
        free(visitor);
        return NULL;
    }
    *visitor = (struct live_visitor){conn, *caller, pass};
    atomic_store(&f->last, visitor);
    atomic_fetch_add(&f->n_opened, 1);
    return visitor;
}

static void closed(void *arg, void *visitor, enum live_end end, int64_t now_mono_us)
{
    struct live_fixture *f = arg;

    (void)now_mono_us;
    atomic_fetch_add(&f->n_ended[end], 1);
    atomic_fetch_add(&f->n_closed, 1);
    free(visitor);
}

static void refresh(void *arg, void *visitor, int64_t now_mono_us)
{
    struct live_fixture *f = arg;
    struct live_visitor *v = visitor;
    struct ws_shared *frame = NULL;

    (void)now_mono_us;
    atomic_fetch_add(&f->n_refreshed, 1);
    if (ws_shared_create(WS_OP_TEXT, SPAN("picture"), &frame, NULL) == ERR_OK)
        live_send(v->conn, frame, WS_KEEP);
    ws_shared_unref(&frame);
}

static void tick(void *arg, int64_t now_mono_us, int64_t now_utc_us)
{
    struct live_fixture *f = arg;

    (void)now_mono_us;
    (void)now_utc_us;
    atomic_fetch_add(&f->n_ticks, 1);
}

static void ending(void *arg, int64_t now_mono_us)
{
    struct live_fixture *f = arg;

    (void)now_mono_us;
    atomic_fetch_add(&f->n_ending, 1);
}

/* ---- its rows ---- */

struct words {
    struct span text;
};
static const struct jx_field words_fields[] = {
    {.name = "text",
     .type = JX_TEXT,
     .least = 1,
     .most = 3000,
     .offset = offsetof(struct words, text),
     .title_ja = "ことば"},
};
static const struct jx_shape words_shape = JX_SHAPE("Words", struct words, words_fields);
const struct live_event live_fixture_event = {"words.said", &words_shape, "だれかが話した"};

static void note(struct command_call *call)
{
    struct live_visitor *v = call->visitor;
    int n = atomic_fetch_add(&live_fixture.n_handled, 1);

    if (n < LIVE_FIXTURE_LOG)
        atomic_store(&live_fixture.handled[n], v->name);
}

static void echo(struct command_call *call)
{
    note(call);
    command_ok(call, call->input);
}

static void nothing(struct command_call *call)
{
    note(call);
    command_ok(call, NULL);
}

static void fails(struct command_call *call)
{
    struct fail fail = {.code = ERR_OK};

    fail_field(&fail, ERR_CONFLICT, "text", "for programs only");
    command_fail(call, &fail);
}

static void is_silent(struct command_call *call)
{
    note(call); /* and forgets to answer */
}

static void breaks(struct command_call *call)
{
    command_breach(call, "watch-walk", "見ているだけのときは歩けません。");
}

static void waits(struct command_call *call)
{
    live_fixture.later = command_later(call);
}

static void leaves(struct command_call *call)
{
    live_close(call->conn, LIVE_CLOSE_ELSEWHERE, false);
    command_ok(call, NULL);
}

static void stick(struct command_call *call)
{
    atomic_fetch_add(&live_fixture.n_sticks, call->bytes.p[1]);
}

#define ALL ROLES_SIGNED_IN
static const struct command rows[] = {
    {.name = "test.echo",
     .roles = ALL,
     .input = &words_shape,
     .output = &words_shape,
     .handle = echo},
    {.name = "test.nothing", .roles = ALL, .handle = nothing},
    {.name = "test.fails", .roles = ALL, .handle = fails},
    {.name = "test.silent", .roles = ALL, .handle = is_silent},
    {.name = "test.breaks", .roles = ALL, .handle = breaks},
    {.name = "test.waits", .roles = ALL, .output = &words_shape, .handle = waits},
    {.name = "test.leaves", .roles = ALL, .handle = leaves},
    {.name = "test.staff", .roles = ROLE_BIT(ROLE_CONTRACTOR), .handle = nothing},
    {.name = "test.changes",
     .roles = ALL,
     .audit = AUDIT_CHANGE,
     .input = &words_shape,
     .output = &words_shape,
     .handle = echo},
    {.name = "test.stick", .code = 1, .n_bytes = 3, .roles = ALL, .handle = stick},
};
static const struct command_table tables[] = {{rows, (int)T_COUNT(rows)}, {NULL, 0}};

/* ---- the fixture ---- */

static void pass_free(void *pass)
{
    (void)pass;
    atomic_fetch_add(&live_fixture.n_passes_freed, 1);
}

void live_fixture_start(const struct live_server_conf *conf)
{
    struct live_fixture *f = &live_fixture;
    struct services services = f->services;
    struct fail fail = {.code = ERR_OK};

    memset(f, 0, sizeof *f);
    f->services = services;
    f->conf = *conf;
    f->feature = (struct live_feature){f, opened, closed, refresh, tick, ending};
    snprintf(f->path, sizeof f->path, "%s/ws.sock", t_dir());
    f->conf.path = f->path;
    f->conf.uids[0] = geteuid();
    f->conf.n_uids = 1;
    f->conf.origin = LIVE_CLIENT_ORIGIN;
    f->conf.commands = tables;
    f->conf.services = &f->services;
    if (f->conf.n_connections_cap == 0)
        f->conf.n_connections_cap = 12000;
    if (f->conf.ping_s == 0)
        f->conf.ping_s = 2;
    if (f->conf.dead_s == 0)
        f->conf.dead_s = 5;
    sem_init(&f->held, 0, 0);
    sem_init(&f->go, 0, 0);
    if (live_server_open(&f->conf, &f->live, &fail) != ERR_OK ||
        live_server_publish(f->live, &fail) != ERR_OK)
        invariant(false, "%s", fail.text);
    live_serve(f->live, &f->feature);
}

void live_fixture_stop(void)
{
    live_server_close(&live_fixture.live);
    sem_destroy(&live_fixture.held);
    sem_destroy(&live_fixture.go);
    memset(&live_fixture.services, 0, sizeof live_fixture.services);
}

struct caller live_fixture_caller(enum role role)
{
    return (struct caller){.role = role, .account = id_new(), .session = id_new()};
}

void live_fixture_ticket(enum role role, const char *pass, char text_out[LIVE_TICKET_CAP])
{
    struct caller caller = live_fixture_caller(role);
    void *name = NULL;

    memcpy(&name, &pass, sizeof name);
    T_EQ(live_admit(live_fixture.live, &caller, name, pass_free, text_out, NULL), ERR_OK,
         "a ticket");
}

void live_fixture_join(struct live_client *client, enum role role, const char *pass)
{
    char ticket[LIVE_TICKET_CAP];

    live_fixture_ticket(role, pass, ticket);
    T_EQ(live_client_open(client, live_fixture.path, ticket), 101, "let in");
}

static void hold(void *arg)
{
    (void)arg;
    sem_post(&live_fixture.held);
    sem_wait(&live_fixture.go);
}

void live_fixture_hold(void)
{
    T_EQ(live_post(live_fixture.live, hold, NULL, NULL), ERR_OK, "posted");
    sem_wait(&live_fixture.held);
}

void live_fixture_go(void)
{
    sem_post(&live_fixture.go);
}

void live_fixture_settle(void)
{
    for (int i = 0; i < 2; i++) {
        live_fixture_hold();
        live_fixture_go();
    }
}

bool live_fixture_wait(const atomic_int *n, int least)
{
    int64_t until_us = clock_mono_us() + LIVE_CLIENT_WAIT_MS * INT64_C(1000);

    while (atomic_load(n) < least && clock_mono_us() < until_us)
        usleep(1000);
    return atomic_load(n) >= least;
}
