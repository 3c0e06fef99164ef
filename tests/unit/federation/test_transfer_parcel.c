#include "federation/transfer_parcel.h"

#include <stdarg.h>
#include <stdio.h>

#include "tests/t.h"

/* Good until the next one. */
static const char *said(const char *fmt, ...) PRINTF_LIKE(1, 2);
static const char *said(const char *fmt, ...)
{
    static char text[80];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return text;
}

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;

    invariant(arena_create(65536, &arena, NULL) == ERR_OK, "memory");
    return arena;
}

static struct id id_of(uint8_t n)
{
    struct id id;

    memset(id.b, n, sizeof id.b);
    id.b[6] = 0x70;
    id.b[8] = 0x80;
    return id;
}

static struct transfer_parcel parcel_of(void)
{
    static struct transfer_way_step steps[] = {
        {2,
         {(const uint8_t *)"2026-10-01", sizeof("2026-10-01") - 1},
         {(const uint8_t *)"class", sizeof("class") - 1},
         {(const uint8_t *)"", sizeof("") - 1},
         false}};
    static struct transfer_visit days[] = {
        {{(const uint8_t *)"2026-10-01", sizeof("2026-10-01") - 1}, 2, 1}};

    return (struct transfer_parcel){
        .format = SPAN(TRANSFER_FORMAT),
        .home_name = SPAN("aozora"),
        .on = SPAN("2026-12-01"),
        .made_on = SPAN("2026-11-23"),
        .consent_on = SPAN("2026-11-20"),
        .consent_how = SPAN("paper"),
        .parts = SPAN("profile,steps,days"),
        .transfer = id_of(1),
        .home = id_of(2),
        .receiver = id_of(3),
        .name = SPAN("\xe5\xb1\xb1\xe7\x94\xb0"),
        .kana = SPAN(""),
        .grade = SPAN("P3"),
        .profile = {{(const uint8_t *)"x", sizeof("x") - 1},
                    {(const uint8_t *)"cat", sizeof("cat") - 1},
                    {(const uint8_t *)"sky", sizeof("sky") - 1},
                    {(const uint8_t *)"a\nb", sizeof("a\nb") - 1}},
        .has_profile = true,
        .steps = {steps, 1},
        .days = {days, 1},
    };
}

T_CASE(transfer_parts_have_one_spelling)
{
    static const struct {
        const char *text;
        bool is_good;
        unsigned parts;
    } rows[] = {
        {"profile", true, 1},
        {"profile,facts,steps,days,contacts", true, TRANSFER_PARTS_ALL},
        {"steps,contacts", true, 0x14},
        {"", false, 0},
        {"contacts,steps", false, 0},
        {"steps,steps", false, 0},
        {"steps,", false, 0},
        {" steps", false, 0},
        {"incidents", false, 0},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        unsigned parts = 0;

        T_EQ(transfer_parts_read(span_text(rows[i].text), &parts), rows[i].is_good,
             said("%s", rows[i].text));
        T_EQ(parts, rows[i].parts, said("%s", rows[i].text));
    }
}

T_CASE(transfer_parcel_is_read_as_it_was_written) /* CARD-16 */
{
    struct arena *arena = arena_new();
    const struct transfer_parcel parcel = parcel_of();
    struct transfer_parcel read;
    struct span text, again;

    T_EQ(transfer_parcel_write(&parcel, arena, &text, NULL), ERR_OK, "written");
    T_EQ(transfer_parcel_read(text, arena, &read, NULL), ERR_OK, "read");
    T_EQ(transfer_parcel_write(&read, arena, &again, NULL), ERR_OK, "written again");
    T_OK(span_eq(text, again), "the same bytes");
    T_EQ(transfer_parcel_read(span_of(text.p, text.len - 1), arena, &read, NULL), ERR_PROTO,
         "cut");
    arena_destroy(&arena);
}

T_CASE(transfer_parcel_that_contradicts_itself_is_none)
{
    struct arena *arena = arena_new();

    for (int i = 0; i < 8; i++) {
        static struct transfer_visit odd[] = {
            {{(const uint8_t *)"2026-13-01", sizeof("2026-13-01") - 1}, 1, 0}};
        struct transfer_parcel parcel = parcel_of(), read;
        struct span text;

        switch (i) {
        case 0:
            parcel.format = SPAN("ibasho-transfer/2");
            break;
        case 1:
            parcel.parts = SPAN("profile,days");
            break; /* steps are in it */
        case 2:
            parcel.parts = SPAN("steps,days");
            break; /* a profile is in it */
        case 3:
            parcel.has_profile = false;
            break; /* and here it is not */
        case 4:
            parcel.on = SPAN("soon");
            break;
        case 5:
            parcel.consent_on = SPAN("");
            break;
        case 6:
            parcel.days = (struct jx_list){odd, 1};
            break;
        case 7:
            parcel.has_facts = true;
            break; /* not named */
        }
        T_EQ(transfer_parcel_write(&parcel, arena, &text, NULL), ERR_OK,
             said("written: %d", i));
        T_EQ(transfer_parcel_read(text, arena, &read, NULL), ERR_PROTO, said("refused: %d", i));
    }
    arena_destroy(&arena);
}

T_CASE(transfer_parcel_has_a_bound)
{
    struct arena *arena = arena_new();
    struct transfer_parcel parcel = parcel_of();
    size_t n = TRANSFER_PARCEL_MOST / 1000;
    struct transfer_contact *contacts = arena_alloc(arena, n * sizeof *contacts);
    uint8_t *text = arena_alloc(arena, 1000);
    struct span written;

    memset(text, 'a', 1000);
    for (size_t i = 0; i < n; i++)
        contacts[i] = (struct transfer_contact){
            .kind = SPAN("talk"), .role = SPAN("supporter"), .text = span_of(text, 1000)};
    parcel.contacts = (struct jx_list){contacts, n};
    T_EQ(transfer_parcel_write(&parcel, arena, &written, NULL), ERR_TOO_LARGE, "too much");
    arena_destroy(&arena);
}
