/* tenants/profile/profile_rules.h - what a display name and a note must be (AI-2.2-エ,
 * KP-3-安全-1): so short, nothing by which a child is found outside, nobody who passes for
 * staff. Every defect is a sentence that names the field and the rule, in words a child reads;
 * none repeats a real name. Pure but for profile_names_read.  Threads: any. */
#ifndef TENANTS_PROFILE_PROFILE_RULES_H
#define TENANTS_PROFILE_PROFILE_RULES_H

#include "node/base/jx.h"
#include "node/base/role.h"
#include "node/base/services.h"
#include "node/db/db.h"
#include "tenants/people/people_index.h"

#define PROFILE_NAME_MOST 12 /* graphemes */
#define PROFILE_NOTE_MOST 40
/* A grapheme may be one letter under any number of marks: these bound what others must draw. */
#define PROFILE_NAME_BYTES 120
#define PROFILE_NOTE_BYTES 400

/* What a child's name may not be or hold, in clear. */
struct profile_names {
    struct span family, given, family_kana, given_kana; /* empty: not known */
    const struct span *schools;
    size_t n_schools;
};
/* Of a person, with the names of all schools here. ERR_NOT_FOUND. */
NODISCARD enum err profile_names_read(const struct services *services, struct db *db,
                                      struct id person, struct arena *arena,
                                      struct profile_names *names_out, struct fail *why);

/* Spaces at both ends go. */
struct span profile_trim(struct span text);
/* Real names and schools are asked of students, words of staff of the child side. Adds the
 * first defect found, as "/name". ERR_NOMEM, ERR_PROTO (not from jx). */
NODISCARD enum err profile_check_name(enum role role, struct span name,
                                      const struct profile_names *names, struct arena *arena,
                                      struct jx_defects *defects, struct fail *why);
/* Whom the people would take for the child-side person `but` under that name: whole, or without
 * the さん behind it. */
NODISCARD enum err profile_name_like(const struct people *people, struct span name,
                                     struct id but, struct arena *arena,
                                     enum people_like *like_out, struct fail *why);
/* As "/note"; may be empty. */
NODISCARD enum err profile_check_note(struct span note, struct arena *arena,
                                      struct jx_defects *defects, struct fail *why);

#endif
