/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "cmd/top/batch.h"
#include "cmd/top/cells.h"

static void
write_stdout(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	fwrite(bytes, 1, len, stdout);
}

bool
top_batch_print(const struct top_model *model)
{
	static char texts[TOP_NCOLUMNS][TOP_CELL_SIZE];
	static const struct table_style style = { .titles = true,
		.ellipsis = "~" };
	struct table_cell cells[TOP_NCOLUMNS];
	struct table table;
	bool added = true;

	table_init(&table, top_columns, TOP_NCOLUMNS);
	for (size_t k = 0; k < model->nshown && added; k++) {
		for (int i = 0; i < TOP_NCOLUMNS; i++) {
			top_cell(model, &model->look.rows[model->shown[k]],
			    (enum top_column)i, texts[i]);
			cells[i] = (struct table_cell){ .text = texts[i] };
		}
		/* As it can be asked for, not drawn. */
		cells[TOP_NAME].text = model->look.rows[model->shown[k]].name;
		added = table_add(&table, cells);
	}
	if (added)
		table_print(&table, &style, write_stdout, NULL);
	table_fini(&table);
	return added;
}
