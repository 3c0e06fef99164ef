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
        int status;
        const char *text;
    } rows[] = {
        {FED_SIG_PROFILE, 400, "sig-profile"},
        {FED_BAD_JSON, 400, "bad-json"},
        {FED_BAD_DIGEST, 400, "bad-digest"},
        {FED_KPI_RULE, 400, "kpi-rule"},
        {FED_KPI_HIDDEN, 400, "kpi-hidden"},
        {FED_KPI_UNKNOWN, 400, "kpi-unknown"},
        {FED_KPI_CELLS, 400, "kpi-cells"},
        {FED_KPI_MONTH, 400, "kpi-month"},
        {FED_KPI_COUNT, 400, "kpi-count"},
        {FED_BAD_SIGNATURE, 401, "bad-signature"},
        {FED_UNKNOWN_KEY, 401, "unknown-key"},
        {FED_BAD_TIME, 401, "bad-time"},
        {FED_REPLAYED, 401, "replayed"},
        {FED_NOT_MEMBER, 403, "not-member"},
        {FED_CONTRACT_ENDED, 403, "contract-ended"},
        {FED_ROLE_DENIED, 403, "role-denied"},
        {FED_WRONG_DEST, 403, "wrong-dest"},
        {FED_FOREIGN_PSEUD, 403, "foreign-pseud"},
        {FED_NOT_FOUND, 404, "not-found"},
        {FED_METHOD_NOT_ALLOWED, 405, "method-not-allowed"},
        {FED_OP_CONFLICT, 409, "op-conflict"},
        {FED_REGISTRY_SPLIT, 409, "registry-split"},
        {FED_ESCROW_REVOKED, 403, "escrow-revoked"},
        {FED_CUT_TOO_FINE, 403, "cut-too-fine"},
        {FED_KPI_REVISION, 409, "kpi-revision"},
        {FED_ROUND_FINISHED, 409, "round-finished"},
        {FED_CLASS_PURGED, 410, "class-purged"},
        {FED_REGISTRY_STALE, 412, "registry-stale"},
        {FED_TOO_LARGE, 413, "too-large"},
        {FED_MEDIA, 415, "media"},
        {FED_WRONG_AUTHORITY, 421, "wrong-authority"},
        {FED_EARLY_BOOT, 425, "early-boot"},
        {FED_RECEIPT_REQUIRED, 428, "receipt-required"},
        {FED_RATE, 429, "rate"},
        {FED_NONCE_FULL, 503, "nonce-full"},
        {FED_DRAINING, 503, "draining"},
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
