/* federation/series_rows.h - the routes of series, for node/features.c; statements and tables
 * are in series_store.h. Threads: const data. */
#ifndef FEDERATION_SERIES_ROWS_H
#define FEDERATION_SERIES_ROWS_H

#include "node/base/route.h"

#define SERIES_ROUTES_N       3
#define SERIES_COUNT_ROUTES_N 2
#define SERIES_SHARE_ROUTES_N 2
#define SERIES_MAKE_ROUTES_N  1
#define SERIES_ACT_ROUTES_N   4
#define SERIES_GUEST_ROUTES_N 2
#define SERIES_MINE_ROUTES_N  1
extern const struct route series_routes[SERIES_ROUTES_N];             /* series_http.c */
extern const struct route series_count_routes[SERIES_COUNT_ROUTES_N]; /* series_count_http.c */
extern const struct route series_share_routes[SERIES_SHARE_ROUTES_N]; /* series_share_http.c */
extern const struct route series_make_routes[SERIES_MAKE_ROUTES_N];   /* series_make_http.c */
extern const struct route series_act_routes[SERIES_ACT_ROUTES_N];     /* series_act_http.c */
extern const struct route series_guest_routes[SERIES_GUEST_ROUTES_N]; /* series_guest_http.c */
extern const struct route series_mine_routes[SERIES_MINE_ROUTES_N];   /* series_mine_http.c */

#endif
