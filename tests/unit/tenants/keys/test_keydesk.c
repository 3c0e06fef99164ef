/* The table between people: invitations, proposals of a new sheet, counted tries. */
#include "node/base/clock.h"
#include "tenants/keys/keydesk.h"

#include <stdio.h>

#include "tests/t.h"

static const struct id node = {{1}}, anna = {{2}}, beni = {{3}};

struct table {
    struct keydesk *desk;
    uint8_t half[KEY_HALF_BYTES];
    char code[KEY_CODE_CAP];
};

static struct table begin(void)
{
    struct table t = {.desk = NULL};

    memset(t.half, 0x31, sizeof t.half);
    T_EQ(keydesk_create(&t.desk, NULL), ERR_OK, "made");
    T_EQ(keyring_half_code(node, t.half, t.code, NULL), ERR_OK, "code");
    return t;
}

T_CASE(keydesk_invites_once_for_an_hour)
{
    struct table t = begin();
    char code[KEYDESK_INVITATION_CAP], other[KEYDESK_INVITATION_CAP], typed[32];

    T_EQ(keydesk_invited(t.desk, SPAN(""), 0, NULL), ERR_DENIED, "nobody is invited");
    T_EQ(keydesk_invited(t.desk, SPAN("AAAA-AAAA-AAAA"), 0, NULL), ERR_DENIED, "nobody");
    keydesk_invite(t.desk, 5 * SECOND_US, code);
    T_EQ(strlen(code), 14, "three groups of four");
    T_EQ(keydesk_invited(t.desk, span_text(code), 6 * SECOND_US, NULL), ERR_OK, "invited");
    for (size_t i = 0; i <= strlen(code); i++)
        typed[i] = (char)(code[i] == '-'                     ? ' '
                          : code[i] >= 'A' && code[i] <= 'Z' ? code[i] - 'A' + 'a'
                                                             : code[i]);
    T_EQ(keydesk_invited(t.desk, span_text(typed), 6 * SECOND_US, NULL), ERR_OK,
         "as people type it");
    T_EQ(keydesk_invited(t.desk, span_of(code, 13), 6 * SECOND_US, NULL), ERR_DENIED, "cut");
    snprintf(typed, sizeof typed, "%s2", code);
    T_EQ(keydesk_invited(t.desk, span_text(typed), 6 * SECOND_US, NULL), ERR_DENIED, "longer");
    T_EQ(keydesk_invited(t.desk, span_text(code), 5 * SECOND_US + KEYDESK_INVITATION_US, NULL),
         ERR_DENIED, "too old");
    keydesk_invite(t.desk, 7 * SECOND_US, other);
    T_OK(strcmp(code, other) != 0, "never the same");
    T_EQ(keydesk_invited(t.desk, span_text(code), 8 * SECOND_US, NULL), ERR_DENIED,
         "the one before is void");
    keydesk_invitation_end(t.desk);
    T_EQ(keydesk_invited(t.desk, span_text(other), 8 * SECOND_US, NULL), ERR_DENIED, "used");
    keydesk_destroy(&t.desk);
    keydesk_destroy(&t.desk);
}

T_CASE(keydesk_takes_two_persons_and_the_paper)
{
    struct table t = begin();
    struct id proposal, other, person;
    uint8_t half[KEY_HALF_BYTES] = {0};
    struct span code = span_text(t.code);

    T_OK(!keydesk_peek(t.desk, 0, &proposal, &person), "nothing on the table");
    T_EQ(keydesk_approve(t.desk, ID_NONE, beni, node, code, 0, half, NULL), ERR_NOT_FOUND,
         "nothing to approve");
    keydesk_propose(t.desk, anna, t.half, MINUTE_US, &proposal);
    T_OK(keydesk_peek(t.desk, MINUTE_US, &other, &person), "there it lies");
    T_OK(id_eq(other, proposal) && id_eq(person, anna), "of whom");
    T_EQ(keydesk_approve(t.desk, proposal, anna, node, code, MINUTE_US, half, NULL),
         ERR_CONFLICT, "not the same person");
    T_EQ(keydesk_approve(t.desk, beni, beni, node, code, MINUTE_US, half, NULL), ERR_NOT_FOUND,
         "another proposal");
    T_EQ(
        keydesk_approve(t.desk, proposal, beni, node, SPAN("0000-0000"), MINUTE_US, half, NULL),
        ERR_INVALID, "without the paper");
    T_EQ(half[0], 0, "and so far nothing came out");
    T_EQ(keydesk_approve(t.desk, proposal, beni, node, code, MINUTE_US, half, NULL), ERR_OK,
         "the second person with the paper");
    T_SPAN(span_of(half, sizeof half), span_of(t.half, sizeof t.half), "the half");
    T_EQ(keydesk_approve(t.desk, proposal, beni, node, code, MINUTE_US, half, NULL), ERR_BUSY,
         "not twice at a time");
    T_OK(keydesk_peek(t.desk, MINUTE_US, &other, &person), "it lies there until it holds");
    keydesk_approve_end(t.desk, proposal, beni, false);
    T_OK(!keydesk_has_held(t.desk, proposal, beni), "it did not hold");
    T_EQ(keydesk_approve(t.desk, proposal, beni, node, code, MINUTE_US, half, NULL), ERR_OK,
         "so it is approved again");
    keydesk_approve_end(t.desk, proposal, beni, true);
    T_OK(!keydesk_peek(t.desk, MINUTE_US, &other, &person), "held: the table is clear");
    T_EQ(keydesk_approve(t.desk, proposal, beni, node, code, MINUTE_US, half, NULL),
         ERR_NOT_FOUND, "once");
    T_OK(keydesk_has_held(t.desk, proposal, beni), "who asks again is told that it held");
    T_OK(!keydesk_has_held(t.desk, proposal, anna), "another person is not");
    T_OK(!keydesk_has_held(t.desk, ID_NONE, beni), "nor of another proposal");
    keydesk_destroy(&t.desk);
}

T_CASE(keydesk_clears_the_table)
{
    struct table t = begin();
    struct id first, second, person;
    uint8_t half[KEY_HALF_BYTES];
    struct span code = span_text(t.code);

    keydesk_propose(t.desk, anna, t.half, 0, &first);
    T_OK(keydesk_peek(t.desk, KEYDESK_PROPOSAL_US - 1, &second, &person), "ten minutes");
    T_EQ(keydesk_approve(t.desk, first, beni, node, code, KEYDESK_PROPOSAL_US, half, NULL),
         ERR_NOT_FOUND, "and not longer");
    keydesk_propose(t.desk, anna, t.half, MINUTE_US, &first);
    keydesk_propose(t.desk, beni, t.half, MINUTE_US, &second);
    T_EQ(keydesk_approve(t.desk, first, beni, node, code, MINUTE_US, half, NULL), ERR_NOT_FOUND,
         "the one before gave way");
    T_EQ(keydesk_approve(t.desk, second, anna, node, code, MINUTE_US, half, NULL), ERR_OK,
         "the later one holds");
    keydesk_propose(t.desk, anna, t.half, MINUTE_US, &first);
    keydesk_approve_end(t.desk, second, anna, true);
    T_OK(keydesk_peek(t.desk, MINUTE_US, &second, &person) && id_eq(first, second),
         "one laid there meanwhile stays");
    T_EQ(keydesk_try(t.desk, 2 * MINUTE_US, NULL), ERR_OK, "somebody else is at the desk");
    T_OK(keydesk_peek(t.desk, 2 * MINUTE_US, &second, &person), "in its time it stays");
    T_EQ(keydesk_try(t.desk, MINUTE_US + KEYDESK_PROPOSAL_US, NULL), ERR_OK, "much later");
    T_OK(!keydesk_peek(t.desk, MINUTE_US, &second, &person), "over its time it is wiped");
    keydesk_propose(t.desk, anna, t.half, MINUTE_US, &first);
    keydesk_clear(t.desk);
    T_OK(!keydesk_peek(t.desk, MINUTE_US, &second, &person), "at once when told so");
    keydesk_destroy(&t.desk);
}

T_CASE(keydesk_counts_tries_by_the_minute)
{
    struct table t = begin();

    for (int i = 0; i < KEYDESK_TRIES_PER_MINUTE; i++)
        T_EQ(keydesk_try(t.desk, 59 * SECOND_US, NULL), ERR_OK, "a try");
    T_EQ(keydesk_try(t.desk, 59 * SECOND_US, NULL), ERR_RATE, "one too many");
    T_EQ(keydesk_try(t.desk, MINUTE_US, NULL), ERR_OK, "the next minute");
    keydesk_destroy(&t.desk);
}
