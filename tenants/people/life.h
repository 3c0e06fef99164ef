/* tenants/people/life.h - the life of an account over HTTP: requested, approved by the
 * commissioner, issued under the contract's quota, suspended, closed, duplicates merged
 * (AI-4.3-オ, カ, KP-1-千葉-1). What its files share. Each change is one transaction: the step
 * with its leaf, the move, the end of sessions, the access record. Threads: handlers on
 * workers, runs on the writer's; issuing on the hashing threads. */
#ifndef TENANTS_PEOPLE_LIFE_H
#define TENANTS_PEOPLE_LIFE_H

#include "node/base/route.h"
#include "node/base/setting.h"
#include "node/db/audit.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/life_store.h"

#define LIFE_IDS_MOST 200 /* in one request: issuing hashes a password for each */
#define LIFE_BOARD    (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
/* Who comes with the contractor and goes with the contract. */
#define LIFE_CONTRACTOR_SIDE \
    (ROLE_BIT(ROLE_CONTRACTOR) | ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_INSTRUCTOR) | \
     ROLE_BIT(ROLE_GUEST_TEACHER) | ROLE_BIT(ROLE_DATA_HOLDER) | ROLE_BIT(ROLE_ANALYST))

/* Whose first way in, a password made by others, may be handed out by whom: to whoever teaches,
 * oversees or evaluates only by a commissioner, for who reads a first password can be that
 * person before the person is. The contractor's are children, their guardians and those who
 * come with him. It holds for issuing, slips, and resets of accounts that have no second
 * factor. */
bool life_may_hand_out(enum role caller, enum role of);

extern const struct setting setting_consent_before_issue, setting_first_password_days,
    setting_requests_day;

/* What a person is told when a rule of this folder says no: 409 and a sentence of its own. */
struct life_refusal {
    const char *code; /* NULL: none */
    const char *title_ja;
};
/* Answers with the refusal when there is one, else with why. */
void life_refuse(struct req *req, const struct life_refusal *refusal, const struct fail *why);
/* Notes the refusal and gives ERR_CONFLICT. */
enum err life_say_no(struct life_refusal *refusal, const char *code, const char *title_ja,
                     struct fail *why);

/* The ids of a bulk request, 1 to LIFE_IDS_MOST, each once. ERR_INVALID. */
struct jx_texts;
NODISCARD enum err life_ids_read(const struct jx_texts *texts, struct arena *arena,
                                 struct id **ids_out, struct fail *why);
/* One step of an account as the request's caller takes it. */
struct account_step life_step(const struct req *req, const struct life_row *row,
                              enum account_state after);
/* After the commit: the lines of accounts that steps suspended or closed end now, not when the
 * looking thread finds their sessions over. */
void life_steps_drop(const struct services *services, const struct account_step *steps,
                     size_t n);
/* May the caller suspend or close this account? Nobody his own; the board's only the board, and
 * never its last active commissioner. ERR_CONFLICT with a refusal. */
NODISCARD enum err life_check_board(struct tx *tx, const struct req *req,
                                    const struct life_row *row, struct life_refusal *refusal,
                                    struct fail *why);
/* A commissioner's or auditor's account is not one person's work: once two commissioners are
 * there, whoever approves it neither asked for it nor issues it. theirs: whose step at that
 * state must not have been the caller's. ERR_CONFLICT with a refusal. */
NODISCARD enum err life_check_second(struct tx *tx, const struct req *req,
                                     const struct life_row *row, enum account_state theirs,
                                     struct life_refusal *refusal, struct fail *why);
/* A reason under the person's key, for the step of that id. */
NODISCARD enum err life_reason_seal(struct req *req, struct id person, struct id step,
                                    struct span reason, struct span *sealed_out,
                                    struct fail *why);

#endif
