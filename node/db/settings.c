#include "node/db/settings.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/settings_outlook.h"

#define ARENA_CHUNK_BYTES 16384
#define AGAIN_AFTER_US    1000000
#define UNCERTAIN_CAP     3

struct slot {
    const struct setting *row;
    _Atomic(struct setting_outlook *) outlook;
};

/* A reading that failed is made up for by whoever asks for a value next, after a pause: memory
 * and database may not stay apart, and the writer's thread may not wait. */
struct again {
    struct settings *settings;
    _Atomic int64_t due_mono_us; /* 0: nothing is owed */
    _Atomic(struct writer *) writer;
};

struct settings {
    struct again *again; /* apart, because the getters see the rest as const */
    size_t n;
    struct slot *slots; /* by address of the row: the getters' order */
    const struct slot **by_name;
    struct setting_outlook *retired; /* the writer's thread */
};

static int compare_rows(const void *a, const void *b)
{
    const struct setting *x = ((const struct slot *)a)->row, *y = ((const struct slot *)b)->row;

    return (x > y) - (x < y);
}

static int compare_names(const void *a, const void *b)
{
    const struct slot *const *x = a, *const *y = b;

    return strcmp((*x)->row->name, (*y)->row->name);
}

static struct slot *find_slot(const struct settings *s, const struct setting *row)
{
    const struct slot key = {.row = row};

    return bsearch(&key, s->slots, s->n, sizeof key, compare_rows);
}

/* An outlook that knows less than the published one is dropped. */
static void publish(struct settings *s, struct slot *slot, struct setting_outlook *outlook)
{
    struct setting_outlook *old = atomic_load(&slot->outlook);

    if (old != NULL && old->version > outlook->version) {
        free(outlook);
        return;
    }
    atomic_store_explicit(&slot->outlook, outlook, memory_order_release);
    if (old != NULL) {
        old->retired_next = s->retired;
        s->retired = old;
    }
}

struct refresh {
    struct settings *settings;
    struct writer *writer;
    struct setting_outlook **outlooks; /* one a slot */
    int n_uncertain;
};

/* ERR_UNAVAILABLE of a post says that the writer is stopping: then nobody is owed anything. */
static void owe_refresh(const struct settings *s, struct writer *writer, enum err posted)
{
    if (posted == ERR_UNAVAILABLE)
        return;
    atomic_store(&s->again->writer, writer);
    atomic_store(&s->again->due_mono_us, clock_mono_us() + AGAIN_AFTER_US);
}

static void refresh_drop(struct refresh *r)
{
    for (size_t i = 0; i < r->settings->n; i++) {
        free(r->outlooks[i]);
        r->outlooks[i] = NULL;
    }
}

static enum err refresh_read(struct refresh *r, struct tx *tx, struct db *db,
                             struct arena *arena, struct fail *why)
{
    const struct settings *s = r->settings;
    struct setting_line *lines = NULL;
    int64_t now = clock_utc_us();
    size_t n_lines = 0;
    enum err rc = setting_store_all(tx, db, arena, &lines, &n_lines, why);

    refresh_drop(r);
    for (size_t i = 0; i < s->n && rc == ERR_OK; i++) {
        const struct setting *row = s->slots[i].row;
        size_t first = 0, n = 0;

        while (first < n_lines && !span_eq(lines[first].name, span_text(row->name)))
            first++;
        while (first + n < n_lines && span_eq(lines[first + n].name, span_text(row->name)))
            n++;
        rc = setting_outlook_make(row, lines + first, n, now, arena, &r->outlooks[i], why);
    }
    return rc;
}

static void refresh_publish(struct refresh *r)
{
    for (size_t i = 0; i < r->settings->n; i++)
        publish(r->settings, &r->settings->slots[i], r->outlooks[i]);
}

static enum err refresh_run(struct tx *tx, void *arg, struct fail *why)
{
    return refresh_read(arg, tx, NULL, tx_arena(tx), why);
}

static void refresh_done(void *arg, enum err rc, const struct fail *why)
{
    struct refresh *r = arg;
    const struct writer_op again = {refresh_run, refresh_done, r};
    enum err posted = ERR_OK;

    /* The writer is away now, so a post waits by itself: the program before us may hold the
     * lock longer than one does. */
    if (rc == ERR_UNAVAILABLE || (rc == ERR_UNCERTAIN && ++r->n_uncertain < UNCERTAIN_CAP)) {
        posted = writer_post(r->writer, &again, NULL);
        if (posted == ERR_OK)
            return;
    }
    if (rc == ERR_OK) {
        refresh_publish(r);
    } else {
        log_error("settings.stale", L_FAIL(why));
        refresh_drop(r);
        owe_refresh(r->settings, r->writer, posted);
    }
    free(r->outlooks);
    free(r);
}

enum err settings_refresh(struct settings *s, struct writer *writer, struct fail *why)
{
    struct refresh *r = calloc(1, sizeof *r);
    struct writer_op op = {refresh_run, refresh_done, r};
    enum err rc = ERR_NOMEM;

    if (r == NULL)
        return fail_set(why, ERR_NOMEM, "settings");
    r->settings = s;
    r->writer = writer;
    r->outlooks = calloc(s->n + 1, sizeof(struct setting_outlook *));
    if (r->outlooks != NULL)
        rc = writer_post(writer, &op, why);
    if (rc != ERR_OK) {
        free(r->outlooks);
        free(r);
    }
    return rc;
}

/* One of the askers, when the time has come; it does not wait. */
static void refresh_when_due(struct again *again)
{
    int64_t due = atomic_load_explicit(&again->due_mono_us, memory_order_relaxed);
    struct fail why = {.code = ERR_OK};
    struct writer *writer;
    enum err rc;

    if (due == 0 || clock_mono_us() < due ||
        !atomic_compare_exchange_strong(&again->due_mono_us, &due, 0))
        return;
    writer = atomic_load(&again->writer);
    rc = settings_refresh(again->settings, writer, &why);
    if (rc != ERR_OK) {
        log_error("settings.stale", L_FAIL(&why));
        owe_refresh(again->settings, writer, rc);
    }
}

static enum err make_slots(struct settings *s, const struct setting_table *tables,
                           struct fail *why)
{
    for (const struct setting_table *t = tables; t->n > 0; t++)
        s->n += (size_t)t->n;
    s->slots = calloc(s->n + 1, sizeof *s->slots);
    s->by_name = calloc(s->n + 1, sizeof(const struct slot *));
    if (s->slots == NULL || s->by_name == NULL)
        return fail_set(why, ERR_NOMEM, "%zu settings", s->n);
    for (size_t i = 0; tables->n > 0; tables++)
        for (int k = 0; k < tables->n; k++)
            s->slots[i++].row = tables->rows[k];
    qsort(s->slots, s->n, sizeof *s->slots, compare_rows);
    for (size_t i = 0; i < s->n; i++)
        s->by_name[i] = &s->slots[i];
    qsort(s->by_name, s->n, sizeof(const struct slot *), compare_names);
    for (size_t i = 1; i < s->n; i++)
        invariant(compare_names(&s->by_name[i - 1], &s->by_name[i]) != 0, "two settings %s",
                  s->by_name[i]->row->name);
    return ERR_OK;
}

enum err settings_open(const struct setting_table *tables, struct db *db,
                       struct settings **settings_out, struct fail *why)
{
    struct settings *s = calloc(1, sizeof *s);
    struct refresh refresh = {.settings = s};
    struct arena *arena = NULL;
    enum err rc = ERR_NOMEM;

    *settings_out = NULL;
    if (s == NULL)
        return fail_set(why, ERR_NOMEM, "settings");
    s->again = calloc(1, sizeof *s->again);
    if (s->again == NULL)
        rc = fail_set(why, ERR_NOMEM, "settings");
    else
        rc = make_slots(s, tables, why);
    if (rc == ERR_OK)
        rc = arena_create(ARENA_CHUNK_BYTES, &arena, why);
    if (rc != ERR_OK)
        goto out;
    s->again->settings = s;
    rc = ERR_NOMEM;
    refresh.outlooks = calloc(s->n + 1, sizeof(struct setting_outlook *));
    if (refresh.outlooks == NULL)
        goto out;
    rc = refresh_read(&refresh, NULL, db, arena, why);
    if (rc == ERR_OK)
        refresh_publish(&refresh);
    else
        refresh_drop(&refresh);
out:
    free(refresh.outlooks);
    arena_destroy(&arena);
    if (rc != ERR_OK)
        settings_close(&s);
    *settings_out = s;
    return rc;
}

void settings_close(struct settings **settings)
{
    struct settings *s = *settings;

    if (s == NULL)
        return;
    for (size_t i = 0; s->slots != NULL && i < s->n; i++)
        free(atomic_load(&s->slots[i].outlook));
    while (s->retired != NULL) {
        struct setting_outlook *next = s->retired->retired_next;

        free(s->retired);
        s->retired = next;
    }
    free(s->slots);
    free(s->by_name);
    free(s->again);
    free(s);
    *settings = NULL;
}

static const struct setting_outlook *peek_outlook(const struct settings *s,
                                                  const struct setting *row)
{
    struct slot *slot = find_slot(s, row);

    invariant(slot != NULL, "setting %s is in no table", row->name);
    refresh_when_due(s->again);
    return atomic_load_explicit(&slot->outlook, memory_order_acquire);
}

static size_t ahead_at(const struct setting_outlook *o, int64_t at_utc_us)
{
    size_t i = 0;

    while (i + 1 < o->n && o->at[i + 1].from_utc_us <= at_utc_us)
        i++;
    return i;
}

static const struct ahead *value_now(const struct settings *s, const struct setting *row)
{
    const struct setting_outlook *o = peek_outlook(s, row);

    return &o->at[o->n == 1 ? 0 : ahead_at(o, clock_utc_us())];
}

int64_t settings_int(const struct settings *s, const struct setting *row)
{
    invariant(row->type == SETTING_INT || row->type == SETTING_ENUM ||
                  row->type == SETTING_TIME,
              "setting %s is no number", row->name);
    return value_now(s, row)->number;
}

bool settings_bool(const struct settings *s, const struct setting *row)
{
    invariant(row->type == SETTING_BOOL, "setting %s is no yes or no", row->name);
    return value_now(s, row)->number != 0;
}

struct span settings_text(const struct settings *s, const struct setting *row)
{
    return value_now(s, row)->text;
}

const struct setting *settings_find(const struct settings *s, struct span name)
{
    for (size_t i = 0; i < s->n; i++)
        if (span_eq(name, span_text(s->by_name[i]->row->name)))
            return s->by_name[i]->row;
    return NULL;
}

size_t settings_n(const struct settings *s)
{
    return s->n;
}

const struct setting *settings_at(const struct settings *s, size_t i)
{
    return s->by_name[i]->row;
}

void settings_peek(const struct settings *s, const struct setting *row, int64_t at_utc_us,
                   struct setting_state *state_out)
{
    const struct setting_outlook *o = peek_outlook(s, row);
    size_t i = ahead_at(o, at_utc_us);
    const struct ahead *now = &o->at[i];

    *state_out = (struct setting_state){
        .value = now->text,
        .is_default = now->is_default,
        .since_utc_us = now->from_utc_us == INT64_MIN ? 0 : now->from_utc_us,
        .version = o->version,
    };
    if (i + 1 < o->n) {
        state_out->has_pending = true;
        state_out->pending_is_default = now[1].is_default;
        state_out->pending_value = now[1].text;
        state_out->pending_utc_us = now[1].from_utc_us;
    }
}

static enum err check_version(const struct setting_change *change, size_t n, struct fail *why)
{
    if (change->expected_version >= 0 && (size_t)change->expected_version != n)
        return fail_field(why, ERR_CONFLICT, "expected_version", "setting %s is at version %zu",
                          change->row->name, n);
    return ERR_OK;
}

/* Adds the decision in *line (the array has room for it) and works out what is ahead. */
static enum err decide(struct tx *tx, struct setting_change *change, struct setting_line *lines,
                       size_t n, struct fail *why)
{
    struct setting_line *line = &lines[n];
    const struct setting_line *before, *after;
    struct setting_past past;
    enum err rc;

    setting_lines_mark(lines, n);
    before = setting_lines_in_force(lines, n, line->effective_from_utc_us);
    past = (struct setting_past){
        .id = change->id,
        .account = change->account,
        .version = line->version,
        .undoes = line->undoes,
        .had_value = before != NULL && before->has_value,
        .value_before = before == NULL ? SPAN_NONE : before->value,
        .effective_from_utc_us = line->effective_from_utc_us,
        .decided_utc_us = change->now_utc_us,
        .role = change->role,
    };
    rc = setting_outlook_make(change->row, lines, n + 1, change->now_utc_us, tx_arena(tx),
                              &change->outlook, why);
    if (rc != ERR_OK)
        return rc;
    after = setting_lines_in_force(lines, n + 1, line->effective_from_utc_us);
    past.has_value = after != NULL && after->has_value;
    past.value = after == NULL ? SPAN_NONE : after->value;
    change->version = line->version;
    return setting_store_add(tx, &past, change->row->name, why);
}

/* A retry of a decision that is already there changes nothing. */
static bool find_repeated(struct setting_change *change, const struct setting_line *lines,
                          size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (id_eq(lines[i].id, change->id)) {
            change->version = lines[i].version;
            return true;
        }
    }
    return false;
}

/* What both kinds of decision begin with; run() may be called again, so it starts clean. */
static enum err begin(struct tx *tx, struct setting_change *change, struct setting_line **lines,
                      size_t *n, bool *is_repeated, struct fail *why)
{
    struct setting_line *stored = NULL;
    enum err rc;

    free(change->outlook);
    change->outlook = NULL;
    rc = setting_store_of(tx, change->row->name, tx_arena(tx), &stored, n, why);
    if (rc != ERR_OK)
        return rc;
    *is_repeated = find_repeated(change, stored, *n);
    *lines = stored;
    return *is_repeated ? ERR_OK : check_version(change, *n, why);
}

enum err settings_tx_change(struct tx *tx, struct setting_change *change, struct fail *why)
{
    struct setting_line *lines = NULL;
    bool is_repeated = false;
    size_t n = 0;
    enum err rc = begin(tx, change, &lines, &n, &is_repeated, why);
    int64_t from = change->effective_from_utc_us;

    if (rc != ERR_OK || is_repeated)
        return rc;
    lines[n] = (struct setting_line){
        .version = (int32_t)n + 1,
        .has_value = change->has_value,
        .value = change->has_value ? change->value : SPAN_NONE,
        .effective_from_utc_us = from > change->now_utc_us ? from : change->now_utc_us,
    };
    return decide(tx, change, lines, n, why);
}

enum err settings_tx_undo(struct tx *tx, struct setting_change *change, struct fail *why)
{
    struct setting_line *lines = NULL;
    bool is_repeated = false;
    size_t n = 0, target;
    enum err rc = begin(tx, change, &lines, &n, &is_repeated, why);
    int64_t from;

    if (rc != ERR_OK || is_repeated)
        return rc;
    target = change->undoes == 0 ? n : (size_t)change->undoes;
    if (change->undoes < 0 || target == 0 || target > n)
        return fail_field(why, ERR_NOT_FOUND, "version", "setting %s has no version %d",
                          change->row->name, change->undoes);
    setting_lines_mark(lines, n);
    if (lines[target - 1].is_undone)
        return fail_field(why, ERR_CONFLICT, "version", "version %zu is undone already",
                          target);
    from = lines[target - 1].effective_from_utc_us;
    lines[n] = (struct setting_line){
        .version = (int32_t)n + 1,
        .undoes = (int32_t)target,
        .effective_from_utc_us = from > change->now_utc_us ? from : change->now_utc_us,
    };
    return decide(tx, change, lines, n, why);
}

void settings_settle(struct settings *s, struct writer *writer, struct setting_change *change,
                     enum err rc)
{
    struct fail why = {0};

    if (rc == ERR_OK && change->outlook != NULL)
        publish(s, find_slot(s, change->row), change->outlook);
    else
        free(change->outlook);
    change->outlook = NULL;
    if (rc != ERR_UNCERTAIN)
        return;
    rc = settings_refresh(s, writer, &why);
    if (rc != ERR_OK) {
        log_error("settings.stale", L_FAIL(&why));
        owe_refresh(s, writer, rc);
    }
}

/* A change whose poster waits: the outcome comes back through a mailbox, after the writer's
 * thread has published the value. */
struct waiting {
    struct settings *settings;
    struct writer *writer;
    struct setting_change *change;
    enum err (*run)(struct tx *tx, struct setting_change *change, struct fail *why);
    struct mbox *outcome; /* of struct fail */
};

static enum err waiting_run(struct tx *tx, void *arg, struct fail *why)
{
    struct waiting *w = arg;

    return w->run(tx, w->change, why);
}

static void waiting_done(void *arg, enum err rc, const struct fail *why)
{
    struct waiting *w = arg;
    struct fail outcome = {.code = rc};

    if (rc != ERR_OK && why != NULL)
        outcome = *why;
    settings_settle(w->settings, w->writer, w->change, rc);
    if (mbox_post(w->outcome, &outcome, NULL) != ERR_OK)
        invariant(false, "a mailbox for one took none");
}

static enum err wait_for(struct waiting *w, struct fail *why)
{
    const struct writer_op op = {waiting_run, waiting_done, w};
    struct fail outcome = {.code = ERR_OK};
    enum err rc = mbox_create(sizeof outcome, 1, &w->outcome, why);

    if (rc == ERR_OK)
        rc = writer_post(w->writer, &op, why);
    if (rc == ERR_OK) {
        mbox_take(w->outcome, &outcome, 1, -1);
        rc = outcome.code;
        if (rc != ERR_OK && why != NULL)
            *why = outcome;
    }
    mbox_destroy(&w->outcome);
    return rc;
}

enum err settings_change_wait(struct settings *settings, struct writer *writer,
                              struct setting_change *change, struct fail *why)
{
    struct waiting w = {settings, writer, change, settings_tx_change, NULL};

    return wait_for(&w, why);
}

enum err settings_undo_wait(struct settings *settings, struct writer *writer,
                            struct setting_change *change, struct fail *why)
{
    struct waiting w = {settings, writer, change, settings_tx_undo, NULL};

    return wait_for(&w, why);
}
