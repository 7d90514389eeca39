/* SPDX-License-Identifier: ISC */
#include "core_fixture.h"

/* Stops of one child and of a supervisor: S59 to S78. */

static const struct fixture_case cases[] = {
	{ "S78: a start that waited is given up when its supervisor stops",
	    "sup root; worker a; worker b term=delay:1000",
	    "exit a crash remains; stop; gone a; wait 1000",
	    "exit a#1 exit:1; report root child_terminated a exit:1;"
	    "exit b#1 shutdown; exit root#1 shutdown; end" },
};

int
main(void)
{
	return fixture_cases(cases, sizeof(cases) / sizeof(*cases));
}
