/* SPDX-License-Identifier: ISC */
#ifndef CMD_TOP_BATCH_H
#define CMD_TOP_BATCH_H

#include "cmd/top/model.h"

/* Prints a look as a table, as wide as it is. False: no memory. */
bool top_batch_print(const struct top_model *model);

#endif
