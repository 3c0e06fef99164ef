#include "tenants/watch/watch.h"

#include <pthread.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "tenants/watch/watch_rows.h"
#include "tenants/watch/watch_store.h"

#define TEN_MIN_S   600
#define DAY_S       86400
#define READERS_MAX 512 /* accounts in memory; the one left alone the longest goes first */
#define BUCKETS     64

/* One account's reads of the last day, each person and kind once. */
struct reader {
    struct id account;
    int64_t used_utc_us;
    struct watch_read *reads;
    size_t n, cap;
    struct reader *next;
};

struct watch {
    struct watch_conf conf;
    pthread_mutex_t lock; /* over all below */
    struct reader *buckets[BUCKETS];
    int n_readers;
};

enum err watch_open(const struct watch_conf *conf, struct watch **watch_out, struct fail *why)
{
    struct watch *watch = calloc(1, sizeof *watch);

    *watch_out = watch;
    if (watch == NULL)
        return fail_set(why, ERR_NOMEM, "watch");
    watch->conf = *conf;
    pthread_mutex_init(&watch->lock, NULL);
    return ERR_OK;
}

static void reader_free(struct reader *reader)
{
    free(reader->reads);
    free(reader);
}

void watch_close(struct watch **watch)
{
    if (*watch == NULL)
        return;
    for (int i = 0; i < BUCKETS; i++)
        while ((*watch)->buckets[i] != NULL) {
            struct reader *reader = (*watch)->buckets[i];

            (*watch)->buckets[i] = reader->next;
            reader_free(reader);
        }
    pthread_mutex_destroy(&(*watch)->lock);
    free(*watch);
    *watch = NULL;
}

/* ---- accounts ---- */

static struct reader **bucket_of(struct watch *watch, struct id account)
{
    return &watch->buckets[account.b[sizeof account.b - 1] % BUCKETS];
}

static void forget_oldest(struct watch *watch)
{
    struct reader **oldest = NULL, *gone;

    for (int i = 0; i < BUCKETS; i++)
        for (struct reader **at = &watch->buckets[i]; *at != NULL; at = &(*at)->next)
            if (oldest == NULL || (*at)->used_utc_us < (*oldest)->used_utc_us)
                oldest = at;
    if (oldest == NULL)
        return;
    gone = *oldest;
    *oldest = gone->next;
    reader_free(gone);
    watch->n_readers--;
}

static bool reader_reserve(struct reader *reader, size_t n_more)
{
    size_t cap = reader->n + n_more;
    struct watch_read *larger;

    if (cap <= reader->cap && reader->reads != NULL)
        return true;
    cap += cap / 2 + 16;
    larger = realloc(reader->reads, cap * sizeof *larger);
    if (larger == NULL)
        return false;
    reader->reads = larger;
    reader->cap = cap;
    return true;
}

/* An account that is new to this process: what the access record says of its last day. NULL:
 * why says what went wrong. */
static struct reader *reader_read(struct db *db, struct id account, int64_t now_utc_us,
                                  struct fail *why)
{
    struct reader *reader = calloc(1, sizeof *reader);
    struct watch_read *reads = NULL;
    struct arena *arena = NULL;
    size_t n = 0;
    enum err rc = arena_create(4096, &arena, why);

    if (rc == ERR_OK)
        rc = watch_store_past(db, account, now_utc_us - DAY_S * SECOND_US, arena, &reads, &n,
                              why);
    if (rc == ERR_OK && (reader == NULL || !reader_reserve(reader, n)))
        rc = fail_set(why, ERR_NOMEM, "%zu reads", n);
    if (rc == ERR_OK && reader != NULL && reader->reads != NULL && reads != NULL) {
        memcpy(reader->reads, reads, n * sizeof *reads);
        reader->n = n;
        reader->account = account;
    } else if (reader != NULL) {
        reader_free(reader);
        reader = NULL;
    }
    arena_destroy(&arena);
    return reader;
}

static struct reader *find_reader(struct watch *watch, struct db *db, struct id account,
                                  int64_t now_utc_us, struct fail *why)
{
    struct reader **bucket = bucket_of(watch, account), *reader = *bucket;

    while (reader != NULL && !id_eq(reader->account, account))
        reader = reader->next;
    if (reader == NULL) {
        reader = reader_read(db, account, now_utc_us, why);
        if (reader == NULL)
            return NULL;
        if (watch->n_readers == READERS_MAX)
            forget_oldest(watch);
        reader->next = *bucket;
        *bucket = reader;
        watch->n_readers++;
    }
    reader->used_utc_us = now_utc_us;
    return reader;
}

/* ---- counting ---- */

static void drop_old(struct reader *reader, int64_t now_utc_us)
{
    size_t n = 0;

    for (size_t i = 0; i < reader->n; i++)
        if (reader->reads[i].last_utc_us > now_utc_us - DAY_S * SECOND_US)
            reader->reads[n++] = reader->reads[i];
    reader->n = n;
}

static struct watch_read *find_read(const struct reader *reader, enum watch_kind kind,
                                    struct id person)
{
    for (size_t i = 0; i < reader->n; i++)
        if (reader->reads[i].kind == kind && id_eq(reader->reads[i].person, person))
            return &reader->reads[i];
    return NULL;
}

static bool is_listed_before(const struct watch_ask *ask, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (id_eq(ask->persons[i], ask->persons[at]))
            return true;
    return false;
}

/* Different persons within the window, those asked for among them. */
static int64_t count_with(const struct reader *reader, const struct watch_ask *ask,
                          int64_t window_s)
{
    int64_t from_us = ask->now_utc_us - window_s * SECOND_US, n = 0;

    for (size_t i = 0; i < reader->n; i++)
        n += reader->reads[i].kind == ask->kind && reader->reads[i].last_utc_us > from_us;
    for (size_t i = 0; i < ask->n; i++) {
        const struct watch_read *read = find_read(reader, ask->kind, ask->persons[i]);

        n += !id_eq(ask->persons[i], ask->account) &&
             (read == NULL || read->last_utc_us <= from_us) && !is_listed_before(ask, i);
    }
    return n;
}

static bool is_over(const struct watch *watch, const struct reader *reader,
                    const struct watch_ask *ask, struct watch_over *over_out)
{
    static const struct {
        const char *notice;
        int64_t window_s;
        const struct setting *rules[2]; /* by enum watch_kind */
    } windows[] = {
        {"burst", TEN_MIN_S, {&setting_reads_10min, &setting_names_10min}},
        {"day", DAY_S, {&setting_reads_day, &setting_names_day}},
    };

    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        const struct setting *rule = windows[i].rules[ask->kind];
        int64_t most = settings_int(watch->conf.settings, rule);
        int64_t n = count_with(reader, ask, windows[i].window_s);

        if (n <= most)
            continue;
        *over_out = (struct watch_over){windows[i].notice, rule, most, n, windows[i].window_s};
        return true;
    }
    return false;
}

static enum err count(struct watch *watch, struct db *db, const struct watch_ask *ask,
                      struct watch_over *over_out, struct fail *why)
{
    struct fail cause = {.code = ERR_NOMEM};
    struct reader *reader = find_reader(watch, db, ask->account, ask->now_utc_us, &cause);

    if (reader == NULL)
        return fail_set(why, cause.code, "%s", cause.text);
    drop_old(reader, ask->now_utc_us);
    if (is_over(watch, reader, ask, over_out))
        return fail_set(why, ERR_RATE, "%s", over_out->rule->name);
    if (!reader_reserve(reader, ask->n))
        return fail_set(why, ERR_NOMEM, "%zu reads", ask->n);
    for (size_t i = 0; i < ask->n; i++) {
        struct watch_read *read = find_read(reader, ask->kind, ask->persons[i]);

        if (id_eq(ask->persons[i], ask->account))
            continue;
        if (read == NULL)
            read = &reader->reads[reader->n++];
        *read = (struct watch_read){ask->persons[i], ask->now_utc_us, ask->kind};
    }
    return ERR_OK;
}

enum err watch_count(struct watch *watch, struct db *db, const struct watch_ask *ask,
                     struct watch_over *over_out, struct fail *why)
{
    enum err rc;

    pthread_mutex_lock(&watch->lock);
    rc = count(watch, db, ask, over_out, why);
    pthread_mutex_unlock(&watch->lock);
    return rc;
}

/* ---- for handlers ---- */

struct alarm {
    struct req *req;
    struct watch_notice notice;
};

static enum err alarm_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct alarm *alarm = arg;

    return watch_store_add(tx, &alarm->notice, why);
}

static void refuse(struct req *req, bool is_day)
{
    reply_header(req, "Retry-After", is_day ? "3600" : "600");
    reply_problem(req, 429, "reading-budget",
                  is_day ? "1日に見られる人数を超えたため、止めました。監査の担当者に知らせまし"
                           "た。必要なときは教育委員会の担当者に相談してください。"
                         : "短い時間に多くの人のデータを開いたため、止めました。監査の担当者に"
                           "知らせました。しばらく待って、もう一度ためしてください。");
}

static void alarm_done(void *arg, enum err rc, const struct fail *why)
{
    const struct alarm *alarm = arg;

    if (rc != ERR_OK)
        log_error("watch.unwritten", L_ID("account", alarm->notice.account), L_FAIL(why));
    refuse(alarm->req, span_eq(alarm->notice.kind, SPAN("day")));
}

/* The notice stands before the refusal is told. */
static void raise_alarm(struct req *req, const struct watch_over *over)
{
    struct alarm *alarm = arena_alloc(req->arena, sizeof *alarm);
    const struct writer_op op = {alarm_run, alarm_done, alarm};
    struct fail fail = {.code = ERR_NOMEM};
    char *rule;

    invariant(over->rule != NULL, "over no rule");
    rule = arena_printf(req->arena, "%s=%lld", over->rule->name, (long long)over->n_most);
    log_warn("watch.over", L_ID("account", req->caller.account),
             L_TEXT("rule", over->rule->name), L_INT("n_persons", over->n_persons));
    if (alarm != NULL && rule != NULL) {
        alarm->req = req;
        alarm->notice = (struct watch_notice){
            .id = id_new(),
            .account = req->caller.account,
            .kind = span_text(over->notice),
            .rule = span_text(rule),
            .at_utc_us = req->now_utc_us,
            .n_persons = over->n_persons,
            .window_s = over->window_s,
        };
        if (writer_post(req->services->writer, &op, &fail) == ERR_OK)
            return;
    }
    reply_fail(req, &fail); /* nothing is shown, and the next try gives notice */
}

static void put_on_record(struct req *req, enum watch_kind kind, struct id *shown, size_t n)
{
    if (kind == WATCH_RECORDS && n == 1) {
        req->person = shown[0];
        return;
    }
    req->shown = shown;
    req->n_shown = n;
}

bool watch_spend(struct req *req, enum watch_kind kind, const struct id *persons, size_t n)
{
    return watch_spend_new(req, kind, persons, n, n);
}

bool watch_spend_new(struct req *req, enum watch_kind kind, const struct id *persons, size_t n,
                     size_t n_on_record)
{
    const struct watch_ask ask = {req->caller.account, kind, persons, n, req->now_utc_us};
    struct id *shown;
    struct fail fail = {.code = ERR_OK};
    struct watch_over over = {.rule = NULL};

    invariant(req->route->audit != AUDIT_NONE, "%s shows persons, but leaves no record",
              req->route->name);
    shown = req_alloc(req, (n_on_record + 1) * sizeof *shown);
    if (shown == NULL)
        return false;
    for (size_t i = 0; i < n_on_record; i++)
        shown[i] = persons[i];
    if (!(ROLES_CHILD_SIDE & ROLE_BIT(req->caller.role)) && !id_is_none(req->caller.account) &&
        watch_count(req->services->watch, req->db, &ask, &over, &fail) != ERR_OK) {
        if (fail.code == ERR_RATE)
            raise_alarm(req, &over);
        else
            reply_fail(req, &fail);
        return false;
    }
    put_on_record(req, kind, shown, n_on_record);
    return true;
}

/* ---- exports ---- */

struct handing_out {
    struct req *req;
    struct watch_notice notice;
    void (*go_on)(void *arg);
    void *arg;
};

static enum err handing_out_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct handing_out *h = arg;

    return watch_store_add(tx, &h->notice, why);
}

static void handing_out_done(void *arg, enum err rc, const struct fail *why)
{
    const struct handing_out *h = arg;

    if (rc == ERR_OK)
        h->go_on(h->arg);
    else
        reply_fail(h->req, why);
}

void watch_export(struct req *req, size_t n_persons, void (*go_on)(void *arg), void *arg)
{
    struct handing_out *h = req_alloc(req, sizeof *h);
    const struct writer_op op = {handing_out_run, handing_out_done, h};
    struct fail fail = {.code = ERR_OK};

    if (h == NULL)
        return;
    *h = (struct handing_out){.req = req,
                              .notice = {.id = id_new(),
                                         .account = req->caller.account,
                                         .kind = SPAN("export"),
                                         .rule = span_text(req->route->name),
                                         .at_utc_us = req->now_utc_us,
                                         .n_persons = (int64_t)n_persons},
                              .go_on = go_on,
                              .arg = arg};
    if (id_is_none(req->caller.account))
        go_on(arg);
    else if (writer_post(req->services->writer, &op, &fail) != ERR_OK)
        reply_fail(req, &fail);
}
