#include "tenants/leaving/leaving_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/hex.h"
#include "node/base/wholefile.h"
#include "tenants/certificate/jws.h"

#define JOURNAL_MOST ((int64_t)64 << 20)
#define STEPS_MOST   4096

/* ---- reading ---- */

static bool read_key(const struct leaving_step *step, const char *name,
                     uint8_t key_out[LEAVING_PUBLIC_BYTES])
{
    struct span hex = leaving_fact_text(step->facts, name);

    return hex.len == 2UL * LEAVING_PUBLIC_BYTES &&
           hex_read(hex, key_out, LEAVING_PUBLIC_BYTES);
}

/* The first line names its own key: it is looked into once without one. */
static enum err first_key(struct span line, struct arena *arena, struct leaving_journal *j,
                          struct fail *why)
{
    const char *text = arena_printf(arena, "%.*s\n", SPAN_ARG(line));
    struct leaving_step step;
    struct jws jws;
    enum err rc = jws_read(span_text(text), arena, &jws, why);

    if (rc == ERR_OK)
        rc = leaving_step_parse(jws.payload, &step, why);
    if (rc == ERR_OK && !read_key(&step, "log_key", j->log_key))
        rc = fail_set(why, ERR_PROTO, "the first line names no key");
    j->has_log_key = rc == ERR_OK;
    return rc;
}

static enum err check_follows(const struct leaving_journal *j, const struct leaving_step *step,
                              struct fail *why)
{
    int64_t n = (int64_t)j->n + 1;

    if (step->n != n)
        return fail_set(why, ERR_PROTO, "line %d says it is %d", (int)n, (int)step->n);
    if (strcmp(step->prev, j->last) != 0)
        return fail_set(why, ERR_PROTO, "line %d does not follow the line before it", (int)n);
    if (!leaving_may_follow(j->state, step->state))
        return fail_set(why, ERR_PROTO, "line %d: %s cannot follow %s", (int)n,
                        leaving_state_id(step->state), leaving_state_id(j->state));
    if (j->n > 0 && !id_eq(step->node, j->at[0].node))
        return fail_set(why, ERR_PROTO, "line %d is another node's", (int)n);
    return ERR_OK;
}

static enum err take_step(struct leaving_journal *j, const struct leaving_step *step,
                          struct fail *why)
{
    enum err rc = check_follows(j, step, why);

    if (rc != ERR_OK)
        return rc;
    if (j->n == STEPS_MOST)
        return fail_set(why, ERR_TOO_LARGE, "over %d steps", STEPS_MOST);
    if (step->state == LEAVING_ORDERED) {
        j->has_erasure_key = read_key(step, "erasure_key", j->erasure_key);
        if (!j->has_erasure_key)
            return fail_set(why, ERR_PROTO, "line %d names no erasure key", (int)step->n);
    }
    j->at[j->n++] = *step;
    j->state = step->state;
    leaving_line_hash(step->line, j->last);
    return ERR_OK;
}

static enum err read_line(struct span line, struct arena *arena, struct leaving_journal *j,
                          struct fail *why)
{
    struct jws_key *key = NULL;
    struct leaving_step step;
    enum err rc = j->has_log_key ? ERR_OK : first_key(line, arena, j, why);

    if (rc == ERR_OK)
        rc = jws_key_open_ed25519(j->has_erasure_key ? j->erasure_key : j->log_key, &key, why);
    if (rc == ERR_OK)
        rc = leaving_step_read(line, key, arena, &step, why);
    if (rc == ERR_OK)
        rc = take_step(j, &step, why);
    jws_key_close(&key);
    return rc;
}

enum err leaving_journal_parse(struct span bytes, const uint8_t *log_key, struct arena *arena,
                               struct leaving_journal *out, struct fail *why)
{
    struct leaving_journal j = {.state = LEAVING_ACTIVE};
    enum err rc = ERR_OK;
    size_t n_lines = 0, begin = 0;

    memset(j.last, '0', LEAVING_HASH_CHARS);
    if (log_key != NULL) {
        memcpy(j.log_key, log_key, sizeof j.log_key);
        j.has_log_key = true;
    }
    for (size_t i = 0; i < bytes.len; i++)
        n_lines += bytes.p[i] == '\n';
    j.at = arena_alloc(arena, (n_lines + 1) * sizeof *j.at);
    if (j.at == NULL)
        return fail_set(why, ERR_NOMEM, "journal");
    for (size_t i = 0; i < bytes.len && rc == ERR_OK; i++)
        if (bytes.p[i] == '\n') {
            rc = read_line(span_cut(bytes, begin, i - begin), arena, &j, why);
            begin = i + 1;
        }
    j.whole_bytes = (int64_t)begin;
    j.was_torn = begin < bytes.len;
    if (rc == ERR_OK)
        *out = j;
    return rc;
}

enum err leaving_journal_read(const char *path, const uint8_t *log_key, struct arena *arena,
                              struct leaving_journal *out, struct fail *why)
{
    struct stat st;
    uint8_t *bytes;
    size_t len = 0;
    enum err rc;

    if (stat(path, &st) != 0) {
        if (errno == ENOENT)
            return leaving_journal_parse(SPAN_NONE, log_key, arena, out, why);
        return fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    }
    if (st.st_size > JOURNAL_MOST)
        return fail_set(why, ERR_TOO_LARGE, "%s", path);
    bytes = arena_alloc(arena, (size_t)st.st_size + 1);
    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    rc = wholefile_read(path, bytes, (size_t)st.st_size + 1, &len, why);
    return rc == ERR_OK ? leaving_journal_parse(span_of(bytes, len), log_key, arena, out, why)
                        : rc;
}

const struct leaving_step *leaving_journal_find(const struct leaving_journal *journal,
                                                enum leaving_state state)
{
    for (size_t i = journal->n; i > 0 && journal->at[i - 1].state != LEAVING_ACTIVE; i--)
        if (journal->at[i - 1].state == state)
            return &journal->at[i - 1];
    return NULL;
}

/* ---- writing ---- */

enum err leaving_journal_mend(const char *path, const struct leaving_journal *journal,
                              struct fail *why)
{
    int fd;
    bool is_done;

    if (!journal->was_torn)
        return ERR_OK;
    fd = open(path, O_WRONLY | O_CLOEXEC);
    is_done = fd >= 0 && ftruncate(fd, journal->whole_bytes) == 0 && fsync(fd) == 0;
    if (!is_done)
        fail_set(why, ERR_IO, "cutting %s: errno %d", path, errno);
    if (fd >= 0)
        close(fd);
    return is_done ? ERR_OK : ERR_IO;
}

static bool sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return is_done;
}

/* Makes it when it is missing, lasting. */
static bool need_dir(const char *path, char dir_out[WHOLEFILE_PATH_CAP])
{
    char *slash;

    snprintf(dir_out, WHOLEFILE_PATH_CAP, "%s", path);
    slash = strrchr(dir_out, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    if (mkdir(dir_out, 0700) != 0)
        return errno == EEXIST;
    slash = strrchr(dir_out, '/');
    if (slash != NULL && slash != dir_out) {
        *slash = '\0';
        if (!sync_dir(dir_out))
            return false;
        *slash = '/';
    }
    return true;
}

static bool write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.p, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = span_from(bytes, (size_t)n);
    }
    return true;
}

enum err leaving_journal_append(const char *path, struct span line, struct fail *why)
{
    char dir[WHOLEFILE_PATH_CAP];
    struct stat st;
    enum err rc = ERR_OK;
    int fd = -1;

    if (!need_dir(path, dir))
        return fail_set(why, ERR_IO, "the directory of %s: errno %d", path, errno);
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || fstat(fd, &st) != 0) {
        rc = fail_set(why, ERR_IO, "%s: errno %d", path, errno);
    } else if (!write_all(fd, line) || !write_all(fd, SPAN("\n")) || fsync(fd) != 0 ||
               !sync_dir(dir)) {
        rc = fail_set(why, errno == ENOSPC ? ERR_NOSPACE : ERR_IO, "%s: errno %d", path, errno);
        if (ftruncate(fd, st.st_size) != 0)
            rc = ERR_IO; /* a half line: the next reader cuts it */
    }
    if (fd >= 0)
        close(fd);
    return rc;
}
