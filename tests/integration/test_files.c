/* Sealed files: in whole, out whole, gone whole; swept both ways. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/erase.h"
#include "node/features.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

struct bytes {
    uint8_t *p;
    size_t len, cap;
};

static uint8_t room[400000]; /* what a get puts */

static enum err collect(void *arg, struct span piece, struct fail *why)
{
    struct bytes *b = arg;

    if (b->len + piece.len > b->cap)
        return fail_set(why, ERR_TOO_LARGE, "more than was put");
    memcpy(b->p + b->len, piece.p, piece.len);
    b->len += piece.len;
    return ERR_OK;
}

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    return files_tx_add(tx, arg, why);
}

static struct id person(struct store_fixture *f)
{
    struct id who = id_new(), key;

    T_EQ(keyring_create_key(f->services.keyring, KEY_PERSON, who, NULL, &key, NULL), ERR_OK,
         "key");
    return who;
}

/* In pieces of `step` bytes. */
static enum err put(struct store_fixture *f, struct id id, struct id owner, struct span content,
                    size_t step)
{
    const struct file_new file = {.id = id,
                                  .key_kind = KEY_PERSON,
                                  .owner = owner,
                                  .name = SPAN("わたしの絵.png"),
                                  .media_type = "image/png"};
    struct file_put *p = NULL;
    enum err rc = file_put_begin(f->services.files, &file, &p, NULL);

    for (size_t at = 0; rc == ERR_OK && at < content.len; at += step)
        rc = file_put_bytes(p, span_cut(content, at, step), NULL);
    if (rc == ERR_OK)
        rc = file_put_finish(p, NULL);
    if (rc == ERR_OK)
        rc = writer_wait(f->log.writer, add_run, p, NULL);
    file_put_end(&p, rc);
    return rc;
}

static enum err get(struct store_fixture *f, struct id id, struct bytes *out)
{
    out->len = 0;
    return files_get(f->services.files, f->db, id, collect, out, NULL);
}

static void path_of(struct store_fixture *f, struct id id, char path[256])
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    snprintf(path, 256, "%s/%.2s/%s", f->files_dir, text + 34, text);
}

static size_t n_on_disk(struct store_fixture *f)
{
    size_t n = 0;

    for (unsigned i = 0; i <= 256; i++) {
        char path[256];
        struct dirent *entry;
        DIR *dir;

        if (i == 256)
            snprintf(path, sizeof path, "%s/part", f->files_dir);
        else
            snprintf(path, sizeof path, "%s/%02x", f->files_dir, i);
        dir = opendir(path);
        T_OK(dir != NULL, path);
        while (dir != NULL && (entry = readdir(dir)) != NULL)
            n += entry->d_name[0] != '.';
        if (dir != NULL)
            closedir(dir);
    }
    return n;
}

static void make_old(const char *path)
{
    const struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000000}};

    T_EQ(utimensat(AT_FDCWD, path, times, 0), 0, "make it old");
}

static void write_at(const char *path, off_t at, const void *p, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);

    T_EQ(pwrite(fd, p, len, at), (ssize_t)len, "write");
    close(fd);
}

T_CASE(file_comes_out_as_it_went_in)
{
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000};
    struct store_fixture f;
    struct bytes out = {.p = room, .cap = sizeof room};
    static uint8_t content[300000];
    struct id owner;

    store_fixture_start(&f, NULL);
    owner = person(&f);
    digest_random(content, 300000);
    for (size_t i = 0; i < T_COUNT(sizes); i++) {
        struct id id = id_new();
        struct file_info info;

        T_EQ(put(&f, id, owner, span_of(content, sizes[i]), 1000), ERR_OK, "put");
        T_EQ(get(&f, id, &out), ERR_OK, "get");
        T_SPAN(span_of(out.p, out.len), span_of(content, sizes[i]), "the same bytes");
        T_EQ(files_find(f.services.files, f.db, id, f.arena, &info, NULL), ERR_OK, "find");
        T_SPAN(info.name, SPAN("わたしの絵.png"), "its name");
        T_SPAN(info.media_type, SPAN("image/png"), "its type");
        T_OK(info.n_bytes == (int64_t)sizes[i] && id_eq(info.owner, owner) &&
                 info.key_kind == KEY_PERSON,
             "size and owner");
    }
    T_EQ(get(&f, id_new(), &out), ERR_NOT_FOUND, "no such file");
    store_fixture_stop(&f);
}

T_CASE(file_on_disk_holds_nothing_in_clear)
{
    static const char secret[] = "KANARIENVOGEL-KANARIENVOGEL-KANARIENVOGEL";
    struct store_fixture f;
    struct id id = id_new();
    char path[256], stored[4096];
    ssize_t n;
    int fd;

    store_fixture_start(&f, NULL);
    T_EQ(put(&f, id, person(&f), SPAN("KANARIENVOGEL-KANARIENVOGEL-KANARIENVOGEL"), 1000),
         ERR_OK, "put");
    path_of(&f, id, path);
    fd = open(path, O_RDONLY);
    n = read(fd, stored, sizeof stored);
    close(fd);
    T_OK(n > (ssize_t)strlen(secret), "there are bytes");
    T_OK(memmem(stored, (size_t)n, "KANARIEN", 8) == NULL, "none of them clear");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM file WHERE position(convert_to("
                               "'わたしの絵', 'UTF8') IN name_sealed) > 0"),
         0, "nor is the name");
    store_fixture_stop(&f);
}

T_CASE(file_given_up_leaves_nothing)
{
    struct store_fixture f;
    struct id owner, id = id_new();
    struct file_new file;
    struct file_put *p = NULL;
    static const uint8_t much[5 << 20];

    store_fixture_start(&f, NULL);
    owner = person(&f);
    file = (struct file_new){.id = id_new(),
                             .key_kind = KEY_PERSON,
                             .owner = owner,
                             .name = SPAN("x"),
                             .media_type = "text/plain"};
    T_EQ(file_put_begin(f.services.files, &file, &p, NULL), ERR_OK, "begin");
    T_EQ(file_put_bytes(p, SPAN("half"), NULL), ERR_OK, "some bytes");
    file_put_end(&p, ERR_IO);
    T_OK(p == NULL, "end clears");
    T_EQ(n_on_disk(&f), 0, "half-written: gone");
    T_EQ(file_put_begin(f.services.files, &file, &p, NULL), ERR_OK, "begin");
    T_EQ(file_put_finish(p, NULL), ERR_OK, "in place");
    file_put_end(&p, ERR_BUSY);
    T_EQ(n_on_disk(&f), 0, "without a row: gone");
    T_EQ(file_put_begin(f.services.files, &file, &p, NULL), ERR_OK, "begin");
    T_EQ(file_put_bytes(p, span_of(much, 4 << 20), NULL), ERR_OK, "as much as allowed");
    T_EQ(file_put_bytes(p, SPAN("x"), NULL), ERR_TOO_LARGE, "one byte more");
    file_put_end(&p, ERR_TOO_LARGE);
    T_EQ(put(&f, id, owner, SPAN("a"), 1), ERR_OK, "put");
    T_EQ(put(&f, id, owner, SPAN("b"), 1), ERR_CONFLICT, "the id is taken");
    T_EQ(n_on_disk(&f), 1, "the first one stays");
    file.owner = id_new();
    T_EQ(file_put_begin(f.services.files, &file, &p, NULL), ERR_NOT_FOUND, "nobody's key");
    store_fixture_stop(&f);
}

T_CASE(file_deleted_is_gone_row_and_bytes)
{
    struct store_fixture f;
    struct id id = id_new();
    struct bytes out = {.p = room, .cap = sizeof room};

    store_fixture_start(&f, NULL);
    T_EQ(put(&f, id, person(&f), SPAN("a"), 1), ERR_OK, "put");
    T_EQ(files_delete(f.services.files, f.log.writer, id, NULL), ERR_OK, "delete");
    T_EQ(n_on_disk(&f), 0, "no bytes");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM file"), 0, "no row");
    T_EQ(get(&f, id, &out), ERR_NOT_FOUND, "nothing to get");
    T_EQ(files_delete(f.services.files, f.log.writer, id, NULL), ERR_NOT_FOUND, "again");
    store_fixture_stop(&f);
}

/* Somebody at the disk: cut, changed, and swapped for a genuine file of the same person. */
T_CASE(file_tampered_with_is_never_taken_for_whole)
{
    struct store_fixture f;
    struct id owner, a = id_new(), b = id_new(), c = id_new();
    struct bytes out = {.p = room, .cap = sizeof room};
    static uint8_t content[200000];
    char path_a[256], path_b[256], path_c[256];

    store_fixture_start(&f, NULL);
    owner = person(&f);
    T_EQ(put(&f, a, owner, span_of(content, 200000), 65536), ERR_OK, "put");
    T_EQ(put(&f, b, owner, span_of(content, 200000), 65536), ERR_OK, "put");
    content[5] = 1; /* the same size, another file */
    T_EQ(put(&f, c, owner, span_of(content, 200000), 65536), ERR_OK, "put");
    path_of(&f, a, path_a);
    path_of(&f, b, path_b);
    path_of(&f, c, path_c);
    write_at(path_a, 100000, "\xff\x00\xff\x00", 4);
    T_EQ(get(&f, a, &out), ERR_IO, "changed");
    T_EQ(truncate(path_b, 100000), 0, "cut");
    T_EQ(get(&f, b, &out), ERR_IO, "cut");
    T_EQ(put(&f, a = id_new(), owner, span_of(content, 10), 10), ERR_OK, "put");
    path_of(&f, a, path_a);
    T_EQ(rename(path_a, path_c), 0, "swap");
    T_EQ(get(&f, c, &out), ERR_IO, "another file of the same person");
    T_EQ(get(&f, a, &out), ERR_IO, "and the one whose bytes are away");
    store_fixture_stop(&f);
}

T_CASE(files_are_swept_both_ways)
{
    struct store_fixture f;
    struct id owner, kept = id_new(), lost = id_new(), orphan = id_new(), young = id_new();
    struct files_sweep_counts counts;
    char path[256], away[300], part[300];

    store_fixture_start(&f, NULL);
    owner = person(&f);
    T_EQ(put(&f, kept, owner, SPAN("kept"), 4), ERR_OK, "put");
    T_EQ(put(&f, lost, owner, SPAN("lost"), 4), ERR_OK, "put");
    path_of(&f, kept, path);
    make_old(path);
    path_of(&f, lost, path);
    snprintf(away, sizeof away, "%s/away", f.log.keyd.dir);
    T_EQ(rename(path, away), 0, "somebody took it");
    path_of(&f, orphan, path);
    write_at(path, 0, "x", 1);
    make_old(path);
    path_of(&f, young, path);
    write_at(path, 0, "x", 1);
    snprintf(part, sizeof part, "%s/part/half", f.files_dir);
    write_at(part, 0, "x", 1);
    make_old(part);
    T_EQ(files_sweep(f.services.files, f.db, f.log.writer, &counts, NULL), ERR_OK, "sweep");
    T_EQ(counts.n_files, 1, "one is in order");
    T_EQ(counts.n_removed, 2, "bytes without a row, and half-written ones, are gone");
    T_EQ(counts.n_lost, 1, "a row without bytes is told");
    T_EQ(n_on_disk(&f), 2, "what is in order and what may be on its way stay");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM file WHERE lost_at IS NOT NULL"), 1,
         "marked");
    T_EQ(files_sweep(f.services.files, f.db, f.log.writer, &counts, NULL), ERR_OK, "again");
    T_OK(counts.n_lost == 1 && counts.n_removed == 0, "still lost");
    path_of(&f, lost, path);
    T_EQ(rename(away, path), 0, "brought back");
    T_EQ(files_sweep(f.services.files, f.db, f.log.writer, &counts, NULL), ERR_OK, "once more");
    T_OK(counts.n_lost == 0 && counts.n_files == 2, "found");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM file WHERE lost_at IS NOT NULL"), 0,
         "no longer marked");
    store_fixture_stop(&f);
}

T_CASE(files_of_an_erased_person_are_unreadable_and_swept)
{
    struct store_fixture f;
    struct id gone, id = id_new(), other = id_new();
    struct files_sweep_counts counts;
    struct bytes out = {.p = room, .cap = sizeof room};
    struct file_info info;
    char path[256];

    store_fixture_start(&f, NULL);
    gone = person(&f);
    T_EQ(put(&f, id, gone, SPAN("a"), 1), ERR_OK, "put");
    T_EQ(put(&f, other, person(&f), SPAN("b"), 1), ERR_OK, "another's");
    audit_fixture_sql(&f.log, "CREATE TABLE old_file AS SELECT * FROM file");
    T_EQ(erase_person(f.services.keyring, f.log.writer, features_tables, gone, NULL, NULL),
         ERR_OK, "erase");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM file"), 1, "the row is gone");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM job WHERE kind = 'files.sweep'"), 1,
         "the bytes are a job");
    audit_fixture_sql(&f.log, "INSERT INTO file SELECT * FROM old_file WHERE id NOT IN"
                              " (SELECT id FROM file)");
    T_EQ(files_find(f.services.files, f.db, id, f.arena, &info, NULL), ERR_NOT_FOUND,
         "a restored row tells no name");
    T_EQ(get(&f, id, &out), ERR_NOT_FOUND, "nor do the bytes");
    audit_fixture_sql(&f.log, "DELETE FROM file WHERE id NOT IN (SELECT id FROM old_file WHERE"
                              " owner <> (SELECT owner FROM old_file ORDER BY created_at LIMIT"
                              " 1))");
    path_of(&f, id, path);
    make_old(path);
    T_EQ(files_sweep(f.services.files, f.db, f.log.writer, &counts, NULL), ERR_OK, "sweep");
    T_EQ(counts.n_removed, 1, "removed");
    T_EQ(get(&f, other, &out), ERR_OK, "another's file is untouched");
    store_fixture_stop(&f);
}
