/* Calls for help: is anybody on duty, and does a call wait for an answer? */
#include <inttypes.h>

#include "node/server/doctor.h"
#include "node/support/duty_store.h"

void doctor_check_support(struct doctor *d)
{
    struct req *req = d->req;
    struct duty_row *rows = NULL;
    int64_t n_sos = 0, n_incidents = 0;
    size_t n_duty[2] = {0, 0};

    if (req->services->support == NULL || req->db == NULL ||
        duty_store_count(req->db, &n_sos, &n_incidents, NULL) != ERR_OK ||
        duty_store_list(NULL, req->db, DUTY_SOS, req->arena, &rows, &n_duty[0], NULL) !=
            ERR_OK ||
        duty_store_list(NULL, req->db, DUTY_INCIDENT, req->arena, &rows, &n_duty[1], NULL) !=
            ERR_OK)
        return;
    if (n_sos > 0 || n_incidents > 0)
        doctor_add(d, "support", DOCTOR_WARN, "職員の画面の一覧で応答してください。",
                   "応答のないSOSが %" PRId64 " 件、読まれていない重い報告が %" PRId64
                   " 件あります。",
                   n_sos, n_incidents);
    else if (n_duty[0] == 0 || n_duty[1] == 0)
        doctor_add(
            d, "support", DOCTOR_WARN, "画面の「当番」で、知らせる人と順番を決めてください。",
            "SOSの当番は %zu 人、重い報告を知らせる人は %zu 人です。", n_duty[0], n_duty[1]);
    else
        doctor_add(d, "support", DOCTOR_OK, "", "応答を待つSOSはありません（当番 %zu 人）。",
                   n_duty[0]);
}
