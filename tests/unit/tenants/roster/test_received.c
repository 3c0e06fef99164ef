/* A row is kept letter by letter, without what is not to be kept, and compared by column. */
#include "tenants/roster/received.h"

#include "tests/t.h"

static struct span cells[ROSTER_COLUMNS_CAP];

static void set(const char *column, const char *value)
{
    cells[roster_column_find(&roster_shapes[FILE_USERS], column)] = span_text(value);
}

T_CASE(received_gives_back_every_letter)
{
    static const char *const values[] = {
        "髙﨑", "葛\xf3\xa0\x84\x80城", "か\xe3\x82\x99", "O\"Brien, Jr.", "=1+1", " "};
    struct arena *arena = NULL;
    struct span text, *back = NULL;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(values); i++) {
        memset(cells, 0, sizeof cells);
        set("sourcedId", "u1");
        set("familyName", values[i]);
        T_EQ(received_write(FILE_USERS, cells, arena, &text, NULL), ERR_OK, "written");
        T_EQ(received_read(FILE_USERS, text, arena, &back, NULL), ERR_OK, "read");
        for (size_t c = 0; back != NULL && c < roster_shapes[FILE_USERS].n_columns; c++)
            T_SPAN(back[c], cells[c], values[i]);
    }
    arena_destroy(&arena);
}

T_CASE(received_keeps_no_password_and_no_pointer_to_what_is_not_kept)
{
    struct arena *arena = NULL;
    struct span text;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    memset(cells, 0, sizeof cells);
    set("sourcedId", "u1");
    set("password", "geheim");
    set("resourceSourcedIds", "r1");
    T_EQ(received_write(FILE_USERS, cells, arena, &text, NULL), ERR_OK, "written");
    T_SPAN(text, SPAN("\"sourcedId\"\r\n\"u1\"\r\n"), "the id alone");
    arena_destroy(&arena);
}

T_CASE(received_names_the_columns_that_differ)
{
    struct arena *arena = NULL;
    struct span before, after;
    const char *columns = NULL;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    memset(cells, 0, sizeof cells);
    set("sourcedId", "u1");
    set("givenName", "花子");
    T_EQ(received_write(FILE_USERS, cells, arena, &before, NULL), ERR_OK, "before");
    set("givenName", "華子");
    set("grades", "P2");
    T_EQ(received_write(FILE_USERS, cells, arena, &after, NULL), ERR_OK, "after");
    T_EQ(received_differ(FILE_USERS, before, after, arena, &columns, NULL), ERR_OK, "compared");
    T_TEXT(columns, "givenName grades", "changed and new");
    T_EQ(received_differ(FILE_USERS, after, after, arena, &columns, NULL), ERR_OK, "compared");
    T_TEXT(columns, "", "the same");
    T_EQ(received_differ(FILE_USERS, SPAN(""), after, arena, &columns, NULL), ERR_OK,
         "of none");
    T_TEXT(columns, "sourcedId givenName grades", "all of it");
    T_EQ(received_differ(FILE_USERS, SPAN("\"noSuch\"\r\n\"x\"\r\n"), after, arena, &columns,
                         NULL),
         ERR_PROTO, "damaged");
    arena_destroy(&arena);
}
