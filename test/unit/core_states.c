/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "check.h"
#include "core/child.h"

/*
 * The states of a child, and which may follow which, as a table that a person
 * can read. It is the same as in the file below, or somebody has changed what
 * a child can do: `core_states print` prints the one to put there.
 */

#define GOLDEN     "test/golden/transitions"
#define TABLE_SIZE 2048

static void
print_cell(FILE *out, unsigned column, const char *text)
{
	if (column + 1 < CHILD_NSTATES)
		fprintf(out, "%-12s", text);
	else
		fprintf(out, "%s\n", text);
}

static void
print_row(FILE *out, enum child_state from)
{
	fprintf(out, "%-12s", child_state_text[from]);
	for (unsigned to = 0; to < CHILD_NSTATES; to++) {
		bool legal = child_state_legal(from, (enum child_state)to);

		print_cell(out, to, legal ? "yes" : ".");
	}
}

static void
print_table(FILE *out)
{
	fprintf(out, "%-12s", "from / to");
	for (unsigned to = 0; to < CHILD_NSTATES; to++)
		print_cell(out, to, child_state_text[to]);
	for (unsigned from = 0; from < CHILD_NSTATES; from++)
		print_row(out, (enum child_state)from);
}

static void
compare(void)
{
	char table[TABLE_SIZE] = "", golden[TABLE_SIZE] = "";
	FILE *out = fmemopen(table, sizeof(table), "w");
	FILE *in = fopen(GOLDEN, "r");

	CHECK(out != NULL && in != NULL);
	print_table(out);
	fclose(out);
	CHECK(fread(golden, 1, sizeof(golden) - 1, in) > 0);
	fclose(in);
	if (strcmp(table, golden) != 0)
		printf("%s", table);
	CHECK(strcmp(table, golden) == 0);
	OK("transitions are those of " GOLDEN);
}

static void
follow_no_state_by_itself(void)
{
	for (unsigned s = 0; s < CHILD_NSTATES; s++)
		CHECK(!child_state_legal((enum child_state)s,
		    (enum child_state)s));
	OK("no state follows itself");
}

int
main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "print") == 0) {
		print_table(stdout);
		return 0;
	}
	compare();
	follow_no_state_by_itself();
	return 0;
}
