/* Checkpoints: what the tree is, signed, outside the cluster first and in the database second.
 */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/log.h"
#include "node/base/wholefile.h"
#include "node/db/audit_priv.h"
#include "node/db/audit_store.h"
#include "node/db/checkpoints.h"

#define N_HASHES_A_PIECE 5000
#define FIRST_US         INT64_C(1000000) /* after the thread's start: takes over, then scrubs */
#define SCRUB_EVERY_US   (INT64_C(24) * 3600 * 1000000)
#define SCRUB_PAUSE_MS   10 /* between pieces: the writer has other work */

/* What the writer's thread knows, copied inside an operation. */
struct snapshot {
    struct audit *audit;
    struct merkle tree, base;
    bool is_loaded, is_ours;
    char note[NOTE_CAP]; /* base's */
    size_t note_len;
};

static enum err run_snapshot(struct tx *tx, void *arg, struct fail *why)
{
    struct snapshot *snap = arg;
    struct audit *audit = snap->audit;
    int64_t max_seq = -1;
    enum err rc = store_max_seq(tx, &max_seq, why);

    if (rc != ERR_OK)
        return rc;
    /* A leaf we did not write holds a number we are going to use: go round it, or every write
     * with a leaf would be refused from now on. */
    if (audit->is_loaded && max_seq >= (int64_t)audit->pending_seq) {
        audit_mismatch(audit, "tail.unknown", audit->pending_seq, (uint64_t)max_seq + 1);
        audit->is_detached = true;
        audit->next_seq = audit->pending_seq = (uint64_t)max_seq + 1;
        audit_publish(audit);
    }
    snap->tree = audit->tree;
    snap->base = audit->base;
    snap->is_loaded = audit->is_loaded;
    snap->is_ours = audit->is_ours;
    snap->note_len = audit->base_note_len;
    memcpy(snap->note, audit->base_note, audit->base_note_len);
    return ERR_OK;
}

/* The database's leaves between two trees, in pieces. */
struct piece {
    struct merkle *tree;
    uint64_t end;
    bool is_short;
};

static enum err run_piece(struct tx *tx, void *arg, struct fail *why)
{
    struct piece *piece = arg;
    struct merkle tree = *piece->tree;
    struct db_rows *rows = NULL;
    enum err rc = store_hashes(tx, tree.n, piece->end, N_HASHES_A_PIECE, &rows, why);

    piece->is_short = rc == ERR_OK && db_rows_n(rows) == 0;
    for (int i = 0; rc == ERR_OK && i < db_rows_n(rows); i++) {
        struct span hash = db_bytes(rows, i, 1);
        struct hash256 leaf = {{0}};

        if (db_i64(rows, i, 0) != (int64_t)tree.n)
            piece->is_short = true;
        if (hash.len == HASH256_BYTES)
            memcpy(leaf.b, hash.p, HASH256_BYTES);
        merkle_append(&tree, &leaf);
    }
    if (rc == ERR_OK && !piece->is_short)
        *piece->tree = tree;
    db_rows_free(&rows);
    return rc;
}

/* Do the rows say what this program committed? The tree in memory is signed either way: it
 * began with the last signed one and only grew, so a row that differs stays provably different.
 */
static enum err compare_rows(struct audit *audit, struct writer *writer,
                             const struct snapshot *snap, struct fail *why)
{
    struct merkle tree = audit->signed_tree;
    struct piece piece = {.tree = &tree, .end = snap->tree.n};
    struct hash256 got, want = merkle_root(&snap->tree);
    enum err rc = ERR_OK;

    while (rc == ERR_OK && tree.n < snap->tree.n && !piece.is_short)
        rc = writer_wait(writer, run_piece, &piece, why);
    if (rc != ERR_OK)
        return rc;
    got = merkle_root(&tree);
    if (!hash256_eq(&got, &want))
        audit_mismatch(audit, "rows", snap->tree.n, tree.n);
    return ERR_OK;
}

static enum err open_key(struct audit *audit, struct note_key *key_out, struct fail *why)
{
    uint8_t public_key[NOTE_PUBLIC_BYTES];
    struct id id;
    enum err rc = keyring_need_key(audit->keyring, KEY_SIGN, ID_NONE, AUDIT_KEY_NAME, &id, why);

    if (rc == ERR_OK)
        rc = keyring_public_key(audit->keyring, AUDIT_KEY_NAME, public_key, why);
    if (rc == ERR_OK)
        rc = note_key_init(span_text(audit->origin), public_key, key_out, why);
    return rc;
}

/* The public key beside the checkpoints, so that the operator can check the log while neither
 * node nor key agent runs. Whoever checks from outside has got it before. */
static void write_key(const struct audit *audit, const struct note_key *key)
{
    char path[WHOLEFILE_PATH_CAP], text[NOTE_KEY_TEXT_CAP + 1], before[NOTE_KEY_TEXT_CAP + 1];
    struct fail why;
    size_t len = 0, n;

    note_key_text(key, text);
    n = strlen(text);
    text[n++] = '\n';
    if (snprintf(path, sizeof path, "%s" AUDIT_PUBLIC_SUFFIX, audit->checkpoint_path) >=
        (int)sizeof path)
        return;
    if (wholefile_read(path, (uint8_t *)before, sizeof before, &len, NULL) == ERR_OK &&
        span_eq(span_of(before, len), span_of(text, n)))
        return;
    if (wholefile_replace(path, span_of(text, n), &why) != ERR_OK)
        log_warn("audit.key_file", L_FAIL(&why));
}

/* Takes over what was signed before this program started, if it was signed with our key. */
static enum err begin(struct audit *audit, const struct snapshot *snap,
                      const struct note_key *key, struct fail *why)
{
    struct note note;

    if (snap->base.n > 0) {
        enum err rc = note_parse(span_of(snap->note, snap->note_len), &note, why);
        if (rc == ERR_OK)
            rc = note_check(&note, key, why);
        if (rc == ERR_DENIED || rc == ERR_PROTO) {
            audit_mismatch(audit, "key", snap->base.n, snap->tree.n);
            return fail_set(why, ERR_CONFLICT, "the last checkpoint is not by %s", key->name);
        }
        if (rc != ERR_OK)
            return rc;
    }
    audit->signed_tree = snap->base;
    audit->signed_note_len = snap->note_len;
    memcpy(audit->signed_note, snap->note, snap->note_len);
    audit->is_stored = snap->base.n == 0;
    audit->is_begun = true;
    write_key(audit, key);
    atomic_store(&audit->n_checkpointed, snap->base.n);
    return ERR_OK;
}

static enum err run_store(struct tx *tx, void *arg, struct fail *why)
{
    struct audit *audit = arg;
    int64_t n = 0;
    enum err rc = store_n_checkpoints_from(tx, audit->signed_tree.n, &n, why);

    if (rc == ERR_OK && n == 0)
        rc = store_add_checkpoint(tx, &audit->signed_tree,
                                  span_of(audit->signed_note, audit->signed_note_len), why);
    if (rc == ERR_OK)
        audit->pending_stored = audit->signed_tree.n;
    return rc;
}

/* Also what a crash or a broken connection kept from the database last time. */
static enum err store_signed(struct audit *audit, struct writer *writer, struct fail *why)
{
    enum err rc = ERR_OK;

    if (!audit->is_stored)
        rc = writer_wait(writer, run_store, audit, why);
    if (rc == ERR_OK)
        audit->is_stored = true;
    return rc;
}

/* The root goes into the log, which belongs to another user than database and checkpoint file:
 * who rewrites both still has this to explain. */
static void log_checkpoint(uint64_t n_leaves, const struct hash256 *root)
{
    char hex[2 * HASH256_BYTES + 1];

    *hex_write(root->b, HASH256_BYTES, hex) = '\0';
    log_info("audit.checkpoint", L_INT("leaves", n_leaves), L_TEXT("root", hex));
}

static enum err sign(struct audit *audit, const struct merkle *tree, const struct note_key *key,
                     struct fail *why)
{
    char text[NOTE_CAP], note_bytes[NOTE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    struct hash256 root = merkle_root(tree);
    struct note note;
    struct span signed_text;
    size_t len;
    enum err rc;

    signed_text = span_of(text, note_text_into(span_text(audit->origin), tree->n, &root, text));
    rc = keyring_sign(audit->keyring, AUDIT_KEY_NAME, signed_text, signature, why);
    if (rc != ERR_OK)
        return rc;
    len = note_into(signed_text, key, signature, note_bytes);
    /* What cannot be verified must not go on record. */
    rc = note_parse(span_of(note_bytes, len), &note, why);
    if (rc == ERR_OK)
        rc = note_check(&note, key, why);
    if (rc == ERR_OK)
        rc = checkpoints_append(audit->checkpoint_path, note.bytes, why);
    if (rc != ERR_OK)
        return rc;
    audit->signed_tree = *tree;
    audit->signed_note_len = len;
    memcpy(audit->signed_note, note_bytes, len);
    audit->is_stored = false;
    atomic_fetch_add(&audit->n_checkpoints, 1);
    atomic_store(&audit->n_checkpointed, tree->n);
    atomic_store(&audit->checkpoint_utc_us, clock_utc_us());
    log_checkpoint(tree->n, &root);
    return ERR_OK;
}

static enum err checkpoint(struct audit *audit, struct writer *writer, struct snapshot *snap,
                           struct fail *why)
{
    struct note_key key;
    enum err rc = writer_wait(writer, run_snapshot, snap, why);

    if (rc != ERR_OK)
        return rc;
    if (!snap->is_loaded || !snap->is_ours)
        return fail_set(why, ERR_CONFLICT, "the tree does not begin with the last signed one");
    if (audit->is_begun && audit->is_stored && audit->signed_tree.n == snap->tree.n)
        return ERR_OK;
    rc = open_key(audit, &key, why);
    if (rc == ERR_OK && !audit->is_begun)
        rc = begin(audit, snap, &key, why);
    if (rc == ERR_OK)
        rc = store_signed(audit, writer, why);
    if (rc != ERR_OK || snap->tree.n <= audit->signed_tree.n)
        return rc;
    rc = compare_rows(audit, writer, snap, why);
    if (rc == ERR_OK)
        rc = sign(audit, &snap->tree, &key, why);
    if (rc == ERR_OK)
        rc = store_signed(audit, writer, why);
    return rc;
}

enum err audit_checkpoint(struct audit *audit, struct writer *writer, struct fail *why)
{
    struct snapshot *snap;
    enum err rc;

    if (atomic_flag_test_and_set(&audit->is_signing_now))
        return fail_set(why, ERR_BUSY, "a checkpoint is being made");
    snap = calloc(1, sizeof *snap);
    if (snap == NULL) {
        rc = fail_set(why, ERR_NOMEM, "checkpoint");
    } else {
        snap->audit = audit;
        rc = checkpoint(audit, writer, snap, why);
    }
    free(snap);
    atomic_flag_clear(&audit->is_signing_now);
    return rc;
}

/* ---- reading everything again ---- */

/* audit_load believes the signed frontier and reads only what came after it. So the thread
 * reads the rest behind everybody's back, at start and once a day: what was changed, cut or
 * pushed in below the last checkpoint shows without anybody asking. */
struct scrub {
    bool is_running;
    int64_t due_mono_us;
    struct merkle tree;
    uint64_t n; /* of the signed tree it is to become */
    struct hash256 root;
};

static void scrub_begin(struct audit *audit, struct scrub *scrub)
{
    if (atomic_flag_test_and_set(&audit->is_signing_now))
        return;
    if (audit->is_begun) {
        scrub->is_running = true;
        scrub->n = audit->signed_tree.n;
        scrub->root = merkle_root(&audit->signed_tree);
        merkle_init(&scrub->tree);
    }
    atomic_flag_clear(&audit->is_signing_now);
}

static void scrub_step(struct audit *audit, struct scrub *scrub)
{
    struct piece piece = {.tree = &scrub->tree, .end = scrub->n};
    struct hash256 got;

    if (!scrub->is_running) {
        if (clock_mono_us() >= scrub->due_mono_us)
            scrub_begin(audit, scrub);
        return;
    }
    if (scrub->tree.n < scrub->n &&
        writer_wait(audit->writer, run_piece, &piece, NULL) != ERR_OK)
        return; /* the database is away or busy: the next step tries again */
    if (scrub->tree.n < scrub->n && !piece.is_short)
        return;
    got = merkle_root(&scrub->tree);
    if (!hash256_eq(&got, &scrub->root))
        audit_mismatch(audit, "scrub", scrub->n, scrub->tree.n);
    else
        log_info("audit.scrubbed", L_INT("leaves", scrub->n));
    scrub->is_running = false;
    scrub->due_mono_us = clock_mono_us() + SCRUB_EVERY_US;
}

/* ---- the thread ---- */

#define N_ASKS_CAP 16

struct ask { /* of audit_checkpoint_post */
    void (*done)(void *arg, enum err rc, const struct fail *why);
    void *arg;
};

static int wait_ms(const struct scrub *scrub, int64_t due_mono_us)
{
    int64_t left_us = due_mono_us - clock_mono_us();

    if (scrub->is_running)
        return SCRUB_PAUSE_MS;
    return left_us <= 0 ? 0 : (int)(left_us / 1000) + 1;
}

static enum err make_one(struct audit *audit, enum err last, bool is_last,
                         const struct ask *asks, size_t n)
{
    struct fail why = {.code = ERR_OK};
    enum err rc = audit_checkpoint(audit, audit->writer, &why);

    if (rc != ERR_OK && rc != ERR_BUSY && (rc != last || is_last))
        log_error("audit.checkpoint_failed", L_FAIL(&why)); /* said when it begins */
    for (size_t i = 0; i < n; i++)
        asks[i].done(asks[i].arg, rc, &why);
    return rc;
}

static void *run_thread(void *arg)
{
    struct audit *audit = arg;
    struct scrub scrub = {.is_running = false};
    int64_t every_us = (int64_t)audit->checkpoint_every_s * 1000000;
    int64_t due_mono_us = clock_mono_us() + (every_us < FIRST_US ? every_us : FIRST_US);
    enum err last = ERR_OK;
    bool is_last;

    do {
        struct ask asks[N_ASKS_CAP];
        size_t n = mbox_take(audit->wake, asks, N_ASKS_CAP, wait_ms(&scrub, due_mono_us));

        is_last = mbox_is_done(audit->wake) != 0;
        if (n > 0 || is_last || clock_mono_us() >= due_mono_us) {
            last = make_one(audit, last, is_last, asks, n);
            due_mono_us = clock_mono_us() + every_us;
        }
        if (!is_last)
            scrub_step(audit, &scrub);
    } while (!is_last);
    return NULL;
}

enum err audit_checkpoint_post(struct audit *audit,
                               void (*done)(void *arg, enum err rc, const struct fail *why),
                               void *arg, struct fail *why)
{
    struct ask ask = {done, arg};

    if (!audit->has_thread)
        return fail_set(why, ERR_UNAVAILABLE, "no checkpoints are made here");
    return mbox_post(audit->wake, &ask, why);
}

enum err audit_start(struct audit *audit, struct writer *writer, struct fail *why)
{
    enum err rc = mbox_create(sizeof(struct ask), N_ASKS_CAP, &audit->wake, why);

    if (rc != ERR_OK)
        return rc;
    audit->writer = writer;
    if (pthread_create(&audit->thread, NULL, run_thread, audit) != 0) {
        mbox_destroy(&audit->wake);
        return fail_set(why, ERR_NOMEM, "checkpoint thread");
    }
    audit->has_thread = true;
    return ERR_OK;
}

void audit_stop(struct audit *audit)
{
    if (!audit->has_thread)
        return;
    mbox_close(audit->wake);
    pthread_join(audit->thread, NULL);
    audit->has_thread = false;
    mbox_destroy(&audit->wake);
}
