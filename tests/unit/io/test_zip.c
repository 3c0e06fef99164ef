/* A ZIP is the same bytes for the same files, and what was put in comes out again. */
#include "node/io/zip.h"

#include <stdlib.h>
#include <time.h>

#include "node/io/unzip.h"
#include "tests/t.h"

static const struct zip_entry files[] = {
    {"users.csv", {(const uint8_t *)"\"a\"\r\n", 5}},
    {"manifest.csv", {(const uint8_t *)"\"m\"\r\n", 5}},
    {"empty.csv", {NULL, 0}},
};

T_CASE(zip_comes_out_as_it_went_in_sorted_by_name)
{
    static const struct unzip_caps caps = {
        .n_entries = 10, .file_bytes = 1 << 20, .total_bytes = 1 << 20, .ratio = 100};
    static const char *const names[] = {"empty.csv", "manifest.csv", "users.csv"};
    struct arena *arena = NULL;
    struct unzip unzip;
    struct span zip;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(zip_write(files, T_COUNT(files), arena, &zip, NULL), ERR_OK, "written");
    T_EQ(unzip_read(zip, &caps, arena, &unzip, NULL), ERR_OK, "read");
    T_EQ(unzip.n_troubles, 0, "nothing wrong with it");
    T_EQ(unzip.n_files, 3, "three files");
    for (size_t i = 0; i < unzip.n_files && i < T_COUNT(names); i++)
        T_TEXT(unzip.files[i].name, names[i], "by name");
    T_SPAN(unzip.files[2].bytes, files[0].bytes, "its bytes");
    arena_destroy(&arena);
}

T_CASE(zip_is_the_same_bytes_in_any_order_and_time_zone)
{
    const struct zip_entry turned[] = {files[2], files[1], files[0]};
    struct arena *arena = NULL;
    struct span one, two;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(zip_write(files, T_COUNT(files), arena, &one, NULL), ERR_OK, "one");
    setenv("TZ", "America/St_Johns", 1);
    tzset();
    T_EQ(zip_write(turned, T_COUNT(turned), arena, &two, NULL), ERR_OK, "another");
    unsetenv("TZ");
    tzset();
    T_SPAN(two, one, "the same");
    arena_destroy(&arena);
}

T_CASE(zip_refuses_names_that_are_none)
{
    static const char *const names[] = {"", "../users.csv", "a/b.csv", "c:users.csv",
                                        ".hidden"};
    const struct zip_entry doubled[] = {files[0], files[0]};
    struct arena *arena = NULL;
    struct span zip;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(names); i++)
        T_EQ(zip_write(&(struct zip_entry){names[i], SPAN("x")}, 1, arena, &zip, NULL),
             ERR_INVALID, names[i]);
    T_EQ(zip_write(doubled, 2, arena, &zip, NULL), ERR_INVALID, "twice");
    T_EQ(zip_write(files, 0, arena, &zip, NULL), ERR_INVALID, "nothing");
    arena_destroy(&arena);
}

/* tests/integration/test_weekly.py opens one with the right password and with a wrong one. */
T_CASE(zip_under_a_password_gives_nothing_away)
{
    static const struct unzip_caps caps = {
        .n_entries = 10, .file_bytes = 1 << 20, .total_bytes = 1 << 20, .ratio = 100};
    const struct zip_entry one = {"report.csv", SPAN("a canary that nobody may read")};
    struct arena *arena = NULL;
    struct unzip unzip;
    struct span zip, again;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    T_EQ(zip_write_locked(&one, 1, "J7WQ-long-enough", arena, &zip, NULL), ERR_OK, "written");
    T_OK(memmem(zip.p, zip.len, "canary", 6) == NULL, "not in clear");
    T_EQ(zip_write_locked(&one, 1, "J7WQ-long-enough", arena, &again, NULL), ERR_OK, "again");
    T_OK(!span_eq(zip, again), "another salt each time");
    T_OK(unzip_read(zip, &caps, arena, &unzip, NULL) != ERR_OK || unzip.n_files == 0 ||
             unzip.n_troubles > 0,
         "does not open without the password");
    T_EQ(zip_write_locked(&one, 1, "short", arena, &zip, NULL), ERR_INVALID, "too short");
    T_EQ(zip_write_locked(&one, 1, "with a space", arena, &zip, NULL), ERR_INVALID, "space");
    T_EQ(zip_write_locked(&one, 1, "パスワードです", arena, &zip, NULL), ERR_INVALID,
         "not ASCII");
    arena_destroy(&arena);
}
