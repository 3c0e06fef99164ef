/* A search over what was written: lines are sealed, so every one of the period is opened,
 * folded and looked into (AI-2.4-エ, AI-2.5-イ). The period is cut into days, the newest first;
 * a few threads take one day each and give out what they found in the order of the days, as
 * lines of JSON:
 *   {"line":{...}}                       a line that has every word
 *   {"seen":{"from":TIME,"n_seen":N}}    so far, down to that time
 *   {"end":{"n_seen":N,"n_hits":N,"is_cut":false}}
 * More than LOGS_HITS_MOST are not given out: is_cut. */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/utf.h"
#include "reporting/log_write.h"
#include "reporting/logs.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"

#define PART_US     DAY_US
#define STACK_BYTES ((size_t)512 * 1024)
#define GIVE_BYTES  32768

struct search {
    const struct log_run *run;
    struct span words[LOGS_WORDS_MOST]; /* folded */
    size_t n_words;
    int64_t n_parts;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t turned;
    int64_t next_part, turn; /* turn: whose finds go out now */
    uint64_t n_seen, n_hits;
    enum err rc;
    struct fail why;
};

/* One thread's part of a search. */
struct scan {
    struct search *search;
    struct db *db;
    struct arena *arena; /* of a line */
    struct log_text found;
    bool is_helper; /* one that has no connection leaves the work to the others */
    int64_t part;
    struct log_ask ask; /* of the part */
    uint64_t n_seen;
    struct id hits[LOGS_PAGE_ROWS]; /* of a page */
    size_t n_hits;
};

/* ---- words ---- */

static bool is_space(struct span text, size_t at, size_t *len_out)
{
    *len_out = span_has_prefix(span_from(text, at), SPAN("　")) ? 3 : 1;
    return *len_out == 3 || text.p[at] == ' ' || text.p[at] == '\t' || text.p[at] == '\n';
}

static enum err add_word(struct search *s, struct span word, struct arena *arena,
                         struct fail *why)
{
    struct fold fold;
    enum err rc;

    if (word.len == 0)
        return ERR_OK;
    rc = utf_fold(word, FOLD_SEARCH, arena, &fold, why);
    if (rc != ERR_OK || fold.text.len == 0)
        return rc;
    if (s->n_words == LOGS_WORDS_MOST)
        return fail_field(why, ERR_INVALID, "/words", "too many words");
    s->words[s->n_words++] = fold.text;
    return ERR_OK;
}

static enum err split_words(struct search *s, struct span text, struct arena *arena,
                            struct fail *why)
{
    size_t from = 0;
    enum err rc = ERR_OK;

    for (size_t at = 0, len; at < text.len && rc == ERR_OK; at += len) {
        if (!is_space(text, at, &len)) {
            len = 1;
            continue;
        }
        rc = add_word(s, span_cut(text, from, at - from), arena, why);
        from = at + len;
    }
    if (rc == ERR_OK)
        rc = add_word(s, span_from(text, from), arena, why);
    if (rc == ERR_OK && s->n_words == 0)
        rc = fail_field(why, ERR_INVALID, "/words", "nothing to look for");
    return rc;
}

static bool has_all(const struct search *s, struct span folded)
{
    for (size_t i = 0; i < s->n_words; i++)
        if (folded.len < s->words[i].len ||
            memmem(folded.p, folded.len, s->words[i].p, s->words[i].len) == NULL)
            return false;
    return true;
}

/* ---- whose turn it is ---- */

/* Waits for it; false: the search is over. */
static bool take_turn(struct scan *scan)
{
    struct search *s = scan->search;
    bool goes_on;

    pthread_mutex_lock(&s->lock);
    while (s->turn != scan->part && s->rc == ERR_OK)
        pthread_cond_wait(&s->turned, &s->lock);
    goes_on = s->rc == ERR_OK;
    pthread_mutex_unlock(&s->lock);
    return goes_on;
}

static bool is_turn(struct scan *scan)
{
    bool is_so;

    pthread_mutex_lock(&scan->search->lock);
    is_so = scan->search->turn == scan->part;
    pthread_mutex_unlock(&scan->search->lock);
    return is_so;
}

static void end_search(struct search *s, enum err rc, const struct fail *why)
{
    pthread_mutex_lock(&s->lock);
    if (s->rc == ERR_OK) {
        s->rc = rc;
        s->why = *why;
    }
    pthread_cond_broadcast(&s->turned);
    pthread_mutex_unlock(&s->lock);
}

/* A hit has a place among those that are given out? */
static bool take_hit(struct search *s)
{
    bool has_place;

    pthread_mutex_lock(&s->lock);
    has_place = s->n_hits++ < LOGS_HITS_MOST;
    pthread_mutex_unlock(&s->lock);
    return has_place;
}

/* By whoever has the turn. */
static enum err give_out(struct scan *scan, struct fail *why)
{
    const struct log_run *run = scan->search->run;
    enum err rc = ERR_OK;

    if (scan->found.len > 0)
        rc = run->sink(run->arg, span_of(scan->found.p, scan->found.len), why);
    scan->found.len = 0;
    return rc;
}

static enum err end_part(struct scan *scan, struct fail *why)
{
    struct search *s = scan->search;
    char text[128], at[CLOCK_TEXT_CAP];
    enum err rc;

    if (!take_turn(scan))
        return ERR_OK; /* another said why */
    rc = give_out(scan, why);
    if (rc != ERR_OK)
        return rc;
    pthread_mutex_lock(&s->lock);
    s->n_seen += scan->n_seen;
    clock_tokyo_text(scan->ask.from_utc_us, at);
    snprintf(text, sizeof text, "{\"seen\":{\"from\":\"%s\",\"n_seen\":%" PRIu64 "}}\n", at,
             s->n_seen);
    pthread_mutex_unlock(&s->lock);
    rc = s->run->sink(s->run->arg, span_text(text), why);
    pthread_mutex_lock(&s->lock);
    s->turn++;
    pthread_cond_broadcast(&s->turned);
    pthread_mutex_unlock(&s->lock);
    return rc;
}

/* ---- lines ---- */

static enum err add_line(struct scan *scan, const struct people *people,
                         const struct db_rows *rows, int i, struct fail *why)
{
    const struct log_source *source = &log_sources[LOG_CHAT];
    bool is_out_of_memory = false;
    const struct rights_view view = {.caller = scan->search->run->caller};
    const struct log_maker maker = {.keyring = scan->search->run->services->keyring,
                                    .people = people,
                                    .view = &view,
                                    .arena = scan->arena,
                                    .is_out_of_memory = &is_out_of_memory};
    struct log_cells cells = {{{NULL, 0}}};
    enum err rc = source->cells(&maker, rows, i, &cells, why);

    if (rc == ERR_OK && (is_out_of_memory || !log_text_add(&scan->found, SPAN("{\"line\":")) ||
                         !log_text_row(&scan->found, source, &cells, false) ||
                         !log_text_add(&scan->found, SPAN("}\n"))))
        rc = fail_set(why, ERR_NOMEM, "a line that was found");
    return rc;
}

static enum err look_into(struct scan *scan, const struct db_rows *rows, int i,
                          struct fail *why)
{
    struct search *s = scan->search;
    struct span text;
    struct fold fold;
    enum err rc = log_chat_text(s->run->services->keyring, rows, i, scan->arena, &text, why);

    if (rc == ERR_NOT_FOUND)
        return ERR_OK; /* its author was erased: nobody reads it any more */
    if (rc == ERR_OK)
        rc = utf_fold(text, FOLD_SEARCH, scan->arena, &fold, why);
    if (rc == ERR_OK && has_all(s, fold.text) && take_hit(s))
        scan->hits[scan->n_hits++] = db_id(rows, i, 0);
    return rc;
}

static enum err look_into_all(struct scan *scan, const struct db_rows *rows, struct fail *why)
{
    enum err rc = ERR_OK;

    scan->n_hits = 0;
    for (int i = 0; i < db_rows_n(rows) && rc == ERR_OK; i++) {
        rc = look_into(scan, rows, i, why);
        if (i % 32 == 31) {
            arena_reset(scan->arena);
            arena_mark_secret(scan->arena);
        }
    }
    scan->n_seen += (uint64_t)db_rows_n(rows);
    return rc;
}

/* What was found in a page, as lines. */
static enum err add_hits(struct scan *scan, struct fail *why)
{
    struct accounts *accounts = scan->search->run->services->accounts;
    struct people *people = NULL;
    struct db_rows *rows = NULL;
    enum err rc;

    if (scan->n_hits == 0)
        return ERR_OK;
    rc = log_chat_lines(scan->db, scan->hits, scan->n_hits, scan->arena, &rows, why);
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(accounts), scan->db, &people, why);
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++)
        rc = add_line(scan, people, rows, i, why);
    people_unref(&people);
    db_rows_free(&rows);
    return rc;
}

static struct log_ask ask_of_part(const struct search *s, int64_t part)
{
    const struct log_export_row *row = s->run->row;
    struct log_ask ask = {.account = row->account, .floor = row->floor};

    ask.until_utc_us = row->until_utc_us - part * PART_US;
    ask.from_utc_us = ask.until_utc_us - PART_US;
    if (ask.from_utc_us < row->from_utc_us)
        ask.from_utc_us = row->from_utc_us;
    return ask;
}

static enum err scan_part(struct scan *scan, struct fail *why)
{
    const struct log_run *run = scan->search->run;
    struct log_place before = {.at_utc_us = scan->ask.until_utc_us};
    int n = LOGS_PAGE_ROWS;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && n == LOGS_PAGE_ROWS) {
        struct db_rows *rows = NULL;

        if (run->is_over(run->arg))
            return fail_set(why, ERR_UNAVAILABLE, "nobody reads any more");
        rc = log_chat_before(scan->db, &scan->ask, &before, LOGS_PAGE_ROWS, &rows, why);
        if (rc == ERR_OK)
            rc = look_into_all(scan, rows, why);
        if (rc == ERR_OK)
            rc = add_hits(scan, why);
        arena_reset(scan->arena);
        arena_mark_secret(scan->arena);
        n = rc == ERR_OK ? db_rows_n(rows) : 0;
        if (n > 0)
            before = log_place_of(rows, n - 1);
        db_rows_free(&rows);
        if (rc == ERR_OK && scan->found.len >= GIVE_BYTES && is_turn(scan))
            rc = give_out(scan, why);
    }
    return rc == ERR_OK ? end_part(scan, why) : rc;
}

/* False: there is none left, or the search is over. */
static bool next_part(struct scan *scan)
{
    struct search *s = scan->search;
    bool has_part;

    pthread_mutex_lock(&s->lock);
    has_part = s->rc == ERR_OK && s->n_hits <= LOGS_HITS_MOST && s->next_part < s->n_parts;
    scan->part = has_part ? s->next_part++ : -1;
    pthread_mutex_unlock(&s->lock);
    scan->n_seen = 0;
    if (has_part)
        scan->ask = ask_of_part(s, scan->part);
    return has_part;
}

static void *scan_main(void *arg)
{
    struct scan *scan = arg;
    const struct log_run *run = scan->search->run;
    struct fail why = {.code = ERR_OK};
    enum err rc = db_open(&run->db, run->stmts, &scan->db, &why);

    if (rc == ERR_OK)
        rc = arena_create(65536, &scan->arena, &why);
    if (rc == ERR_OK)
        arena_mark_secret(scan->arena);
    if (rc == ERR_OK)
        scan->is_helper = false; /* from here on a failure is the search's */
    while (rc == ERR_OK && next_part(scan))
        rc = scan_part(scan, &why);
    if (rc != ERR_OK && !scan->is_helper)
        end_search(scan->search, rc, &why);
    log_text_fini(&scan->found);
    arena_destroy(&scan->arena);
    db_close(&scan->db);
    return NULL;
}

/* The caller's thread is one of them; how many more there are is the machine's to say. */
static enum err scan_all(struct search *s, struct fail *why)
{
    struct scan *scans = calloc(LOGS_SCANS_MOST, sizeof *scans);
    pthread_t threads[LOGS_SCANS_MOST];
    long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
    int n_most = n_cores > LOGS_SCANS_MOST ? LOGS_SCANS_MOST : n_cores < 2 ? 2 : (int)n_cores;
    int n = 1;
    pthread_attr_t attr;

    if (scans == NULL)
        return fail_set(why, ERR_NOMEM, "a search");
    for (int i = 0; i < LOGS_SCANS_MOST; i++) {
        scans[i].search = s;
        scans[i].is_helper = i > 0;
    }
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    while (n < n_most && pthread_create(&threads[n], &attr, scan_main, &scans[n]) == 0)
        n++;
    pthread_attr_destroy(&attr);
    scan_main(&scans[0]);
    for (int i = 1; i < n; i++)
        pthread_join(threads[i], NULL);
    free(scans);
    if (s->rc != ERR_OK && why != NULL)
        *why = s->why;
    return s->rc;
}

static enum err say_end(struct search *s, struct fail *why)
{
    char text[128];

    snprintf(text, sizeof text,
             "{\"end\":{\"n_seen\":%" PRIu64 ",\"n_hits\":%" PRIu64 ",\"is_cut\":%s}}\n",
             s->n_seen, s->n_hits < LOGS_HITS_MOST ? s->n_hits : (uint64_t)LOGS_HITS_MOST,
             s->n_hits > LOGS_HITS_MOST ? "true" : "false");
    return s->run->sink(s->run->arg, span_text(text), why);
}

enum err log_words_check(struct span words, struct arena *arena, struct fail *why)
{
    struct search s = {.n_words = 0};

    return split_words(&s, words, arena, why);
}

enum err log_run_search(const struct log_run *run, struct log_counts *counts_out,
                        struct fail *why)
{
    struct search s = {.run = run};
    struct arena *arena = NULL;
    enum err rc = arena_create(4096, &arena, why);

    *counts_out = (struct log_counts){0};
    s.n_parts = (run->row->until_utc_us - run->row->from_utc_us + PART_US - 1) / PART_US;
    pthread_mutex_init(&s.lock, NULL);
    pthread_cond_init(&s.turned, NULL);
    if (rc == ERR_OK) {
        arena_mark_secret(arena);
        rc = split_words(&s, run->words, arena, why);
    }
    if (rc == ERR_OK)
        rc = scan_all(&s, why);
    if (rc == ERR_OK)
        rc = say_end(&s, why);
    counts_out->n_rows = s.n_hits < LOGS_HITS_MOST ? s.n_hits : (uint64_t)LOGS_HITS_MOST;
    counts_out->n_seen = s.n_seen;
    pthread_cond_destroy(&s.turned);
    pthread_mutex_destroy(&s.lock);
    arena_destroy(&arena);
    return rc;
}
