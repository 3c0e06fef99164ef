/* tenants/profile/avatar.h - the catalogue of figures: kinds and colours, which stand for a
 * person on every screen (AI-2.2-ア, KP-3-安全-1). The ids are the one list for C, SQL, JSON
 * and the browser: wire.ts has them from here, and node/web/src/art draws exactly these. Nobody
 * uploads a picture.  Threads: reentrant.  Owns: const data. */
#ifndef TENANTS_PROFILE_AVATAR_H
#define TENANTS_PROFILE_AVATAR_H

#include "node/base/id.h"
#include "node/base/span.h"

/* jx choices: those one may choose. An id, once stored, is never given to another figure. */
#define AVATAR_KINDS_OPEN \
    "cat|dog|rabbit|bear|fox|panda|mouse|squirrel|hedgehog|elephant|giraffe|deer|sheep|goat|" \
    "cow|horse|koala|lion|owl|penguin|duck|chick|flamingo|swan|turtle|frog|snail|whale|" \
    "octopus|crab|jellyfish|fish|butterfly|bee|dinosaur|person|hood|hat|knitcap|curls|spikes|" \
    "headphones|poncho|astronaut|umbrella|robot|ghost|snowman"
#define AVATAR_KINDS_N 48
/* Everybody's in an anonymous session, in one colour; nobody chooses it (SE-4.1-イ-3). */
#define AVATAR_NEUTRAL        AVATAR_KINDS_N
#define AVATAR_KINDS          AVATAR_KINDS_OPEN "|neutral"
#define AVATAR_COLOURS        "sky|mint|leaf|sand|apricot|rose|lilac|indigo|cocoa|stone"
#define AVATAR_COLOURS_N      10
#define AVATAR_NEUTRAL_COLOUR 9 /* stone */

struct avatar {
    int kind, colour; /* places in the lists */
};

/* -1: there is none. The neutral kind has an id and is found. */
int avatar_kind_find(struct span id);
int avatar_colour_find(struct span id);
struct span avatar_kind_id(int kind); /* 0 to AVATAR_NEUTRAL */
struct span avatar_colour_id(int colour);

/* Before somebody has chosen: always the same for one account, spread evenly over accounts. */
struct avatar avatar_of_account(struct id account);
/* おまかせ: evenly one of the kinds that fewest wear; counts is how many wear each. As long as
 * everyone picks this way no kind is worn twice before each is worn once. random: any 64 bits,
 * of which the colour is taken too. */
struct avatar avatar_pick(const uint32_t counts[AVATAR_KINDS_N], uint64_t random);

#endif
