/* build/FLAVOUR/stage SOCKET PEOPLE FLOORS FLOOR.json ORIGIN [chat] - the node's live server
 * and place with a real database, for the load generator: floors "floor-1"..., people who are
 * grown up (no opening hours bind them) and hold tickets. Run by tests/lib/with-cluster. Says
 * "pid N", one ticket a line, then "ready", and serves until its input ends.
 *
 * What a browser would have done before is done here in the process: signing in, asking for a
 * ticket. All else is the node's own. Tickets live 30 s and are drawn when asked for: a line
 * that is read from the input draws as many again. chat: everybody has a key, the safe words
 * are there, and a flush of the database takes 5 ms (limits guide, section 4). */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/wholefile.h"
#include "node/features.h"
#include "node/place/floor_store.h"
#include "node/place/look_store.h"
#include "node/place/place.h"
#include "node/place/place_conf.h"
#include "node/place/place_settings.h"
#include "node/server/live.h"
#include "tenants/hours/hours_now.h"
#include "tenants/words/words_now.h"
#include "tests/integration/people_fixture.h"
#include "voice/voice_conf.h"

#define FLOOR_BYTES 65536
#define STOP_MS     2000
#define OPEN_TRIES  200
#define OPEN_US     50000

static const struct conf_table conf_tables[] = {{live_conf_rows, LIVE_CONF_N},
                                                {place_conf_rows, PLACE_CONF_N},
                                                {voice_conf_rows, VOICE_CONF_N},
                                                {NULL, 0}};

struct stage {
    struct people_fixture town;
    struct services services;
    struct conf *conf;
    struct live *live;
    int n_people;
};

static void must(enum err rc, const struct fail *why, const char *what)
{
    if (rc == ERR_OK)
        return;
    fprintf(stderr, "stage: %s: %s: %s\n", what, err_code(rc), why->text);
    exit(1);
}

/* The same number for SQL and for C. kind: '1' a person, '2' a session. */
static struct id id_of(char kind, int i)
{
    char text[ID_TEXT_CAP];
    struct id id;

    snprintf(text, sizeof text, "0000000%c-0000-7000-8000-%012d", kind, i);
    must(id_parse(span_text(text), &id, NULL), &(struct fail){0}, text);
    return id;
}

static void people_it(struct stage *stage)
{
    struct audit_fixture *log = &stage->town.store.log;
    int n = stage->n_people;

    audit_fixture_sql(log,
                      "INSERT INTO person (id, kind, created_at) SELECT ('00000001-0000-7000-"
                      "8000-' || lpad(i::text, 12, '0'))::uuid, 'staff', now() FROM"
                      " generate_series(0, %d) i",
                      n - 1);
    audit_fixture_sql(
        log,
        "INSERT INTO account (id, role, state, login_index, login_sealed, display_name_sealed,"
        " password_hash_sealed, totp_secret_sealed, created_at) SELECT ('00000001-0000-7000-"
        "8000-' || lpad(i::text, 12, '0'))::uuid, 'instructor', 'active',"
        " substr(sha256(i::text::bytea), 1, 16), '\\x00', '\\x00', '\\x00', '\\x00', now() FROM"
        " generate_series(0, %d) i",
        n - 1);
    audit_fixture_sql(
        log,
        "INSERT INTO session (id, token_sha256, account, created_at, last_seen_at, expires_at)"
        " SELECT ('00000002-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid,"
        " sha256(i::text::bytea), ('00000001-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid,"
        " now(), now(), now() + interval '1 day' FROM generate_series(0, %d) i",
        n - 1);
}

/* What writing needs. */
static void chat_it(struct stage *stage)
{
    struct services *s = &stage->town.store.services;
    size_t n = (size_t)stage->n_people;
    struct id *accounts = calloc(n, sizeof *accounts), *keys = calloc(n, sizeof *keys);
    struct fail why = {.code = ERR_INTERNAL};

    if (accounts == NULL || keys == NULL || n > KEYRING_BATCH_MOST)
        exit(1);
    for (size_t i = 0; i < n; i++)
        accounts[i] = id_of('1', (int)i);
    must(keyring_need_keys(s->keyring, KEY_PERSON, accounts, n, keys, &why), &why, "keys");
    must(words_open(stage->town.store.db, &s->words, &why), &why, "words");
    audit_fixture_sql(&stage->town.store.log, "ALTER SYSTEM SET commit_delay = 5000");
    audit_fixture_sql(&stage->town.store.log, "ALTER SYSTEM SET commit_siblings = 0");
    audit_fixture_sql(&stage->town.store.log, "SELECT pg_reload_conf()");
    free(accounts);
    free(keys);
}

/* ---- floors ---- */

static enum err publish_run(struct tx *tx, void *arg, struct fail *why)
{
    return floor_store_publish(tx, arg, why);
}

static void publish(struct stage *stage, struct span text, int number)
{
    struct arena *arena = stage->town.store.arena;
    struct fail why = {.code = ERR_INTERNAL};
    char *body = arena_text(arena, text), *at = strstr(body, "floor-1");
    struct ground *ground = NULL;
    struct floor_version_row row = {.id = id_new()};

    invariant(at != NULL, "no id in the floor");
    row.body = span_text(arena_printf(arena, "%.*sfloor-%d%s", (int)(at - body), body, number,
                                      at + strlen("floor-1")));
    must(ground_create(row.body, &ground, &why), &why, "floor");
    row.floor = ground->floor->id;
    row.hash = span_text(ground->floor->hash);
    row.who = (struct place_decider){clock_utc_us(), ID_NONE, span_text("operator")};
    must(writer_wait(stage->services.writer, publish_run, &row, &why), &why, "publish");
    ground_unref(&ground);
}

static void publish_all(struct stage *stage, const char *path, int n_floors)
{
    static uint8_t text[FLOOR_BYTES];
    struct fail why = {.code = ERR_INTERNAL};
    size_t len;

    must(wholefile_read(path, text, sizeof text, &len, &why), &why, path);
    for (int i = 1; i <= n_floors; i++)
        publish(stage, span_of(text, len), i);
}

static void change(struct stage *stage, const struct setting *row, const char *value)
{
    struct setting_change c = {.id = id_new(),
                               .row = row,
                               .has_value = true,
                               .expected_version = -1,
                               .value = span_text(value),
                               .now_utc_us = clock_utc_us(),
                               .role = ROLE_COMMISSIONER,
                               .account = id_new()};
    struct fail why = {.code = ERR_INTERNAL};

    must(settings_change_wait(stage->services.settings, stage->services.writer, &c, &why), &why,
         row->name);
}

/* ---- tickets ---- */

/* What the looking thread will find, so that nobody seems changed. */
static uint64_t *read_marks(struct stage *stage)
{
    size_t n = (size_t)stage->n_people;
    struct arena *arena = stage->town.store.arena;
    struct id *accounts = calloc(n, sizeof *accounts), *sessions = calloc(n, sizeof *sessions);
    uint64_t *marks = calloc(n, sizeof *marks);
    struct fail why = {.code = ERR_INTERNAL};
    struct look_row *rows;

    if (accounts == NULL || sessions == NULL || marks == NULL)
        exit(1);
    for (size_t i = 0; i < n; i++) {
        accounts[i] = id_of('1', (int)i);
        sessions[i] = id_of('2', (int)i);
    }
    must(look_store_watched(stage->town.store.db, accounts, sessions, n, true, arena, &rows,
                            &why),
         &why, "marks");
    for (size_t i = 0; i < n; i++)
        marks[i] = rows[i].mark;
    free(accounts);
    free(sessions);
    return marks;
}

static void draw(struct stage *stage)
{
    uint64_t *marks = read_marks(stage);

    for (int i = 0; i < stage->n_people; i++) {
        struct place_pass *pass = calloc(1, sizeof *pass);
        const struct caller caller = {
            .role = ROLE_INSTRUCTOR, .account = id_of('1', i), .session = id_of('2', i)};
        struct fail why = {.code = ERR_INTERNAL};
        char text[LIVE_TICKET_CAP];

        if (pass == NULL)
            exit(1);
        pass->caller = caller;
        pass->mark = marks[i];
        pass->look = (struct world_look){.account = caller.account,
                                         .role = caller.role,
                                         .kind = (uint8_t)(1 + i % 40),
                                         .colour = (uint8_t)(i % 8)};
        snprintf(pass->look.name, sizeof pass->look.name, "そら%d", i);
        must(live_admit(stage->live, &caller, pass, place_pass_free, text, &why), &why,
             "ticket");
        puts(text);
    }
    free(marks);
    puts("ready");
    fflush(stdout);
}

/* The doors open when the seats of before have been read. */
static void wait_open(struct stage *stage)
{
    const struct caller nobody = {.role = ROLE_INSTRUCTOR};
    struct fail why = {.code = ERR_INTERNAL};
    enum err rc = ERR_UNAVAILABLE;
    char text[LIVE_TICKET_CAP];

    for (int i = 0; i < OPEN_TRIES && rc == ERR_UNAVAILABLE; i++) {
        rc = live_admit(stage->live, &nobody, NULL, place_pass_free, text, &why);
        if (rc == ERR_UNAVAILABLE)
            usleep(OPEN_US);
    }
    must(rc, &why, "doors");
}

static void open_services(struct stage *stage)
{
    struct services *s = &stage->town.store.services;
    const struct hours_conf hours = {s->writer, s->settings};
    struct fail why = {.code = ERR_INTERNAL};

    must(conf_read(span_text("\n"), conf_tables, CONF_IGNORE_UNKNOWN, NULL, NULL, &stage->conf,
                   &why),
         &why, "conf");
    s->conf = stage->conf;
    must(hours_open(&hours, stage->town.store.db, &s->hours, &why), &why, "hours");
    stage->services = *s;
}

static void open_live(struct stage *stage, const char *path, const char *origin)
{
    struct services *s = &stage->services;
    const struct live_server_conf live = {
        .path = path,
        .uids = {0, geteuid()},
        .n_uids = 2,
        .origin = origin,
        .n_connections_cap = 20000,
        .ping_s = 2,
        .dead_s = 5,
        .commands = features_commands,
        .services = s,
    };
    const struct place_conf place = {s, store_fixture_conf(&stage->town.store, "ibasho_app"),
                                     features_stmts};
    struct fail why = {.code = ERR_INTERNAL};

    must(live_server_open(&live, &stage->live, &why), &why, "listen");
    s->live = stage->live;
    must(place_open(&place, stage->town.store.db, &s->place, &why), &why, "place");
    place_live_set(s->place, stage->live);
    must(live_server_publish(stage->live, &why), &why, "publish");
}

int main(int argc, char **argv)
{
    static struct stage stage;
    struct rlimit files;
    char line[64];

    if (argc != 6 && (argc != 7 || strcmp(argv[6], "chat") != 0)) {
        fprintf(stderr, "usage: stage SOCKET PEOPLE FLOORS FLOOR.json ORIGIN [chat]\n");
        return 2;
    }
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    stage.n_people = atoi(argv[2]);
    people_fixture_start(&stage.town);
    people_it(&stage);
    if (argc == 7)
        chat_it(&stage);
    open_services(&stage);
    change(&stage, &setting_place_floor_capacity, "10000");
    change(&stage, &setting_place_ceiling, "20000");
    publish_all(&stage, argv[4], atoi(argv[3]));
    open_live(&stage, argv[1], argv[5]);
    wait_open(&stage);
    printf("pid %d\n", (int)getpid());
    draw(&stage);
    while (fgets(line, sizeof line, stdin) != NULL)
        draw(&stage);
    live_server_drain(stage.live);
    live_server_stop(stage.live, STOP_MS);
    place_close(&stage.services.place);
    live_server_close(&stage.live);
    words_close(&stage.services.words);
    hours_close(&stage.services.hours);
    conf_free(&stage.conf);
    people_fixture_stop(&stage.town);
    return 0;
}
