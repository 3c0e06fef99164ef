/* The rows of what other nodes may ask: whole, unique, and bounded by what can read them. */
#include "federation/federation_priv.h"
#include "federation/outbox.h"
#include "tests/t.h"

T_CASE(fed_kinds_are_whole_rows)
{
    for (int i = 0; i < EXCHANGE_KINDS_N; i++) {
        const struct fed_kind *kind = &exchange_kinds[i];
        bool is_get = strcmp(kind->method, "GET") == 0;

        T_OK(fed_kind_find(span_text(kind->name)) == kind, kind->name);
        T_OK(is_get || strcmp(kind->method, "POST") == 0, "its method");
        T_OK(strncmp(kind->path, "/fed/v1/", 8) == 0, "its path");
        T_EQ(kind->handle != NULL, kind->keep == FED_KEEP_NONE, "what is asked is handled");
        T_EQ(kind->run != NULL, kind->keep != FED_KEEP_NONE, "what is done is kept");
        T_OK(!is_get || (kind->body_most == 0 && kind->keep == FED_KEEP_NONE),
             "who only asks brings nothing");
        T_OK(kind->input == NULL || kind->body_most <= JX_MAX_BYTES, "what JSON may be long");
        T_OK(kind->body_most <= PROFILE_BODY_MOST, "what a request may be long");
        T_OK(!kind->is_open || is_get, "nothing is done for a stranger");
    }
    T_OK(fed_kind_find(SPAN("fed.nothing")) == NULL, "no such kind");
    T_OK(fed_kind_find(SPAN("")) == NULL, "none");
}

T_CASE(fed_an_operation_is_remembered_longer_than_it_is_tried)
{
    T_REQ("CARD-12");
    T_OK(FED_GIVE_UP_US < 30 * DAY_US, "the sender gives up before the receiver forgets");
}
