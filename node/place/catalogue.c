#include "node/place/catalogue.h"

/* clang-format off */
const struct catalogue_item catalogue[CATALOGUE_N] = {
    {"sofa", 160, 80, CATALOGUE_SEAT},
    {"armchair", 80, 80, CATALOGUE_SEAT},
    {"cushion", 50, 50, CATALOGUE_SEAT},
    {"chair", 44, 44, CATALOGUE_SEAT},
    {"bench", 140, 44, CATALOGUE_SEAT},
    {"beanbag", 80, 80, CATALOGUE_SEAT},
    {"window-seat", 160, 50, CATALOGUE_SEAT},
    {"desk", 100, 60, CATALOGUE_SOLID},
    {"table-round", 110, 110, CATALOGUE_SOLID},
    {"table-long", 200, 90, CATALOGUE_SOLID},
    {"table-low", 100, 60, CATALOGUE_SOLID},
    {"counter", 240, 60, CATALOGUE_SOLID},
    {"bookshelf", 160, 36, CATALOGUE_SOLID},
    {"shelf-low", 120, 36, CATALOGUE_SOLID},
    {"plant", 44, 44, CATALOGUE_SOLID},
    {"tree", 120, 120, CATALOGUE_SOLID},
    {"flowerbed", 200, 60, CATALOGUE_SOLID},
    {"lamp", 36, 36, CATALOGUE_SOLID},
    {"aquarium", 120, 44, CATALOGUE_SOLID},
    {"piano", 150, 70, CATALOGUE_SOLID},
    {"lectern", 60, 50, CATALOGUE_SOLID},
    {"screen", 260, 20, CATALOGUE_SOLID},
    {"whiteboard", 200, 20, CATALOGUE_SOLID},
    {"partition", 140, 10, CATALOGUE_SOLID},
    {"pond", 300, 200, CATALOGUE_SOLID},
    {"fountain", 200, 200, CATALOGUE_SOLID},
    {"toy-box", 80, 50, CATALOGUE_SOLID},
    {"globe", 40, 40, CATALOGUE_SOLID},
    {"water-server", 40, 40, CATALOGUE_SOLID},
    {"coat-rack", 100, 40, CATALOGUE_SOLID},
    {"rug", 300, 200, CATALOGUE_FLAT},
    {"rug-round", 240, 240, CATALOGUE_FLAT},
    {"mat", 120, 80, CATALOGUE_FLAT},
    {"cat", 60, 40, CATALOGUE_FLAT},
};

const char catalogue_choices[] =
    "sofa|armchair|cushion|chair|bench|beanbag|window-seat|desk|table-round|"
    "table-long|table-low|counter|bookshelf|shelf-low|plant|tree|flowerbed|lamp|"
    "aquarium|piano|lectern|screen|whiteboard|partition|pond|fountain|toy-box|"
    "globe|water-server|coat-rack|rug|rug-round|mat|cat";
/* clang-format on */
