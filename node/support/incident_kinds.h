/* node/support/incident_kinds.h - kinds of incidents, as in the table, JSON and wire.ts.
 * Threads: const data. */
#ifndef NODE_SUPPORT_INCIDENT_KINDS_H
#define NODE_SUPPORT_INCIDENT_KINDS_H

enum incident_kind {
    INCIDENT_CRISIS,    /* a cry for help in a line */
    INCIDENT_CONTACT,   /* a try to exchange addresses */
    INCIDENT_WARNING,   /* staff warned a child */
    INCIDENT_STAFFLESS, /* a floor without staff */
    INCIDENT_UNSTAFFED, /* a lesson without its instructor or a support staff */
    INCIDENT_MANUAL,    /* reported by staff */
    INCIDENT_DRILL,
    INCIDENT_KIND_N
};
#define INCIDENT_KINDS "crisis|contact|warning|staffless|unstaffed|manual|drill"

#endif
