#include "tenants/leaving/leaving_canon.h"

#include <stdio.h>
#include <stdlib.h>

#include "tenants/certificate/canon.h"
#include "tests/t.h"

T_CASE(keys_rise_at_every_depth_and_values_stay)
{
    static const struct {
        const char *what, *from, *to;
    } rows[] = {
        {"an object", "{\"b\":1,\"a\":2}", "{\"a\":2,\"b\":1}"},
        {"inside another", "{\"z\":{\"d\":1,\"c\":2}}", "{\"z\":{\"c\":2,\"d\":1}}"},
        {"in a list", "[{\"b\":1,\"a\":2},{\"a\":3}]", "[{\"a\":2,\"b\":1},{\"a\":3}]"},
        {"a name that begins another", "{\"ab\":1,\"a\":2}", "{\"a\":2,\"ab\":1}"},
        {"text with all its signs", "{\"b\":\"},{\\\"[\",\"a\":\"青\"}",
         "{\"a\":\"青\",\"b\":\"},{\\\"[\"}"},
        {"nothing in it", "{\"b\":{},\"a\":[]}", "{\"a\":[],\"b\":{}}"},
    };
    struct arena *arena = NULL;
    struct span out;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(leaving_canonical(span_text(rows[i].from), arena, &out, NULL), ERR_OK,
             rows[i].what);
        T_SPAN(out, span_text(rows[i].to), rows[i].what);
    }
    T_OK(leaving_canonical(SPAN("{\"a\":"), arena, &out, NULL) != ERR_OK, "no JSON");
    arena_destroy(&arena);
}

#define N_MEMBERS 6000

T_CASE(no_member_is_left_out_however_many)
{
    struct arena *arena = NULL;
    char *json = NULL;
    size_t len = 0;
    struct span out = SPAN_NONE;
    FILE *f = open_memstream(&json, &len);

    T_OK(f != NULL, "memory");
    if (f == NULL)
        return;
    for (int i = N_MEMBERS; i > 0; i--)
        fprintf(f, "%s\"n%05d\":%d", i == N_MEMBERS ? "{" : ",", i, i);
    fputc('}', f);
    fclose(f);
    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "arena");
    T_EQ(leaving_canonical(span_of(json, len), arena, &out, NULL), ERR_OK, "many members");
    T_EQ(out.len, len, "as long as before");
    T_EQ(canon_n_members(out), N_MEMBERS, "each is there");
    T_OK(canon_is(out), "and in the one form");
    arena_destroy(&arena);
    free(json);
}
