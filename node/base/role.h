/* node/base/role.h - the twelve role ids, fixed once for C, SQL, JSON and TypeScript
 * (register section 0, design section 10).  Threads: reentrant. */
#ifndef NODE_BASE_ROLE_H
#define NODE_BASE_ROLE_H

#include "node/base/err.h"
#include "node/base/span.h"

enum role {
    ROLE_ANONYMOUS, /* nobody is signed in */
    ROLE_STUDENT,
    ROLE_GUARDIAN,
    ROLE_SUPPORTER,
    ROLE_INSTRUCTOR,
    ROLE_GUEST_TEACHER,
    ROLE_SCHOOL_STAFF,
    ROLE_COMMISSIONER,
    ROLE_CONTRACTOR,
    ROLE_DATA_HOLDER,
    ROLE_ANALYST,
    ROLE_COORDINATOR,
    ROLE_AUDITOR,
    ROLE_N
};

/* JX_ENUM choices, in the order above from the second on: role = 1 + what was read. */
#define ROLE_CHOICES \
    "student|guardian|supporter|instructor|guest_teacher|school_staff|commissioner|" \
    "contractor|data_holder|analyst|coordinator|auditor"

#define ROLE_BIT(role)   (1u << (role))
#define ROLES_SIGNED_IN  ((1u << ROLE_N) - 1u - ROLE_BIT(ROLE_ANONYMOUS))
#define ROLES_EVERYONE   ((1u << ROLE_N) - 1u)
#define ROLES_CHILD_SIDE (ROLE_BIT(ROLE_STUDENT) | ROLE_BIT(ROLE_GUARDIAN))
#define ROLES_ADULT      (ROLES_SIGNED_IN & ~ROLE_BIT(ROLE_STUDENT))

const char *role_id(enum role role);      /* "guest_teacher" */
const char *role_name_ja(enum role role); /* "ゲストティーチャー" */
/* ERR_INVALID for anything but the ids above. */
NODISCARD enum err role_parse(struct span id, enum role *role_out, struct fail *why);

#endif
