/* The threads that send. Two of them: one takes everything, by priority and then by time; the
 * other only what is urgent (priority 0 and 1), so that an SOS never waits for a report that
 * hangs. What happens to a notice:
 *
 *   take (its row is leased, the try counted) - one attempt, no transaction open - outcome
 *
 * A program that dies in between leaves the lease; its successor frees it, for there is one
 * writer: whoever starts to write knows that all others have ended. After a failure the next
 * try comes in notify.retry_first_s, twice that, ... up to notify.retry_most_s, each with a
 * random share, until notify.give_up_s after it was due.
 *
 * When the mail server itself is away (net_why_is_general), one attempt stands for all: the
 * others by mail are left alone for a while instead of each waiting for the same time-out, and
 * when one gets through, all that waited for it are due at once. Urgent ones are tried
 * whatever was learnt. */
#include "tenants/notify/notify_work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/base/origin.h"
#include "node/db/digest.h"
#include "node/db/files.h"
#include "node/db/seal.h"
#include "tenants/notify/notify_rows.h"
#include "tenants/notify/notify_text.h"

#define LANES_N       2
#define URGENT_MOST   1 /* priority */
#define ANY_MOST      99
#define LOOK_EVERY_MS 2000            /* rows that nobody woke us for */
#define LEASE_US      (5 * MINUTE_US) /* longer than any attempt: net.timeout_s is 120 at most */
#define ARENA_BYTES   16384
#define TELLS_MOST    60 /* tries to write an outcome down, one a second */
#define DOWN_MOST_S   60 /* mail is looked at again so often, however long it is away */

const struct conf_row notify_conf_rows[NOTIFY_CONF_N] = {
    {.name = "notify.retry_first_s",
     .type = CONF_INT,
     .least = 1,
     .most = 3600,
     .unit = "s",
     .initial = "60",
     .help = "time until a notice that could not be sent is tried again"},
    {.name = "notify.retry_most_s",
     .type = CONF_INT,
     .least = 1,
     .most = 86400,
     .unit = "s",
     .initial = "3600",
     .help = "the longest time between two tries"},
    {.name = "notify.give_up_s",
     .type = CONF_INT,
     .least = 2,
     .most = 604800,
     .unit = "s",
     .initial = "86400",
     .help = "how long a notice is tried"},
};

static _Atomic int64_t give_up_us = 86400 * SECOND_US;

int64_t notify_give_up_us(void)
{
    return atomic_load(&give_up_us);
}

struct lane {
    struct notify *notify;
    const char *name;
    int priority_most;
    struct db *db;
    struct arena *arena;
    struct mbox *wakes; /* of char; closed to stop */
    pthread_t thread;
    bool has_thread;
};

/* Each lane is its thread's; the rest is read by all, or atomic. */
struct notify {
    struct notify_conf conf;
    struct id holder; /* this run of the program */
    char origin[ORIGIN_CAP];
    int64_t retry_first_us, retry_most_us;
    struct lane lanes[LANES_N];
    atomic_bool is_stopping, is_freed; /* is_freed: leases of the dead are gone */
    _Atomic int n_down;                /* general failures of mail in a row */
    _Atomic int down_why;              /* enum net_why of the last */
    _Atomic int64_t down_until_us;     /* monotonic */
    _Atomic uint64_t n_accepted, n_later, n_refused, n_given_up;
};

/* ---- the mail server's state ---- */

static bool mail_is_down(struct notify *n)
{
    return atomic_load(&n->n_down) > 0 && clock_mono_us() < atomic_load(&n->down_until_us);
}

static enum err hurry_run(struct tx *tx, void *arg, struct fail *why)
{
    (void)arg;
    return notify_store_hurry(tx, clock_utc_us(), why);
}

static void note_mail(struct notify *n, const struct net_result *result)
{
    struct fail why = {.code = ERR_OK};

    if (result->why == NET_WHY_STOPPED)
        return;
    if (result->verdict == NET_LATER && net_why_is_general(result->why)) {
        int n_down = atomic_fetch_add(&n->n_down, 1) + 1;
        int64_t wait_us = n->retry_first_us << (n_down < 6 ? n_down - 1 : 5);

        if (wait_us > DOWN_MOST_S * SECOND_US)
            wait_us = DOWN_MOST_S * SECOND_US;
        atomic_store(&n->down_why, (int)result->why);
        atomic_store(&n->down_until_us, clock_mono_us() + wait_us);
        if (n_down == 1)
            log_warn("notify.mail-down", L_TEXT("why", net_why_id(result->why)),
                     L_INT("code", result->code));
        return;
    }
    if (atomic_exchange(&n->n_down, 0) == 0)
        return;
    log_info("notify.mail-up", L_NONE);
    if (writer_wait(n->conf.services->writer, hurry_run, NULL, &why) != ERR_OK)
        log_warn("notify.hurry", L_FAIL(&why)); /* then each comes at its own time */
    notify_wake(n);
}

/* ---- one notice ---- */

struct sending {
    struct notify *notify;
    struct notice_due notice;
    struct notice_outcome outcome;
    int64_t now_utc_us;
};

static enum err take_run(struct tx *tx, void *arg, struct fail *why)
{
    struct sending *s = arg;

    return notify_store_take(tx, &s->notice, s->notify->holder, s->now_utc_us,
                             s->now_utc_us + LEASE_US, why);
}

static enum err outcome_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct sending *s = arg;

    return notify_store_outcome(tx, &s->outcome, why);
}

static enum err untake_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct sending *s = arg;

    return notify_store_untake(tx, s->notice.id, s->notify->holder, why);
}

/* retry_first, twice, four times ... times 0.75 to 1.25, so that what failed together does not
 * come back together. */
static int64_t backoff_us(const struct notify *n, int n_tries)
{
    int64_t us = n->retry_first_us;
    uint16_t share;

    for (int i = 1; i < n_tries && us < n->retry_most_us; i++)
        us *= 2;
    digest_random(&share, sizeof share);
    return (us < n->retry_most_us ? us : n->retry_most_us) / 131072 * (98304 + share);
}

static void judge(struct sending *s, const struct net_result *result)
{
    struct notify *n = s->notify;
    int64_t now = clock_utc_us();
    struct notice_outcome *o = &s->outcome;

    *o = (struct notice_outcome){
        .id = s->notice.id,
        .holder = n->holder,
        .now_utc_us = now,
        .due_utc_us = now,
        .n_try = s->notice.n_tries,
        .why = result->verdict == NET_ACCEPTED ? SPAN("") : span_text(net_why_id(result->why)),
        .code = result->code,
    };
    switch (result->verdict) {
    case NET_ACCEPTED:
        o->state = NOTIFY_SENT;
        o->event = "sent";
        atomic_fetch_add(&n->n_accepted, 1);
        return;
    case NET_REFUSED:
        o->state = NOTIFY_REFUSED;
        o->event = "refused";
        atomic_fetch_add(&n->n_refused, 1);
        return;
    case NET_LATER:
        break;
    }
    o->due_utc_us = now + backoff_us(n, s->notice.n_tries);
    o->state = now >= s->notice.give_up_utc_us ? NOTIFY_GIVEN_UP : NOTIFY_WAITING;
    o->event = o->state == NOTIFY_WAITING ? "later" : "given_up";
    atomic_fetch_add(o->state == NOTIFY_WAITING ? &n->n_later : &n->n_given_up, 1);
}

static struct seal_place place_of(const struct sending *s, const char *column)
{
    return (struct seal_place){RECEIVER_ADDRESS_TABLE, column, s->notice.receiver};
}

struct attaching {
    uint8_t *p;
    size_t len, cap;
};

static enum err take_piece(void *arg, struct span piece, struct fail *why)
{
    struct attaching *a = arg;

    if (piece.len > a->cap - a->len)
        return fail_set(why, ERR_PROTO, "a file that grew");
    memcpy(a->p + a->len, piece.p, piece.len);
    a->len += piece.len;
    return ERR_OK;
}

/* The file in memory: a mail is made whole. */
static enum err attach(struct lane *lane, const struct sending *s, struct net_mail *mail,
                       struct fail *why)
{
    struct files *files = lane->notify->conf.services->files;
    struct attaching a = {.len = 0};
    struct file_info info;
    enum err rc = files_find(files, lane->db, s->notice.attachment, lane->arena, &info, why);

    if (rc == ERR_OK && info.n_bytes > NET_MAIL_FILE_MOST)
        rc = fail_set(why, ERR_INVALID, "a file of %lld bytes", (long long)info.n_bytes);
    if (rc != ERR_OK)
        return rc;
    a.cap = (size_t)info.n_bytes;
    a.p = arena_alloc(lane->arena, a.cap + 1);
    if (a.p == NULL)
        return fail_set(why, ERR_NOMEM, "a file of %zu bytes", a.cap);
    rc = files_get(files, lane->db, s->notice.attachment, take_piece, &a, why);
    mail->file_name = "report.zip";
    mail->file_type = "application/zip";
    mail->file = span_of(a.p, a.len);
    return rc;
}

/* ERR_NOT_FOUND, ERR_PROTO, ERR_INVALID: this address can never be used. */
static enum err attempt(struct lane *lane, struct sending *s, struct net_result *result,
                        struct fail *why)
{
    struct notify *n = lane->notify;
    const struct services *services = n->conf.services;
    struct seal_place address_at = place_of(s, "address_sealed");
    struct seal_place secret_at = place_of(s, "secret_sealed");
    struct span address = SPAN_NONE, secret = SPAN_NONE;
    struct net_mail mail;
    struct net_hook hook;
    enum err rc;

    if (s->notice.address_sealed.len == 0)
        return fail_set(why, ERR_NOT_FOUND, "the receiver is gone");
    arena_mark_secret(lane->arena);
    rc = unseal(services->keyring, &address_at, s->notice.address_sealed, lane->arena, &address,
                why);
    if (rc == ERR_OK && s->notice.is_webhook)
        rc = unseal(services->keyring, &secret_at, s->notice.secret_sealed, lane->arena,
                    &secret, why);
    if (rc == ERR_OK && s->notice.is_webhook) {
        rc = notify_hook_fill(&s->notice, n->origin, services->keyring, address, secret,
                              lane->arena, &hook, why);
        return rc == ERR_OK ? net_hook_post(services->net, &hook, lane->arena, &n->is_stopping,
                                            result, why)
                            : rc;
    }
    if (rc == ERR_OK)
        rc = notify_mail_fill(&s->notice, n->origin, services->keyring, services->net, address,
                              lane->arena, &mail, why);
    if (rc == ERR_OK && !id_is_none(s->notice.attachment))
        rc = attach(lane, s, &mail, why);
    if (rc == ERR_OK && net_has_mail(services->net))
        rc = net_mail_send(services->net, &mail, lane->arena, &n->is_stopping, result, why);
    else if (rc == ERR_OK)
        *result = (struct net_result){NET_LATER, NET_WHY_OFF, 0};
    return rc;
}

/* What was accepted must not be forgotten because the database hiccups: asked again until the
 * lease is nearly over. */
static void tell(struct sending *s)
{
    struct writer *writer = s->notify->conf.services->writer;
    struct fail why = {.code = ERR_OK};

    for (int i = 0; i < TELLS_MOST; i++) {
        enum err rc = writer_wait(writer, outcome_run, s, &why);

        if (rc == ERR_OK)
            return;
        if (rc != ERR_BUSY && rc != ERR_UNAVAILABLE && rc != ERR_NOSPACE)
            break;
        if (atomic_load(&s->notify->is_stopping))
            break;
        mbox_take(s->notify->lanes[0].wakes, &(char){0}, 1, 1000);
    }
    log_warn("notify.outcome-lost", L_ID("notice", s->notice.id), L_FAIL(&why));
}

static void send_one(struct lane *lane, struct sending *s)
{
    struct notify *n = s->notify;
    struct writer *writer = n->conf.services->writer;
    struct net_result result = {NET_LATER, NET_WHY_NONE, 0};
    struct fail why = {.code = ERR_OK, .file = "", .text = ""};
    enum err rc = writer_wait(writer, take_run, s, &why);

    if (rc != ERR_OK) {
        if (rc != ERR_NOT_FOUND) {
            log_warn("notify.not-taken", L_ID("notice", s->notice.id), L_FAIL(&why));
            mbox_take(lane->wakes, &(char){0}, 1, 1000);
        }
        return;
    }
    rc = attempt(lane, s, &result, &why);
    if ((rc == ERR_OK && result.why == NET_WHY_STOPPED) || rc == ERR_LOCKED ||
        rc == ERR_UNAVAILABLE || rc == ERR_NOMEM) {
        if (writer_wait(writer, untake_run, s, &why) != ERR_OK)
            log_warn("notify.untake", L_ID("notice", s->notice.id), L_FAIL(&why));
        if (rc != ERR_OK)
            mbox_take(lane->wakes, &(char){0}, 1, LOOK_EVERY_MS);
        return;
    }
    if (rc == ERR_OK && !s->notice.is_webhook)
        note_mail(n, &result);
    judge(s, &result);
    if (rc != ERR_OK) {
        log_warn("notify.unusable", L_ID("notice", s->notice.id), L_FAIL(&why));
        judge(s, &(struct net_result){NET_REFUSED, NET_WHY_REFUSED, 0});
        s->outcome.why = SPAN("key");
    }
    log_info("notify.try", L_ID("notice", s->notice.id),
             L_TEXT("kind", notify_words(s->notice.kind)->id),
             L_TEXT("event", s->outcome.event), L_SPAN("why", s->outcome.why),
             L_INT("code", result.code), L_INT("n_try", s->notice.n_tries));
    tell(s);
}

/* ---- the threads ---- */

static enum err free_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct notify *n = arg;

    return notify_store_free(tx, n->holder, why);
}

static void free_leases(struct notify *n)
{
    struct fail why = {.code = ERR_OK};

    if (writer_wait(n->conf.services->writer, free_run, n, &why) == ERR_OK)
        atomic_store(&n->is_freed, true);
    else if (why.code != ERR_UNAVAILABLE)
        log_warn("notify.free", L_FAIL(&why));
}

static void *lane_main(void *arg)
{
    struct lane *lane = arg;
    struct notify *n = lane->notify;
    bool is_urgent = lane->priority_most == URGENT_MOST;

    pthread_setname_np(pthread_self(), lane->name);
    while (!mbox_is_done(lane->wakes)) {
        struct sending s = {.notify = n, .now_utc_us = clock_utc_us()};
        struct fail why = {.code = ERR_OK};
        enum err rc;

        arena_reset(lane->arena);
        if (!is_urgent && !atomic_load(&n->is_freed))
            free_leases(n);
        rc = notify_store_next(lane->db, lane->priority_most, !is_urgent && mail_is_down(n),
                               s.now_utc_us, lane->arena, &s.notice, &why);
        if (rc == ERR_OK) {
            send_one(lane, &s);
            continue;
        }
        if (rc != ERR_NOT_FOUND && rc != ERR_UNAVAILABLE)
            log_warn("notify.look", L_FAIL(&why));
        mbox_take(lane->wakes, &(char){0}, 1, LOOK_EVERY_MS);
    }
    return NULL;
}

static enum err lane_open(struct lane *lane, struct fail *why)
{
    const struct notify_conf *conf = &lane->notify->conf;
    enum err rc = arena_create(ARENA_BYTES, &lane->arena, why);

    if (rc == ERR_OK)
        rc = mbox_create(1, 1, &lane->wakes, why);
    if (rc == ERR_OK)
        rc = db_open(&conf->db, conf->stmts, &lane->db, why);
    if (rc != ERR_OK)
        return rc;
    if (pthread_create(&lane->thread, NULL, lane_main, lane) != 0)
        return fail_set(why, ERR_NOMEM, "no thread");
    lane->has_thread = true;
    return ERR_OK;
}

enum err notify_open(const struct notify_conf *conf, struct notify **notify_out,
                     struct fail *why)
{
    static const struct {
        const char *name;
        int priority_most;
    } lanes[LANES_N] = {{"notify", ANY_MOST}, {"notify-urgent", URGENT_MOST}};
    const struct conf *c = conf->services->conf;
    struct notify *n = calloc(1, sizeof *n);
    enum err rc = ERR_OK;

    *notify_out = NULL;
    if (n == NULL)
        return fail_set(why, ERR_NOMEM, "notify");
    n->conf = *conf;
    n->holder = id_new();
    n->retry_first_us = conf_int(c, "notify.retry_first_s") * SECOND_US;
    n->retry_most_us = conf_int(c, "notify.retry_most_s") * SECOND_US;
    atomic_store(&give_up_us, conf_int(c, "notify.give_up_s") * SECOND_US);
    origin_of_url(conf_text(c, "front.public_url"), n->origin);
    for (int i = 0; i < LANES_N; i++)
        n->lanes[i] = (struct lane){
            .notify = n, .name = lanes[i].name, .priority_most = lanes[i].priority_most};
    for (int i = 0; rc == ERR_OK && i < LANES_N; i++)
        rc = lane_open(&n->lanes[i], why);
    if (rc != ERR_OK)
        notify_close(&n);
    *notify_out = n;
    return rc;
}

void notify_close(struct notify **notify)
{
    struct notify *n = *notify;

    if (n == NULL)
        return;
    atomic_store(&n->is_stopping, true);
    for (int i = 0; i < LANES_N; i++)
        if (n->lanes[i].wakes != NULL)
            mbox_close(n->lanes[i].wakes);
    for (int i = 0; i < LANES_N; i++) {
        struct lane *lane = &n->lanes[i];

        if (lane->has_thread)
            pthread_join(lane->thread, NULL);
    }
    for (int i = 0; i < LANES_N; i++) {
        db_close(&n->lanes[i].db);
        mbox_destroy(&n->lanes[i].wakes);
        arena_destroy(&n->lanes[i].arena);
    }
    free(n);
    *notify = NULL;
}

void notify_wake(struct notify *n)
{
    if (n == NULL)
        return;
    for (int i = 0; i < LANES_N; i++)
        if (n->lanes[i].wakes != NULL && mbox_post(n->lanes[i].wakes, "", NULL) != ERR_OK)
            continue; /* full or closed: it is awake already, or done */
}

enum err notify_stats_read(struct notify *n, struct db *db, int64_t now_utc_us,
                           struct notify_stats *out, struct fail *why)
{
    struct notify_stats stats = {
        .has_mail = net_has_mail(n->conf.services->net),
        .n_accepted = atomic_load(&n->n_accepted),
        .n_later = atomic_load(&n->n_later),
        .n_refused = atomic_load(&n->n_refused),
        .n_given_up = atomic_load(&n->n_given_up),
    };
    enum err rc = notify_store_count(db, now_utc_us, &stats, why);

    if (atomic_load(&n->n_down) > 0)
        stats.down = net_why_id((enum net_why)atomic_load(&n->down_why));
    if (rc == ERR_OK)
        *out = stats;
    return rc;
}
