/* tenants/roster/finding.h - what is wrong with a roster package: rule, place, what to do. A
 * sentence belongs to its rule and never quotes a value, so that a finding names no person;
 * line and column are enough for those who may open the file. Threads: reentrant. Owns:
 * nothing. */
#ifndef TENANTS_ROSTER_FINDING_H
#define TENANTS_ROSTER_FINDING_H

#include "node/base/arena.h"

enum roster_severity { ROSTER_IGNORE, ROSTER_WARNING, ROSTER_ERROR };

/* One row a rule; ids are stable, programs may rely on them. X(enum, id, severity, sentence) */
#include "tenants/roster/rules.h"

enum roster_rule {
#define ROSTER_RULE_ENUM(name, id, severity, ja) RULE_##name,
    ROSTER_RULES(ROSTER_RULE_ENUM)
#undef ROSTER_RULE_ENUM
        ROSTER_RULES_N
};

const char *roster_rule_id(enum roster_rule rule); /* "users.kana.halfwidth" */
const char *roster_rule_ja(enum roster_rule rule); /* what is wrong and what to do */
enum roster_severity roster_rule_severity(enum roster_rule rule); /* by default */

struct roster_finding {
    enum roster_rule rule;
    enum roster_severity severity;
    const char *file;   /* "users.csv"; the name in the ZIP; "" for the package as a whole */
    int line;           /* 1 is the head row; 0: the file as a whole */
    const char *column; /* "metadata.jp.kanaGivenName"; "" for the line as a whole */
    int order;          /* of file and column, for sorting */
};

struct roster_findings {
    struct roster_finding *at;
    size_t n;
    size_t n_errors, n_warnings; /* of all, those beyond the cap too */
    size_t n_untold;             /* found but not kept: over the cap */
};

/* One line of text: "誤り users.csv 12行 metadata.jp.kanaGivenName: ...
 * [users.kana.halfwidth]". NULL when memory is out. */
const char *roster_finding_text(const struct roster_finding *finding, struct arena *arena);
/* All as CSV with a head row: 重さ,規則,ファイル,行,列,説明. has_bom: for spreadsheets. */
NODISCARD enum err roster_findings_csv(const struct roster_findings *findings, bool has_bom,
                                       struct arena *arena, struct span *csv_out,
                                       struct fail *why);

#endif
