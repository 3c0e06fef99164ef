#include "node/server/operator_place.h"

#include <inttypes.h>

#include "node/base/jx_scalar.h"
#include "node/place/place_meter.h"

static void gauge(struct text *text, const char *name, const char *help, int value)
{
    text_add(text,
             "# TYPE ibasho_place_%s gauge\n# HELP ibasho_place_%s %s\nibasho_place_%s %d\n",
             name, name, help, name, value);
}

static void counter(struct text *text, const char *name, const char *help, uint64_t value)
{
    text_add(text,
             "# TYPE ibasho_place_%s counter\n# HELP ibasho_place_%s %s\n"
             "ibasho_place_%s_total %" PRIu64 "\n",
             name, name, help, name, value);
}

static void floors(struct text *text, const struct place_counts *counts)
{
    text_add(text, "# TYPE ibasho_place_people gauge\n"
                   "# HELP ibasho_place_people People on a floor, its rooms too.\n");
    for (size_t i = 0; i < counts->n_floors; i++)
        text_add(text, "ibasho_place_people{floor=\"%s\"} %d\n", counts->floors[i].id,
                 counts->floors[i].n_people);
    text_add(text, "# TYPE ibasho_place_waiting gauge\n"
                   "# HELP ibasho_place_waiting People who wait for a floor.\n");
    for (size_t i = 0; i < counts->n_floors; i++)
        text_add(text, "ibasho_place_waiting{floor=\"%s\"} %d\n", counts->floors[i].id,
                 counts->floors[i].n_waiting);
}

void operator_place_metrics(const struct place *place, struct text *text)
{
    struct place_counts counts;

    if (place == NULL)
        return;
    place_counts_read(place, &counts);
    floors(text, &counts);
    gauge(text, "lobby", "People who are connected and on no floor.", counts.n_lobby);
    gauge(text, "held", "People on a floor whose line is cut.", counts.n_held);
    gauge(text, "unwritten", "Entries and exits that wait for the database.",
          counts.n_unwritten);
    counter(text, "entries", "Visits that began.", counts.n_entered);
    counter(text, "cuts", "Lines cut under a visit.", counts.n_cut);
    counter(text, "lost", "Visits recorded as lost by a cut.", counts.n_lost);
    text_add(text, "# TYPE ibasho_place_refused counter\n"
                   "# HELP ibasho_place_refused Entries refused, by reason.\n");
    for (int i = 0; i < PLACE_REFUSALS_N; i++)
        text_add(text, "ibasho_place_refused_total{reason=\"%.*s\"} %" PRIu64 "\n",
                 SPAN_ARG(jx_choice_at(PLACE_REFUSALS, i)), counts.refused[i]);
}

void doctor_check_place(struct doctor *d)
{
    const struct place *place = d->req->services->place;
    struct place_counts counts;
    int n_people = 0, n_waiting = 0;

    if (place == NULL)
        return; /* a node without a place, or a locked one: other findings say so */
    place_counts_read(place, &counts);
    for (size_t i = 0; i < counts.n_floors; i++) {
        n_people += counts.floors[i].n_people;
        n_waiting += counts.floors[i].n_waiting;
    }
    switch (counts.seats) {
    case PLACE_SEATS_READING:
    case PLACE_SEATS_FAILED:
        doctor_add(d, "place", DOCTOR_BAD,
                   "log/node.log の place.seats-unread の行と、データベースを見てください。",
                   "まだ開けません。前のプログラムの席を読んでいます（%d 回目）。",
                   counts.n_seats_tries + 1);
        return;
    case PLACE_SEATS_GIVEN_UP:
        doctor_add(d, "place", DOCTOR_WARN,
                   "データベースを直したあと、ibasho-node を起こし直してください。",
                   "前のプログラムの席を読めないまま開いています（%d 回ためしました）。",
                   counts.n_seats_tries);
        return;
    case PLACE_SEATS_READ:
        break;
    }
    doctor_add(d, "place", counts.n_unwritten > 1000 ? DOCTOR_WARN : DOCTOR_OK,
               "入退室の記録が書けずにたまっています。データベースを見てください。",
               "フロアに %d 人、順番を待つ人 %d 人、切れている人 %d 人。書いていない入退室 %d "
               "件。",
               n_people, n_waiting, counts.n_held, counts.n_unwritten);
}
