#include "federation/fed_code.h"

#include <stdio.h>

#include "tests/t.h"

T_CASE(fed_code_has_text_status_and_sentence_for_every_value)
{
    for (int i = 0; i < FED_CODE_N; i++) {
        enum fed_code code = (enum fed_code)i, found = FED_CODE_N;

        T_OK(fed_code_text(code) != NULL && fed_code_text(code)[0] != '\0', "a text");
        T_OK(fed_code_title_ja(code) != NULL && strlen(fed_code_title_ja(code)) > 10,
             fed_code_text(code));
        T_OK(fed_code_status(code) == 200
                 ? code == FED_OK
                 : fed_code_status(code) >= 400 && fed_code_status(code) <= 503,
             fed_code_text(code));
        T_OK(fed_code_find(span_text(fed_code_text(code)), &found) && found == code,
             fed_code_text(code));
    }
}

T_CASE(fed_code_says_what_the_protocol_says)
{
    static const struct {
        enum fed_code code;
        const char *text;
        int status;
    } rows[] = {
        {FED_SIG_PROFILE, "sig-profile", 400},
        {FED_BAD_JSON, "bad-json", 400},
        {FED_BAD_DIGEST, "bad-digest", 400},
        {FED_BAD_SIGNATURE, "bad-signature", 401},
        {FED_UNKNOWN_KEY, "unknown-key", 401},
        {FED_BAD_TIME, "bad-time", 401},
        {FED_REPLAYED, "replayed", 401},
        {FED_NOT_MEMBER, "not-member", 403},
        {FED_CONTRACT_ENDED, "contract-ended", 403},
        {FED_ROLE_DENIED, "role-denied", 403},
        {FED_WRONG_DEST, "wrong-dest", 403},
        {FED_FOREIGN_PSEUD, "foreign-pseud", 403},
        {FED_NOT_FOUND, "not-found", 404},
        {FED_METHOD_NOT_ALLOWED, "method-not-allowed", 405},
        {FED_OP_CONFLICT, "op-conflict", 409},
        {FED_REGISTRY_SPLIT, "registry-split", 409},
        {FED_ROUND_FINISHED, "round-finished", 409},
        {FED_CLASS_PURGED, "class-purged", 410},
        {FED_REGISTRY_STALE, "registry-stale", 412},
        {FED_TOO_LARGE, "too-large", 413},
        {FED_MEDIA, "media", 415},
        {FED_WRONG_AUTHORITY, "wrong-authority", 421},
        {FED_EARLY_BOOT, "early-boot", 425},
        {FED_RECEIPT_REQUIRED, "receipt-required", 428},
        {FED_RATE, "rate", 429},
        {FED_NONCE_FULL, "nonce-full", 503},
        {FED_DRAINING, "draining", 503},
    };
    enum fed_code unused;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_TEXT(fed_code_text(rows[i].code), rows[i].text, "text");
        T_EQ(fed_code_status(rows[i].code), rows[i].status, rows[i].text);
    }
    T_OK(!fed_code_find(SPAN("no-such"), &unused), "a text that is none");
    T_OK(!fed_code_find(SPAN_NONE, &unused), "an empty one");
}

T_CASE(fed_code_asks_to_try_again_only_where_that_helps)
{
    static const enum fed_code passing[] = {FED_BAD_TIME,    FED_REGISTRY_STALE, FED_EARLY_BOOT,
                                            FED_RATE,        FED_INTERNAL,       FED_NONCE_FULL,
                                            FED_UNAVAILABLE, FED_DRAINING};
    int n = 0;

    for (int i = 0; i < FED_CODE_N; i++)
        n += fed_code_is_passing((enum fed_code)i);
    T_EQ(n, T_COUNT(passing), "no others");
    for (size_t i = 0; i < T_COUNT(passing); i++)
        T_OK(fed_code_is_passing(passing[i]), fed_code_text(passing[i]));
}

T_CASE(fed_code_problem_names_the_code_and_nothing_that_was_sent)
{
    char text[FED_PROBLEM_CAP], want[FED_PROBLEM_CAP];
    size_t len = fed_problem_into(FED_REGISTRY_STALE, 42, text);

    snprintf(want, sizeof want,
             "{\"type\":\"urn:ibasho:fed:registry-stale\",\"title\":\"%s\",\"status\":412,"
             "\"code\":\"registry-stale\",\"newest_seq\":42}",
             fed_code_title_ja(FED_REGISTRY_STALE));
    T_SPAN(span_of(text, len), span_text(want), "with the newest number");
    len = fed_problem_into(FED_WRONG_DEST, 42, text);
    T_OK(memmem(text, len, "42", 2) == NULL, "no number where none is due");
    for (int i = 0; i < FED_CODE_N; i++)
        T_OK(fed_problem_into((enum fed_code)i, UINT64_MAX, text) < FED_PROBLEM_CAP, "fits");
}

T_CASE(fed_code_of_own_trouble_tells_no_more_than_it_must)
{
    for (int i = 0; i < ERR_N; i++)
        T_OK((fed_code_of_err((enum err)i) == FED_OK) == (i == ERR_OK), err_code((enum err)i));
    T_EQ(fed_code_of_err(ERR_DENIED), fed_code_of_err(ERR_NOT_FOUND), "hidden is missing");
    T_EQ(fed_code_of_err(ERR_NOMEM), FED_UNAVAILABLE, "no memory");
    T_EQ(fed_code_of_err(ERR_INTERNAL), FED_INTERNAL, "our fault");
}
