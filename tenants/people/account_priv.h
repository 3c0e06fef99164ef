/* tenants/people/account_priv.h - struct accounts, for the files of tenants
 * that work on its parts. */
#ifndef TENANTS_PEOPLE_ACCOUNT_PRIV_H
#define TENANTS_PEOPLE_ACCOUNT_PRIV_H

#include "tenants/people/account_store.h"
#include "tenants/signin/pace.h"
#include "tenants/signin/password.h"
#include "tenants/signin/throttle.h"

struct accounts {
    struct keyring *keyring;
    struct writer *writer;
    struct settings *settings;
    struct space *space;
    struct leaving *leaving;
    struct hasher *hasher;
    struct throttle *throttle; /* tries */
    struct throttle *failures; /* wrong ones, for the choice of the lane */
    struct pace *pace;
    struct rights *rights;
    struct people_index *people;
};

/* The blind index of a folded login. */
NODISCARD enum err account_index(struct accounts *accounts, const char *login,
                                 uint8_t index_out[ACCOUNT_INDEX_BYTES], struct fail *why);

#endif
