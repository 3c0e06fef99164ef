#include "ops/backup/archive.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/db_wal.h"
#include "ops/backup/copies.h"
#include "ops/backup/pieces.h"

#define ARENA_BYTES      16384
#define PIECE_MOST_BYTES (UINT64_C(4) << 20)
#define AGAIN_MS         2000
#define SOON_MS          100
#define BUSY_MOST_N      50
/* A disk that hangs must not make the server wait for us for ever (a checkpoint does, before it
 * gives up a slot that is read from): this ends the program, and the supervisor starts it anew.
 */
#define WATCH_S       120
#define DRAIN_MS      150
#define DRAIN_MOST_US (3 * SECOND_US)
#define SAY_EVERY_US  (60 * SECOND_US)

struct archive {
    const struct archive_conf *conf;
    struct arena *arena, *scratch; /* of one session; of one call */
    struct backup_wal_state state;
    int64_t said_us; /* when the state was last written; monotonic */
    char place[DB_WAL_TEXT_CAP];
    enum backup_trouble trouble; /* of this session */
    /* one session */
    struct keyring *keyring; /* opened anew: other programs make and destroy keys */
    struct db_wal *wal;
    struct piece_writer *writer;
    struct backup_entry base;
    int n_busy; /* sessions in a row that found the slot taken */
    struct timespec index_seen;
    struct copies copies;
    uint64_t received, kept;
    int64_t complete_utc_us; /* everything committed until then has come */
    int64_t cut_mono_us;     /* when the piece is to end */
};

/* ---- what it says of itself ---- */

static void say(struct archive *a, enum backup_trouble trouble, bool now)
{
    struct fail why;
    bool is_new = (int)trouble != a->state.trouble;

    if (!now && !is_new && clock_mono_us() - a->said_us < SAY_EVERY_US)
        return;
    if (is_new)
        log_info("archive.state", L_TEXT("trouble", backup_trouble_id(trouble)));
    a->state.trouble = (int)trouble;
    a->state.at_utc_us = clock_utc_us();
    a->state.place = span_text(a->place);
    a->said_us = clock_mono_us();
    if (backup_wal_state_write(a->scratch, a->conf->dir, &a->state, &why) != ERR_OK)
        log_warn("archive.state_unwritten", L_FAIL(&why));
    arena_reset(a->scratch);
}

/* Errors in which the trouble lies elsewhere than where the call is made. */
static enum err trouble(struct archive *a, enum err rc, enum backup_trouble where)
{
    if (rc == ERR_NOSPACE)
        where = BACKUP_DISK;
    else if (rc == ERR_LOCKED)
        where = BACKUP_LOCKED;
    if (rc != ERR_OK)
        a->trouble = where;
    return rc;
}

/* ---- which backup ---- */

static enum err newest_base(const struct archive *a, struct arena *arena,
                            struct backup_list *all_out, struct backup_entry *base_out,
                            struct fail *why)
{
    enum err rc = backup_index_read(arena, a->conf->dir, all_out, why);

    if (rc == ERR_OK && all_out->n == 0)
        rc = fail_set(why, ERR_NOT_FOUND, "no backup");
    if (rc == ERR_OK)
        *base_out = all_out->at[all_out->n - 1];
    return rc;
}

static bool is_index_new(struct archive *a)
{
    char path[PIECE_PATH_CAP];
    struct stat st = {.st_size = 0};
    bool is_new;

    snprintf(path, sizeof path, "%.1000s/index", a->conf->dir);
    (void)!stat(path, &st);
    is_new = st.st_mtim.tv_sec != a->index_seen.tv_sec ||
             st.st_mtim.tv_nsec != a->index_seen.tv_nsec;
    a->index_seen = st.st_mtim;
    return is_new;
}

static void follow_base(struct archive *a, const struct backup_list *all)
{
    copies_init(&a->copies, a->conf->files_dir, a->conf->dir, a->base.id,
                all->n > 1 ? all->at[all->n - 2].id : ID_NONE);
    a->state.base = a->base.id;
}

/* ---- pieces ---- */

static enum err check_room(const struct archive *a, struct fail *why)
{
    struct statvfs st;

    if (statvfs(a->conf->dir, &st) == 0 &&
        (int64_t)(st.f_bavail * st.f_frsize) < a->conf->reserve_bytes)
        return fail_set(why, ERR_NOSPACE, "%s has little room left", a->conf->dir);
    return ERR_OK;
}

static enum err begin_piece(struct archive *a, struct fail *why)
{
    struct piece piece = {
        .base = a->base.id, .timeline = (uint32_t)a->base.timeline, .start = a->received};
    enum err rc = check_room(a, why);

    if (rc == ERR_OK)
        rc = piece_begin(a->keyring, a->conf->dir, &piece, pieces_system(&a->base), &a->writer,
                         why);
    a->cut_mono_us = clock_mono_us() + a->conf->every_s * SECOND_US;
    return rc;
}

/* ERR_CONFLICT: the backup whose key seals the piece was forgotten. */
static enum err look_at_bases(struct archive *a, bool *is_newest, struct fail *why)
{
    struct backup_list all;
    struct backup_entry newest;
    bool is_there = false;
    enum err rc = newest_base(a, a->scratch, &all, &newest, why);

    for (size_t i = 0; rc == ERR_OK && i < all.n; i++)
        is_there = is_there || id_eq(all.at[i].id, a->base.id);
    *is_newest = rc == ERR_OK && id_eq(newest.id, a->base.id);
    arena_reset(a->scratch);
    if (rc == ERR_OK && !is_there)
        rc = fail_set(why, ERR_CONFLICT, "the backup was forgotten");
    return rc;
}

static enum err take_up_newer(bool is_newest, struct fail *why)
{
    return is_newest ? ERR_OK : fail_set(why, ERR_CONFLICT, "a newer backup is there");
}

/* The piece is whole: files first, for a row that is in it may speak of them. */
static enum err cut(struct archive *a, struct fail *why)
{
    bool is_newest = true;
    int lock_fd = -1;
    enum err rc = copies_take(&a->copies, why);

    if (rc == ERR_OK)
        rc = piece_close(a->writer, a->complete_utc_us, why);
    if (rc == ERR_OK)
        rc = pieces_lock(a->conf->dir, &lock_fd, why);
    if (rc == ERR_OK && is_index_new(a))
        rc = look_at_bases(a, &is_newest, why);
    if (rc == ERR_OK)
        rc = piece_keep(a->writer, why);
    if (lock_fd >= 0)
        close(lock_fd);
    piece_end(&a->writer);
    if (rc != ERR_OK)
        return trouble(a, rc, BACKUP_BROKEN);
    a->kept = a->received;
    db_wal_text(a->kept, a->place);
    a->state.through_utc_us = a->complete_utc_us;
    say(a, BACKUP_FINE, true);
    rc = trouble(a, db_wal_confirm(a->wal, a->received, a->kept, false, why), BACKUP_AWAY);
    return rc == ERR_OK ? take_up_newer(is_newest, why) : rc;
}

static enum err take(struct archive *a, const struct db_wal_message *m, struct fail *why)
{
    enum err rc = ERR_OK;

    if (m->bytes.len > 0) {
        if (m->start != a->received)
            return trouble(a, fail_set(why, ERR_PROTO, "the log does not go on"),
                           BACKUP_BROKEN);
        if (a->writer == NULL)
            rc = begin_piece(a, why);
        if (rc == ERR_OK)
            rc = piece_put(a->writer, m->bytes, why);
        if (rc != ERR_OK)
            return trouble(a, rc, rc == ERR_UNAVAILABLE ? BACKUP_LOCKED : BACKUP_BROKEN);
        a->received += m->bytes.len;
    }
    if (a->received >= m->server_end && m->at_utc_us > a->complete_utc_us)
        a->complete_utc_us = m->at_utc_us;
    if (a->writer != NULL &&
        (m->wants_answer || piece_at(a->writer) - a->kept >= PIECE_MOST_BYTES))
        return cut(a, why); /* a server that ends waits for us */
    if (m->wants_answer)
        rc = db_wal_confirm(a->wal, a->received, a->kept, false, why);
    return trouble(a, rc, BACKUP_AWAY);
}

/* Time for the next piece, or nothing came for so long: how far is the server? */
static enum err tick(struct archive *a, struct fail *why)
{
    bool is_newest = true;
    enum err rc = ERR_OK;

    if (a->writer != NULL)
        return cut(a, why);
    if (is_index_new(a))
        rc = look_at_bases(a, &is_newest, why);
    if (rc == ERR_OK)
        rc = take_up_newer(is_newest, why);
    if (rc != ERR_OK)
        return trouble(a, rc, BACKUP_BROKEN);
    a->state.through_utc_us = a->complete_utc_us;
    say(a, BACKUP_FINE, true);
    a->cut_mono_us = clock_mono_us() + a->conf->every_s * SECOND_US;
    return trouble(a, db_wal_confirm(a->wal, a->received, a->kept, true, why), BACKUP_AWAY);
}

/* ---- a session ---- */

static bool is_stopped(const struct archive *a, int wait_ms)
{
    struct pollfd p = {.fd = a->conf->stop_fd, .events = POLLIN};

    return poll(&p, 1, wait_ms) > 0;
}

/* What the node wrote last, before the server ends too. */
static enum err drain(struct archive *a, struct fail *why)
{
    int64_t until_us = clock_mono_us() + DRAIN_MOST_US;
    struct db_wal_message m;
    enum err rc = ERR_OK;

    while (rc == ERR_OK && clock_mono_us() < until_us) {
        rc = db_wal_next(a->wal, DRAIN_MS, -1, &m, why);
        if (rc == ERR_OK)
            rc = take(a, &m, why);
    }
    if (rc != ERR_OK && rc != ERR_TIMEOUT)
        return rc;
    return a->writer != NULL ? cut(a, why) : ERR_OK;
}

static enum err stream(struct archive *a, struct fail *why)
{
    struct db_wal_message m;
    enum err rc = ERR_OK;

    a->cut_mono_us = clock_mono_us(); /* the first thing is to ask */
    while (rc == ERR_OK && !is_stopped(a, 0)) {
        int64_t left_us = a->cut_mono_us - clock_mono_us();

        alarm(WATCH_S + (unsigned)a->conf->every_s);
        if (left_us <= 0) {
            rc = tick(a, why);
            continue;
        }
        rc = db_wal_next(a->wal, (int)((left_us + 999) / 1000), a->conf->stop_fd, &m, why);
        if (rc == ERR_OK)
            rc = take(a, &m, why);
        else if (rc == ERR_TIMEOUT)
            rc = ERR_OK;
        else
            rc = trouble(a, rc, rc == ERR_NOT_FOUND ? BACKUP_GAP : BACKUP_AWAY);
    }
    return rc == ERR_OK ? drain(a, why) : rc;
}

static enum err check_key(struct archive *a, struct fail *why)
{
    uint8_t bytes[KEY_BYTES];
    struct id key;
    enum err rc = keyring_find_key(a->keyring, KEY_BACKUP, a->base.id, NULL, &key, why);

    if (rc == ERR_OK)
        rc = keyring_open_key(a->keyring, key, bytes, why);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return trouble(a, rc, rc == ERR_NOT_FOUND ? BACKUP_BROKEN : BACKUP_LOCKED);
}

static enum err find_place(struct archive *a, const struct backup_list *all,
                           const struct db_wal_system *system, struct fail *why)
{
    struct pieces pieces;
    struct pieces_chain chain;
    enum err rc = pieces_read(a->arena, a->conf->dir, all, &a->base, &pieces, why);

    if (rc != ERR_OK)
        return trouble(a, rc, BACKUP_BROKEN);
    if (!pieces_follow(&pieces, &a->base, &chain) ||
        !span_eq(a->base.system, span_text(system->id)) ||
        a->base.timeline != system->timeline || system->flushed < chain.end)
        return trouble(a, fail_set(why, ERR_NOT_FOUND, "the newest backup is of another log"),
                       BACKUP_GAP);
    a->received = a->kept = chain.end;
    a->complete_utc_us = chain.to_utc_us;
    a->state.through_utc_us = chain.to_utc_us;
    db_wal_text(a->kept, a->place);
    return ERR_OK;
}

static enum err session(struct archive *a, struct fail *why)
{
    struct db_wal_system system;
    struct backup_list all;
    enum err rc;

    a->trouble = BACKUP_FINE;
    is_index_new(a);
    rc = newest_base(a, a->arena, &all, &a->base, why);
    if (rc != ERR_OK)
        return trouble(a, rc, rc == ERR_NOT_FOUND ? BACKUP_NO_BASE : BACKUP_BROKEN);
    follow_base(a, &all);
    rc = trouble(a, keyring_open(&a->conf->keyring, &a->keyring, why), BACKUP_BROKEN);
    if (rc == ERR_OK)
        rc = check_key(a, why);
    if (rc == ERR_OK)
        rc = trouble(a, db_wal_open(a->conf->socket_dir, "ibasho", &a->wal, &system, why),
                     BACKUP_AWAY);
    if (rc == ERR_OK)
        rc = find_place(a, &all, &system, why);
    if (rc == ERR_OK) {
        rc = db_wal_start(a->wal, ARCHIVE_SLOT, a->received, system.timeline, why);
        a->n_busy = rc == ERR_BUSY ? a->n_busy + 1 : 0;
        rc = trouble(a, rc,
                     rc == ERR_NOT_FOUND ? BACKUP_GAP
                     : rc == ERR_BUSY    ? BACKUP_BROKEN
                                         : BACKUP_AWAY);
    }
    if (rc == ERR_OK)
        rc = stream(a, why);
    piece_end(&a->writer);
    db_wal_close(&a->wal);
    keyring_close(&a->keyring);
    return rc;
}

enum err archive_run(const struct archive_conf *conf, struct fail *why)
{
    struct archive a = {.conf = conf, .state = {.trouble = -1}};
    int lock_fd = -1;
    enum err rc = arena_create(ARENA_BYTES, &a.arena, why);

    if (rc == ERR_OK)
        rc = arena_create(ARENA_BYTES, &a.scratch, why);
    if (rc == ERR_OK)
        rc = pieces_lock(conf->dir, &lock_fd, why); /* makes the directory */
    if (lock_fd >= 0)
        close(lock_fd);
    while (rc == ERR_OK && !is_stopped(&a, 0)) {
        struct fail cause = {.code = ERR_OK};
        enum err ended;
        bool is_soon;

        alarm(WATCH_S);
        ended = session(&a, &cause);
        /* No trouble: another backup is taken up, or the server has not yet seen the end of
         * the last session. */
        is_soon = ended == ERR_CONFLICT || (ended == ERR_BUSY && a.n_busy < BUSY_MOST_N);

        if (ended != ERR_OK && !is_soon) {
            if ((int)a.trouble != a.state.trouble && a.trouble != BACKUP_NO_BASE)
                log_warn("archive.stopped", L_FAIL(&cause));
            say(&a, a.trouble, false);
        }
        arena_reset(a.arena);
        if (ended != ERR_OK && is_stopped(&a, is_soon ? SOON_MS : AGAIN_MS))
            break;
    }
    arena_destroy(&a.scratch);
    arena_destroy(&a.arena);
    return rc;
}
