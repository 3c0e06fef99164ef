#include "node/db/keyfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/wholefile.h"

#define ERASED_MAX_BYTES ((size_t)4 << 20)

struct keyfiles {
    struct id node;
    int lock_fd;
    int n_places;
    char places[KEYFILES_N_PLACES][WHOLEFILE_PATH_CAP]; /* [0]: keys.dir/keystore */
    char dir[WHOLEFILE_PATH_CAP], erased[WHOLEFILE_PATH_CAP];
    struct stat seen; /* places[0], when it was last loaded or saved */
};

static enum err place_add(struct keyfiles *files, struct span path, struct fail *why)
{
    if (files->n_places == KEYFILES_N_PLACES)
        return fail_field(why, ERR_INVALID, "keys.copies", "at most %d copies",
                          KEYFILES_N_PLACES - 1);
    if (path.len == 0 || path.p[0] != '/' || path.len + 8 >= WHOLEFILE_PATH_CAP)
        return fail_field(why, ERR_INVALID, "keys.copies", "no absolute path: %.*s",
                          SPAN_ARG(path));
    snprintf(files->places[files->n_places++], WHOLEFILE_PATH_CAP, "%.*s", SPAN_ARG(path));
    return ERR_OK;
}

static enum err places_read(struct keyfiles *files, const char *dir, const char *copies,
                            struct fail *why)
{
    struct span rest = span_text(copies);
    char path[WHOLEFILE_PATH_CAP];
    int n = snprintf(path, sizeof path, "%s/keystore", dir);
    enum err rc = n < 0 || n >= WHOLEFILE_PATH_CAP
                      ? fail_field(why, ERR_INVALID, "keys.dir", "path too long")
                      : place_add(files, span_text(path), why);

    while (rc == ERR_OK && rest.len > 0) {
        const uint8_t *comma = memchr(rest.p, ',', rest.len);
        size_t len = comma == NULL ? rest.len : (size_t)(comma - rest.p);
        struct span one = span_of(rest.p, len);

        rest = span_from(rest, len + 1);
        while (one.len > 0 && one.p[0] == ' ')
            one = span_from(one, 1);
        while (one.len > 0 && one.p[one.len - 1] == ' ')
            one.len--;
        rc = place_add(files, one, why);
    }
    return rc;
}

enum err keyfiles_open(const char *dir, const char *copies, struct id node,
                       struct keyfiles **files_out, struct fail *why)
{
    struct keyfiles *files = calloc(1, sizeof *files);
    enum err rc;

    *files_out = NULL;
    if (files == NULL)
        return fail_set(why, ERR_NOMEM, "keyfiles");
    files->node = node;
    files->lock_fd = -1;
    rc = places_read(files, dir, copies, why);
    if (rc == ERR_OK) {
        char path[WHOLEFILE_PATH_CAP];

        snprintf(files->dir, sizeof files->dir, "%s", dir);
        snprintf(files->erased, sizeof files->erased, "%s/erased", dir);
        snprintf(path, sizeof path, "%s/lock", dir);
        files->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (files->lock_fd < 0)
            rc = fail_set(why, ERR_IO, "open %s: errno %d", path, errno);
    }
    if (rc != ERR_OK)
        keyfiles_close(&files);
    *files_out = files;
    return rc;
}

void keyfiles_close(struct keyfiles **files)
{
    if (*files == NULL)
        return;
    if ((*files)->lock_fd >= 0)
        close((*files)->lock_fd);
    free(*files);
    *files = NULL;
}

enum err keyfiles_lock(struct keyfiles *files, struct fail *why)
{
    while (flock(files->lock_fd, LOCK_EX) != 0)
        if (errno != EINTR)
            return fail_set(why, ERR_IO, "locking the keystore: errno %d", errno);
    return ERR_OK;
}

void keyfiles_unlock(struct keyfiles *files)
{
    flock(files->lock_fd, LOCK_UN);
}

static void seen_now(struct keyfiles *files)
{
    if (stat(files->places[0], &files->seen) != 0)
        memset(&files->seen, 0, sizeof files->seen);
}

bool keyfiles_changed(const struct keyfiles *files)
{
    struct stat now;

    if (stat(files->places[0], &now) != 0)
        return false;
    return now.st_ino != files->seen.st_ino || now.st_size != files->seen.st_size ||
           now.st_mtim.tv_sec != files->seen.st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != files->seen.st_mtim.tv_nsec;
}

static enum err place_load(const struct keyfiles *files, int i, struct keystore *store_out,
                           struct fail *why)
{
    uint8_t *bytes = malloc(KEYSTORE_MAX_BYTES);
    size_t len = 0;
    enum err rc = bytes == NULL ? fail_set(why, ERR_NOMEM, "keystore") : ERR_OK;

    keystore_init(store_out, files->node);
    if (rc == ERR_OK)
        rc = wholefile_read(files->places[i], bytes, KEYSTORE_MAX_BYTES, &len, why);
    if (rc == ERR_OK)
        rc = keystore_parse(span_of(bytes, len), store_out, why);
    if (rc == ERR_OK && !id_eq(store_out->node, files->node))
        rc = fail_set(why, ERR_PROTO, "the keystore is of another node");
    if (bytes != NULL)
        OPENSSL_cleanse(bytes, len);
    free(bytes);
    return rc;
}

static enum keyring_held held_in(const struct keystore *store, enum key_kind kind,
                                 struct id subject)
{
    enum keyring_held held = KEYRING_ABSENT;

    for (size_t i = 0; i < store->n; i++) {
        const struct keystore_record *r = &store->records[i];

        if (r->key.kind != kind || !id_eq(r->key.subject, subject))
            continue;
        if (!r->destroyed)
            return KEYRING_LIVE;
        held = KEYRING_DESTROYED;
    }
    return held;
}

enum err keyfiles_held(const struct keyfiles *files, enum key_kind kind, struct id subject,
                       struct arena *arena, struct keyring_place **places_out, size_t *n_out,
                       struct fail *why)
{
    struct keyring_place *places = arena_alloc(arena, (size_t)files->n_places * sizeof *places);

    if (places == NULL)
        return fail_set(why, ERR_NOMEM, "places");
    for (int i = 0; i < files->n_places; i++) {
        struct keystore store;
        enum err rc = place_load(files, i, &store, NULL);

        places[i] = (struct keyring_place){arena_printf(arena, "%s", files->places[i]),
                                           rc == ERR_OK ? held_in(&store, kind, subject)
                                                        : KEYRING_UNREADABLE};
        keystore_fini(&store);
        if (places[i].path == NULL)
            return fail_set(why, ERR_NOMEM, "places");
    }
    *places_out = places;
    *n_out = (size_t)files->n_places;
    return ERR_OK;
}

/* Brings every place up to store; the node also starts when one is out of reach. */
static void places_heal(struct keyfiles *files, const struct keystore *store, bool stale)
{
    struct fail why;

    if (!stale)
        return;
    log_warn("keystore.copies_renewed", L_INT("sequence", store->sequence));
    if (keyfiles_save(files, store, KEYFILES_LENIENT, &why) != ERR_OK)
        log_error("keystore.copies_not_renewed", L_FAIL(&why));
}

enum err keyfiles_load(struct keyfiles *files, struct keystore *store_out, struct fail *why)
{
    bool any_file = false, found = false, stale = false;

    keystore_init(store_out, files->node);
    for (int i = 0; i < files->n_places; i++) {
        struct keystore store;
        struct fail place_why;
        enum err rc = place_load(files, i, &store, &place_why);

        any_file = any_file || rc != ERR_NOT_FOUND;
        stale = stale || rc != ERR_OK || (found && store.sequence != store_out->sequence);
        if (rc != ERR_OK && rc != ERR_NOT_FOUND)
            log_error("keystore.unreadable", L_TEXT("path", files->places[i]),
                      L_FAIL(&place_why));
        if (rc == ERR_OK && (!found || store.sequence > store_out->sequence)) {
            keystore_fini(store_out);
            *store_out = store;
            found = true;
        } else {
            keystore_fini(&store);
        }
    }
    if (!found)
        return any_file
                   ? fail_set(why, ERR_PROTO, "no readable keystore at %s nor in its copies",
                              files->places[0])
                   : fail_set(why, ERR_NOT_FOUND, "no keystore at %s", files->places[0]);
    places_heal(files, store_out, stale);
    seen_now(files);
    return ERR_OK;
}

static void stage_drop(const struct keyfiles *files)
{
    for (int i = 0; i < files->n_places; i++)
        wholefile_drop(files->places[i]);
}

enum err keyfiles_save(struct keyfiles *files, const struct keystore *store,
                       enum keyfiles_strict strict, struct fail *why)
{
    bool staged[KEYFILES_N_PLACES] = {false};
    int n_missed = 0;
    uint8_t *bytes = NULL;
    size_t len = 0;
    struct fail copy_why = {.text = ""};
    enum err rc = keystore_print(store, &bytes, &len, why);

    for (int i = 0; rc == ERR_OK && i < files->n_places; i++) {
        enum err one = wholefile_stage(files->places[i], span_of(bytes, len), &copy_why);

        staged[i] = one == ERR_OK;
        if (one != ERR_OK && (i == 0 || strict == KEYFILES_ALL))
            rc = fail_set(why, one == ERR_NOSPACE ? one : ERR_IO, "%s", copy_why.text);
    }
    if (bytes != NULL)
        OPENSSL_cleanse(bytes, len);
    free(bytes);
    if (rc == ERR_OK)
        rc = wholefile_commit(files->places[0], strict != KEYFILES_ADDED, why);
    if (rc != ERR_OK) {
        stage_drop(files);
        return rc;
    }
    for (int i = 1; i < files->n_places; i++) {
        if (staged[i] &&
            wholefile_commit(files->places[i], strict != KEYFILES_ADDED, &copy_why) == ERR_OK)
            continue;
        n_missed++;
        log_error("keystore.copy_failed", L_TEXT("path", files->places[i]), L_FAIL(&copy_why));
    }
    seen_now(files);
    if (n_missed > 0 && (strict == KEYFILES_TELL || strict == KEYFILES_ALL))
        return fail_set(why, ERR_UNCERTAIN, "%d copies were not written", n_missed);
    return ERR_OK;
}

/* ---- the erased list: "UUID TIME\n" a person ---- */

enum err keyfiles_erased_read(const struct keyfiles *files, struct arena *arena,
                              struct id **persons_out, size_t *n_out, struct fail *why)
{
    const size_t line_least = ID_TEXT_CAP; /* an id and a blank */
    uint8_t *text = malloc(ERASED_MAX_BYTES);
    size_t len = 0, n = 0;
    struct span rest;
    enum err rc;

    *persons_out = NULL;
    *n_out = 0;
    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "erased list");
    rc = wholefile_read(files->erased, text, ERASED_MAX_BYTES, &len, why);
    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK;
    if (rc != ERR_OK)
        goto out;
    *persons_out = arena_alloc(arena, (len / line_least + 1) * sizeof **persons_out);
    if (*persons_out == NULL) {
        rc = fail_set(why, ERR_NOMEM, "erased list");
        goto out;
    }
    rest = span_of(text, len);
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.p, '\n', rest.len);
        size_t line_len = end == NULL ? 0 : (size_t)(end - rest.p);

        if (end == NULL)
            break; /* power was lost while it was written; nobody was told it was done */
        if (line_len < line_least || rest.p[ID_TEXT_CAP - 1] != ' ' ||
            id_parse(span_cut(rest, 0, ID_TEXT_CAP - 1), &(*persons_out)[n], NULL) != ERR_OK) {
            rc = fail_set(why, ERR_PROTO, "line %zu of %s", n + 1, files->erased);
            goto out;
        }
        n++;
        rest = span_from(rest, line_len + 1);
    }
    *n_out = n;
out:
    free(text);
    return rc;
}

/* Where the last whole line ends. */
static off_t whole_lines_len(int fd, off_t size)
{
    char c;

    while (size > 0 && pread(fd, &c, 1, size - 1) == 1 && c != '\n')
        size--;
    return size;
}

static bool directory_sync(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return ok;
}

enum err keyfiles_erased_add(const struct keyfiles *files, struct id person, struct fail *why)
{
    char id[ID_TEXT_CAP], at[CLOCK_TEXT_CAP], line[ID_TEXT_CAP + CLOCK_TEXT_CAP + 2];
    int fd = open(files->erased, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat st;
    off_t end;
    int len;
    bool ok;

    if (fd < 0)
        return fail_set(why, ERR_IO, "open %s: errno %d", files->erased, errno);
    id_text(person, id);
    clock_utc_text(clock_utc_us(), at);
    len = snprintf(line, sizeof line, "%s %s\n", id, at);
    ok = fstat(fd, &st) == 0;
    end = ok ? whole_lines_len(fd, st.st_size) : 0;
    ok = ok && (end == st.st_size || ftruncate(fd, end) == 0) &&
         pwrite(fd, line, (size_t)len, end) == len && fsync(fd) == 0 &&
         (end != 0 || directory_sync(files->dir));
    close(fd);
    return ok ? ERR_OK
              : fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "write %s: errno %d",
                         files->erased, errno);
}
