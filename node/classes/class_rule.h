/* node/classes/class_rule.h - who must be in a class: at least two people, one support staff
 * and one main instructor; with team teaching the sub instructor may be the support staff, too;
 * the main instructor cannot (AI-4.4-キ-ウ, 2名体制). Where the main instructor stands at
 * another town's node, a support staff of ours is asked for all the same. Pure: over a plan,
 * and over who is there at run time.  Threads: reentrant.  Owns: nothing. */
#ifndef NODE_CLASSES_CLASS_RULE_H
#define NODE_CLASSES_CLASS_RULE_H

#include "node/base/id.h"

#define CLASS_SUPPORTERS_MOST 4

struct class_team {
    struct id main, sub;    /* ID_NONE: nobody */
    bool main_is_elsewhere; /* held by another town: its main instructor stands there */
    bool sub_supports;      /* the sub instructor doubles as support staff */
    struct id supporters[CLASS_SUPPORTERS_MOST];
    int n_supporters;
};

/* What is wrong, as bits. */
#define CLASS_RULE_NO_MAIN           1u
#define CLASS_RULE_NO_SUPPORTER      2u /* nobody but, maybe, the main instructor */
#define CLASS_RULE_MAIN_IS_SUPPORTER 4u
#define CLASS_RULE_SUB_IS_MAIN       8u /* then there is no team, and no sub instructor */
/* 0: at least two people, one of each kind. A person counts once, whatever parts he has. */
unsigned class_rule_check(const struct class_team *team);
/* Different people in it. */
int class_rule_people(const struct class_team *team);
/* Has any part. */
bool class_team_has(const struct class_team *team, struct id account);

#endif
