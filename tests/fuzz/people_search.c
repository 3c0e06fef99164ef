/* covers: tenants/people/people_search.c */
/* A search for people as anybody may send it. First byte: who asks; second: filters and cursor;
 * third: how many; then the words. Every search is asked of two towns that differ only in what
 * the caller may not see: the answers must be the same, so that no word, filter or cursor tells
 * of it. */
#include "tenants/people/people_priv.h"

#include <stdlib.h>
#include <string.h>

#define N_PEOPLE 6

static const struct id me = {{9}}, north = {{1}}, south = {{2}};

static const struct {
    const char *display, *login, *name[2]; /* the name in the one town and in the other */
    struct id school;
    enum role role;
} cast[N_PEOPLE] = {
    {"\nそら\n",
     "id-aoi\n",
     {"青山葵\n葵\nあおやまあおい\nあおい\n", "zz\nz\nzz\nz\n"},
     {{1}},
     ROLE_STUDENT},
    {"\nうみ\n",
     "id-ben\n",
     {"馬場勉\n勉\nばばべん\nべん\n", "yy\ny\nyy\ny\n"},
     {{1}},
     ROLE_STUDENT},
    {"\nほし\n",
     "id-dai\n",
     {"伊達大\n大\nだてだい\nだい\n", "xx\nx\nxx\nx\n"},
     {{2}},
     ROLE_STUDENT},
    {"\n北野\n", "kitano\n", {"北野\n\nきたの\n\n", "w\n\nw\n\n"}, {{1}}, ROLE_SCHOOL_STAFF},
    {"\n委員\n", "iin\n", {"委員\n\nいいん\n\n", "v\n\nv\n\n"}, {{0}}, ROLE_COMMISSIONER},
    {"\nわたし\n", "me\n", {"私\n\nわたし\n\n", "私\n\nわたし\n\n"}, {{1}}, ROLE_SUPPORTER},
};

static struct people_entry entries[2][N_PEOPLE];
static uint32_t order[N_PEOPLE];
static struct people towns[2];
static uint8_t hay[2][N_PEOPLE][256];

static struct span put(uint8_t *into, const char *display, const char *login, const char *name)
{
    size_t d = strlen(display), l = strlen(login), n = strlen(name);

    memcpy(into, display, d);
    memcpy(into + d, login, l);
    memcpy(into + d + l, name, n);
    return span_of(into, d + l + n);
}

static void build(void)
{
    for (int t = 0; t < 2; t++) {
        for (uint32_t i = 0; i < N_PEOPLE; i++) {
            struct people_entry *e = &entries[t][i];

            *e = (struct people_entry){
                .place = {.person = {{(uint8_t)(20 + i)}},
                          .school = cast[i].school,
                          .kind = person_kind_of(cast[i].role),
                          .role = cast[i].role,
                          .is_usable = true,
                          .is_open = true},
                .has_account = true,
                .state = i == 1 ? ACCOUNT_SUSPENDED : ACCOUNT_ACTIVE,
                .hay = put(hay[t][i], cast[i].display, cast[i].login, cast[i].name[t]),
                .display_len = strlen(cast[i].display),
                .id_len = strlen(cast[i].display) + strlen(cast[i].login),
            };
            order[i] = i;
        }
        entries[t][N_PEOPLE - 1].place.person = me;
        towns[t] = (struct people){
            .at = entries[t], .n = N_PEOPLE, .by_name = order, .by_display = order};
    }
}

static struct people_query query_of(uint8_t filters, uint8_t cap, struct span q)
{
    static const struct id child = {{20}};
    struct id after = {{(uint8_t)(19 + (filters >> 5))}};

    return (struct people_query){
        .q = q,
        .school = (filters & 3) == 1   ? north
                  : (filters & 3) == 2 ? south
                                       : ID_NONE,
        .has_state = (filters & 4) != 0,
        .state = ACCOUNT_SUSPENDED,
        .has_role = (filters & 8) != 0,
        .role = ROLE_STUDENT,
        .after = (filters & 16) != 0 ? after : ID_NONE,
        .n_cap = 1 + cap % PEOPLE_PAGE_MOST,
        .children = &child,
        .n_children = 1,
    };
}

static void check_page(const struct people_page *page, const struct people_query *query)
{
    if (page->n > (size_t)query->n_cap || page->n > page->n_total)
        abort();
    for (size_t i = 0; i < page->n; i++)
        if (page->at[i].shows == 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum role roles[] = {ROLE_SUPPORTER, ROLE_GUARDIAN,     ROLE_STUDENT,
                                      ROLE_AUDITOR,   ROLE_COMMISSIONER, ROLE_SCHOOL_STAFF};
    static const struct rights_grant manager = {.right = RIGHT_MANAGER, .school = {{1}}};
    struct rights_view view = {.caller = {.account = me, .school = {{1}}}};
    struct people_page page[2];
    struct people_query query;
    struct arena *arena = NULL;
    enum err rc[2];

    if (size < 3 || arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    if (towns[0].n == 0)
        build();
    view.caller.role = roles[data[0] % (sizeof roles / sizeof roles[0])];
    if (view.caller.role == ROLE_SCHOOL_STAFF && data[0] >= 128) {
        view.grants = &manager;
        view.n_grants = 1;
    }
    query = query_of(data[1], data[2], span_of(data + 3, size - 3));
    for (int t = 0; t < 2; t++) {
        rc[t] = people_search(&towns[t], &view, &query, arena, &page[t], NULL);
        if (rc[t] == ERR_OK)
            check_page(&page[t], &query);
    }
    if (view.caller.role != ROLE_COMMISSIONER && view.n_grants == 0) {
        if (rc[0] != rc[1])
            abort();
        if (rc[0] == ERR_OK && (page[0].n != page[1].n || page[0].n_total != page[1].n_total ||
                                page[0].has_next != page[1].has_next))
            abort();
        for (size_t i = 0; rc[0] == ERR_OK && i < page[0].n; i++)
            if (!id_eq(page[0].at[i].entry->place.person, page[1].at[i].entry->place.person))
                abort();
    }
    arena_destroy(&arena);
    return 0;
}
