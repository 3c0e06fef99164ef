/* federation/transfer_http.h - what the routes of transfers share.  Threads: workers. */
#ifndef FEDERATION_TRANSFER_HTTP_H
#define FEDERATION_TRANSFER_HTTP_H

#include "federation/transfer_priv.h"
#include "node/place/place_http.h"

/* Commissioners alone: both sides' board decides, nobody of the contractor sees a list. */
#define TRANSFER_BOARD PLACE_DECIDERS

/* NULL: answered. */
struct federation *transfer_federation(struct req *req);
/* {transfer} of the path into req->object. False: answered. */
bool transfer_of_path(struct req *req);
/* A code of a refusal with its sentence, else why. */
void transfer_refuse(struct req *req, const char *code, const struct fail *why);

/* The parts of a parcel as a page shows them. */
struct transfer_shown {
    struct span made_on, consent_on, consent_how, name, kana, grade;
    struct transfer_profile profile;
    struct transfer_facts facts;
    bool has_profile, has_facts, has_name;
    struct jx_list steps, days, contacts;
};
extern const struct jx_shape transfer_shown_shape;
/* is_all: also facts, name and the words of staff. ERR_NOT_FOUND: there is none (any more). */
NODISCARD enum err transfer_show_parcel(struct req *req, struct id transfer, bool is_all,
                                        struct transfer_shown *out, struct fail *why);

#endif
