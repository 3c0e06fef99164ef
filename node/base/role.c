#include "node/base/role.h"

static const struct {
    const char *id, *name_ja;
} rows[ROLE_N] = {
    [ROLE_ANONYMOUS] = {"anonymous", "ログインしていない人"},
    [ROLE_STUDENT] = {"student", "児童生徒"},
    [ROLE_GUARDIAN] = {"guardian", "保護者"},
    [ROLE_SUPPORTER] = {"supporter", "オンライン支援員"},
    [ROLE_INSTRUCTOR] = {"instructor", "授業者"},
    [ROLE_GUEST_TEACHER] = {"guest_teacher", "ゲストティーチャー"},
    [ROLE_SCHOOL_STAFF] = {"school_staff", "学校の教職員"},
    [ROLE_COMMISSIONER] = {"commissioner", "委託者（教育委員会）"},
    [ROLE_CONTRACTOR] = {"contractor", "受託者"},
    [ROLE_DATA_HOLDER] = {"data_holder", "保有・管理主体"},
    [ROLE_ANALYST] = {"analyst", "分析主体"},
    [ROLE_COORDINATOR] = {"coordinator", "都道府県コーディネーター"},
    [ROLE_AUDITOR] = {"auditor", "監査"},
};

const char *role_id(enum role role)
{
    return rows[role].id;
}

const char *role_name_ja(enum role role)
{
    return rows[role].name_ja;
}

enum err role_parse(struct span id, enum role *role_out, struct fail *why)
{
    for (int i = 0; i < ROLE_N; i++) {
        if (span_eq(id, span_text(rows[i].id))) {
            *role_out = (enum role)i;
            return ERR_OK;
        }
    }
    return fail_field(why, ERR_INVALID, "role", "no such role");
}
