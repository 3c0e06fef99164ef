#include "node/support/console.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/settings.h"
#include "node/place/place_tell.h"
#include "node/support/console_priv.h"
#include "node/support/console_rows.h"
#include "node/support/console_seen.h"
#include "node/support/incident.h"
#include "tenants/hours/calendar.h"

#define LOOK_MS     1000
#define ARENA_BYTES 65536
#define TIMES_US    (400 * DAY_US) /* contacts of before whose times are known */

#define WORDS_MOST 200000
#define WRITE_MOST 200 /* rows of one transaction */
#define AGAIN_US   (10 * SECOND_US)

struct console {
    struct console_conf conf;
    struct contact_desk *desk;
    struct console_seen *seen;
    atomic_bool is_touched;
    struct db *db; /* from here on: the thread's */
    struct arena *arena;
    struct mbox *wakes; /* of char; closed to stop */
    pthread_t thread;
    bool has_thread, has_print;
    uint64_t print;
    int64_t made_up_utc_us; /* the look through the words of before; 0: not yet */
    struct console_alarm alarms[CONSOLE_ALARMS_CAP];
};

struct contact_rules contact_rules_now(const struct settings *settings)
{
    return (struct contact_rules){
        .reply_us = settings_int(settings, &setting_care_reply_min) * 60 * SECOND_US,
        .speech_us = settings_int(settings, &setting_care_speech_s) * SECOND_US,
    };
}

struct contact_desk *console_contacts(struct console *console)
{
    return console == NULL ? NULL : console->desk;
}

void console_touch(struct console *console)
{
    if (console != NULL)
        atomic_store(&console->is_touched, true);
}

size_t console_unrecorded(struct console *console, struct id by, int64_t now_utc_us,
                          struct id *ids, size_t n, bool *is_first_out)
{
    return console_seen_new(console->seen, by, now_utc_us, ids, n, is_first_out);
}

void console_recorded(struct console *console, struct id by, int64_t now_utc_us,
                      const struct id *ids, size_t n)
{
    console_seen_keep(console->seen, by, now_utc_us, ids, n);
}

/* ---- the live thread: somebody said something to another ---- */

static bool role_of(struct place *place, const struct presence *presence, struct id account,
                    enum role *role_out)
{
    const struct presence_person *person;

    if (presence_role(place, account, role_out))
        return true;
    person = presence_find(presence, account); /* he went a moment ago */
    if (person != NULL)
        *role_out = person->role;
    return person != NULL;
}

static enum contact_sign sign_of(enum care_way way)
{
    switch (way) {
    case CARE_PRIVATE:
    case CARE_ADDRESSED:
        return CONTACT_WORD;
    case CARE_CLASS:
        return CONTACT_SHARED;
    }
    return CONTACT_WORD;
}

static void hear(struct console *console, const struct services *services,
                 const struct contact_event *event)
{
    const struct contact_rules rules = contact_rules_now(services->settings);
    const struct presence *presence = presence_now(services->place);
    enum role roles[2];

    if (role_of(services->place, presence, event->from, &roles[0]) &&
        role_of(services->place, presence, event->to, &roles[1]))
        contact_desk_hear(console->desk, &rules, event, roles[0], roles[1]);
    presence_unref(&presence);
}

static void heard(void *arg, const struct services *services, struct id from, struct id to,
                  int64_t at_utc_us, enum care_way way)
{
    const struct contact_event event = {
        .from = from, .to = to, .at_utc_us = at_utc_us, .sign = sign_of(way)};

    hear(arg, services, &event);
}

static void spoke(void *arg, const struct services *services, struct id from, struct id to,
                  int64_t at_utc_us, int64_t spoken_us)
{
    const struct contact_event event = {.from = from,
                                        .to = to,
                                        .at_utc_us = at_utc_us,
                                        .sign = CONTACT_SPEECH,
                                        .spoken_us = spoken_us};

    hear(arg, services, &event);
}

/* ---- contacts to the database ---- */

struct writing {
    const struct contact_row *rows;
    size_t n;
};

static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct writing *w = arg;
    const struct contact_row *was; /* by the id of a conversation it is the same one */
    enum err rc = ERR_OK;

    for (size_t i = 0; i < w->n && rc == ERR_OK; i++)
        rc = contact_store_add(tx, &w->rows[i], &was, why);
    return rc;
}

static enum err write_rows(const struct console *console, const struct contact_row *rows,
                           size_t n, size_t *n_written_out, struct fail *why)
{
    enum err rc = ERR_OK;
    size_t at = 0;

    while (at < n && rc == ERR_OK) {
        struct writing w = {&rows[at], n - at < WRITE_MOST ? n - at : WRITE_MOST};

        rc = writer_wait(console->conf.services->writer, write_run, &w, why);
        if (rc == ERR_OK)
            at += w.n;
    }
    *n_written_out = at;
    return rc;
}

static void write_begun(struct console *console)
{
    struct contact_row *rows = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = contact_desk_take(console->desk, &rows), n_written = 0;

    if (n == 0)
        return;
    if (write_rows(console, rows, n, &n_written, &why) == ERR_OK) {
        free(rows);
        return;
    }
    log_warn("contact.waits", L_INT("n", (int64_t)(n - n_written)), L_FAIL(&why));
    memmove(rows, rows + n_written, (n - n_written) * sizeof *rows);
    contact_desk_put_back(console->desk, rows, n - n_written);
}

/* ---- what was before this program ---- */

static enum err read_times(struct console *console, struct db *db, struct fail *why)
{
    struct contact_last *last = NULL;
    size_t n = 0;
    enum err rc =
        contact_store_last(db, clock_utc_us() - TIMES_US, console->arena, &last, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        contact_desk_note(console->desk, last[i].child, true, last[i].any_utc_us);
        if (last[i].staff_utc_us != 0)
            contact_desk_note(console->desk, last[i].child, false, last[i].staff_utc_us);
    }
    return rc;
}

/* From a midnight at which nobody is there, so that no conversation is cut in two. */
static int64_t words_since(void)
{
    return calendar_utc(calendar_day_at(clock_utc_us()) - 1, 0);
}

static enum err read_words(struct console *console, struct db *db, int64_t since_utc_us,
                           struct contact_word **words_out, size_t *n_out, struct fail *why)
{
    return contact_store_words(db, since_utc_us, WORDS_MOST, console->arena, words_out, n_out,
                               why);
}

/* Whoever was in the middle of a conversation still is. */
static enum err hear_again(struct console *console, struct db *db, struct fail *why)
{
    const struct contact_rules rules = contact_rules_now(console->conf.services->settings);
    struct contact_word *words = NULL;
    size_t n = 0;
    enum err rc = read_words(console, db, words_since(), &words, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        contact_desk_hear(console->desk, &rules, &words[i].event, words[i].from, words[i].to);
    return rc;
}

struct known {
    struct id id;
    enum role role;
};

static int compare_known(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

static enum role role_in(const struct known *known, size_t n, struct id id)
{
    const struct known *found = bsearch(&id, known, n, sizeof *known, compare_known);

    return found == NULL ? ROLE_ANONYMOUS : found->role;
}

static size_t put_rows(const struct contact_found *f, const struct known *known, size_t n_known,
                       struct contact_row *rows)
{
    bool is_a = role_in(known, n_known, f->a) == ROLE_STUDENT;
    bool is_b = role_in(known, n_known, f->b) == ROLE_STUDENT;
    size_t n = 0;

    if (is_a)
        rows[n++] = contact_row_of(f->a, f->b, is_b, f->sign, f->first_utc_us);
    if (is_b)
        rows[n++] = contact_row_of(f->b, f->a, is_a, f->sign, f->first_utc_us);
    return n;
}

/* Over the record, once this program alone writes: of conversations that the one before us had
 * not written yet, the rows; the others are there already, under the same ids. */
static enum err make_up(struct console *console, struct fail *why)
{
    const struct contact_rules rules = contact_rules_now(console->conf.services->settings);
    struct arena *arena = console->arena;
    struct contact_word *words = NULL;
    struct contact_found *found = NULL;
    size_t n = 0, n_found = 0, n_rows = 0, n_written = 0;
    enum err rc = read_words(console, console->db, words_since(), &words, &n, why);
    struct contact_event *events = arena_alloc(arena, (n + 1) * sizeof *events);
    struct known *known = arena_alloc(arena, (2 * n + 1) * sizeof *known);
    struct contact_row *rows;

    if (rc == ERR_OK && (events == NULL || known == NULL))
        rc = fail_set(why, ERR_NOMEM, "words of before");
    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        events[i] = words[i].event;
        known[2 * i] = (struct known){words[i].event.from, words[i].from};
        known[2 * i + 1] = (struct known){words[i].event.to, words[i].to};
    }
    if (rc == ERR_OK)
        rc = contact_all(events, n, &rules, arena, &found, &n_found, why);
    if (rc != ERR_OK)
        return rc;
    qsort(known, 2 * n, sizeof *known, compare_known);
    rows = arena_alloc(arena, (2 * n_found + 1) * sizeof *rows);
    if (rows == NULL)
        return fail_set(why, ERR_NOMEM, "contacts of before");
    for (size_t i = 0; i < n_found; i++)
        n_rows += put_rows(&found[i], known, 2 * n, rows + n_rows);
    return write_rows(console, rows, n_rows, &n_written, why);
}

static void make_up_once(struct console *console)
{
    struct writer_stats stats;
    struct fail why = {.code = ERR_OK};
    int64_t now = clock_utc_us();

    writer_stats_read(console->conf.services->writer, &stats);
    if (console->made_up_utc_us > 0 || !stats.is_ready || now < -console->made_up_utc_us)
        return;
    if (make_up(console, &why) == ERR_OK) {
        console->made_up_utc_us = now;
    } else {
        log_warn("contact.not-made-up", L_FAIL(&why));
        console->made_up_utc_us = -(now + AGAIN_US);
    }
}

/* ---- telling ---- */

struct telling {
    struct place *place;
    const struct live_event *event;
    struct console_said changed;
    struct staffless_said staffless;
    char floor[64];
};

static void tell_on_live(void *arg)
{
    struct telling *t = arg;

    t->staffless.floor = span_text(t->floor);
    place_tell_staff_now(t->place, t->event,
                         t->event == console_event_changed ? (const void *)&t->changed
                                                           : (const void *)&t->staffless);
    free(t);
}

/* A word that cannot be handed over now is said again in the next second. */
static bool tell(const struct console *console, const struct telling *of)
{
    struct telling *t = malloc(sizeof *t);

    if (t == NULL)
        return false;
    *t = *of;
    t->place = console->conf.services->place;
    if (live_post(console->conf.services->live, tell_on_live, t, NULL) == ERR_OK)
        return true;
    free(t);
    return false;
}

static void tell_changed(struct console *console, const struct presence *presence)
{
    int64_t alone_us = settings_int(console->conf.services->settings, &setting_care_alone_min) *
                       60 * SECOND_US;
    uint64_t print = console_print(presence, console->desk, alone_us);
    bool is_touched = atomic_exchange(&console->is_touched, false);
    const struct telling telling = {.event = console_event_changed,
                                    .changed = {presence->at_utc_us}};

    if (console->has_print && print == console->print && !is_touched)
        return;
    if (tell(console, &telling)) {
        console->print = print;
        console->has_print = true;
    } else if (is_touched) {
        console_touch(console);
    }
}

struct alarming {
    const struct services *services;
    struct incident_new incident;
};

static enum err alarm_run(struct tx *tx, void *arg, struct fail *why)
{
    struct alarming *a = arg;

    return incident_put(a->services, tx, &a->incident, why);
}

/* Grave, so that contractor and commissioner, who are on duty for such, get a notice
 * (AI-4.4-カ-ア). Not written: it is tried again in the next second. */
static bool alarm_write(const struct console *console, const struct presence_floor *floor,
                        int64_t now_utc_us)
{
    struct alarming a = {
        .services = console->conf.services,
        .incident = {.row = {.id = id_new(),
                             .at_utc_us = now_utc_us,
                             .kind = INCIDENT_STAFFLESS,
                             .urgency = 3,
                             .severity = 1,
                             .floor = floor->id,
                             .template = SPAN(""),
                             .procedure = SPAN(""),
                             .role = SPAN("")}},
    };
    struct fail why = {.code = ERR_OK};

    if (writer_wait(console->conf.services->writer, alarm_run, &a, &why) != ERR_OK) {
        log_warn("staffless.unwritten", L_FAIL(&why));
        return false;
    }
    incident_told(console->conf.services, &a.incident.row);
    return true;
}

static void tell_staffless(struct console *console, const struct presence *presence)
{
    int64_t after_us =
        settings_int(console->conf.services->settings, &setting_care_staffless_min) * 60 *
        SECOND_US;
    size_t due[CONSOLE_ALARMS_CAP];
    size_t n = console_alarms(presence, after_us, console->alarms, due);

    for (size_t i = 0; i < n; i++) {
        const struct presence_floor *floor = &presence->floors[due[i]];
        struct telling telling = {.event = console_event_staffless,
                                  .staffless = {.since = floor->staffless_utc_us}};

        memcpy(telling.floor, floor->id.p, floor->id.len); /* console_alarms: it fits */
        if (!alarm_write(console, floor, presence->at_utc_us)) {
            console_alarm_undo(console->alarms, floor->id);
            continue;
        }
        log_warn("place.staffless", L_TEXT("floor", telling.floor),
                 L_INT("n_children", floor->n_children));
        (void)tell(console, &telling); /* the incident stays */
    }
}

/* ---- the thread ---- */

static void look(struct console *console)
{
    const struct presence *presence = presence_now(console->conf.services->place);
    const struct contact_rules rules = contact_rules_now(console->conf.services->settings);

    arena_reset(console->arena);
    make_up_once(console);
    write_begun(console);
    contact_desk_sweep(console->desk, &rules, clock_utc_us());
    if (presence == NULL)
        return;
    tell_staffless(console, presence);
    tell_changed(console, presence);
    presence_unref(&presence);
}

static void *thread_main(void *arg)
{
    struct console *console = arg;

    pthread_setname_np(pthread_self(), "console");
    while (!mbox_is_done(console->wakes)) {
        look(console);
        mbox_take(console->wakes, &(char){0}, 1, LOOK_MS);
    }
    write_begun(console);
    return NULL;
}

enum err console_open(const struct console_conf *conf, struct care *care,
                      struct console **console_out, struct fail *why)
{
    struct console *console = calloc(1, sizeof *console);
    struct db *db = NULL;
    enum err rc = ERR_OK;

    *console_out = NULL;
    if (console == NULL)
        return fail_set(why, ERR_NOMEM, "console");
    console->conf = *conf;
    rc = arena_create(ARENA_BYTES, &console->arena, why);
    if (rc == ERR_OK)
        rc = contact_desk_create(&console->desk, why);
    if (rc == ERR_OK)
        rc = console_seen_create(&console->seen, why);
    if (rc == ERR_OK)
        rc = mbox_create(1, 1, &console->wakes, why);
    if (rc == ERR_OK)
        rc = db_open(&conf->db, conf->stmts, &db, why);
    if (rc == ERR_OK)
        rc = read_times(console, db, why);
    if (rc == ERR_OK)
        rc = hear_again(console, db, why);
    db_close(&db);
    if (rc != ERR_OK) {
        console_close(&console);
        return rc;
    }
    care->heard = heard;
    care->spoke = spoke;
    care->heard_arg = console;
    *console_out = console;
    return rc;
}

enum err console_start(struct console *console, struct fail *why)
{
    enum err rc;

    if (console->has_thread)
        return ERR_OK;
    rc = console->db != NULL
             ? ERR_OK
             : db_open(&console->conf.db, console->conf.stmts, &console->db, why);
    if (rc != ERR_OK)
        return rc;
    if (pthread_create(&console->thread, NULL, thread_main, console) != 0)
        return fail_set(why, ERR_NOMEM, "no thread");
    console->has_thread = true;
    return ERR_OK;
}

void console_stop(struct console *console)
{
    if (console == NULL)
        return;
    mbox_close(console->wakes);
    if (console->has_thread)
        pthread_join(console->thread, NULL);
    console->has_thread = false;
    db_close(&console->db);
}

void console_close(struct console **console_at)
{
    struct console *console = *console_at;

    if (console == NULL)
        return;
    *console_at = NULL;
    if (console->wakes != NULL)
        console_stop(console);
    mbox_destroy(&console->wakes);
    contact_desk_destroy(&console->desk);
    console_seen_destroy(&console->seen);
    arena_destroy(&console->arena);
    free(console);
}
